package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
)

// What is still taken, and what no longer is.
func TestEdges(t *testing.T) {
	t.Parallel()
	path := func(name string, longer int) []string {
		return told(func(tell rules.Tell) { rules.Path(name, "/usr/lpp/a.b", longer, tell) })
	}
	text := func(text string) (all []string) {
		rules.Text(text, func(id string, line int, _ string) { all = append(all, id+" "+strings.Repeat("x", line)) })
		return all
	}
	for name, test := range map[string]struct{ got, want []string }{
		"path":                   {path("/opt/!#%+-./0~", 0), nil},
		"path behind ~":          {path("/opt/a\x7f", 0), []string{"W33/character"}},
		"path of 255 bytes":      {path("/opt/"+strings.Repeat("x", 250), 0), nil},
		"path of 256 bytes":      {path("/opt/"+strings.Repeat("x", 250), 1), []string{"W34"}},
		"AIX's directory":        {path("/usr/sbin", 0), []string{"9.4/directory"}},
		"AIX's link":             {path("/lib", 0), []string{"9.4/link"}},
		"not AIX's link":         {path("/library", 0), nil},
		"home":                   {path("/usr/lpp/a.b", 0), []string{"4/control"}},
		"below home":             {path("/usr/lpp/a.b/c", 0), nil},
		"below deinstl":          {path("/usr/lpp/a.b/deinstl/c", 0), []string{"4/control"}},
		"two":                    {path("/bin/a:"+strings.Repeat("x", 250), 0), []string{"W33/character", "W34", "9.4/link"}},
		"title of 60":            {told(func(tell rules.Tell) { rules.Title(strings.Repeat("~", 60), tell) }), nil},
		"title of 61":            {told(func(tell rules.Tell) { rules.Title(strings.Repeat("~", 61), tell) }), []string{"5/title"}},
		"title with a control":   {told(func(tell rules.Tell) { rules.Title("a\x1fb", tell) }), []string{"5/title"}},
		"title of two words":     {told(func(tell rules.Tell) { rules.Title("a b", tell) }), nil},
		"title with a blank":     {told(func(tell rules.Tell) { rules.Title(" a b", tell) }), []string{"5/title"}},
		"text":                   {text("a\t~ \n\n"), nil},
		"text of other bytes":    {text("a\n\x7f\n\x1f"), []string{"6.6/newline ", "6.6/ascii xx", "6.6/ascii xxx"}},
		"empty text":             {text(""), []string{"6.6/newline "}},
		"target":                 {told(func(tell rules.Tell) { rules.Target("../a~", tell) }), nil},
		"link of the same part":  {told(func(tell rules.Tell) { rules.HardLink("/opt/a", "/opt/b/c", tell) }), nil},
		"link that is no path":   {told(func(tell rules.Tell) { rules.HardLink("/opt/a", "b", tell) }), nil},
		"link's owner":           {told(func(tell rules.Tell) { rules.Symlink(0o777, "bin", "system", tell) }), []string{"W37/attributes"}},
		"link's group":           {told(func(tell rules.Tell) { rules.Symlink(0o777, "root", "staff", tell) }), []string{"W37/attributes"}},
		"link's attributes":      {told(func(tell rules.Tell) { rules.Symlink(0o777, "root", "system", tell) }), nil},
		"link's mode":            {told(func(tell rules.Tell) { rules.Symlink(0o755, "root", "system", tell) }), []string{"W37/attributes"}},
		"no target":              {told(func(tell rules.Tell) { rules.Target("", tell) }), []string{"W37/target"}},
		"link elsewhere":         {told(func(tell rules.Tell) { rules.HardLink("/opt/a", "/var/a", tell) }), []string{"W38/volume"}},
		"relative path":          {path("opt/a", 0), []string{"W33/plain"}},
		"fileset of the package": {told(func(tell rules.Tell) { rules.Prefix("a.b.rte", "a.b", tell) }), nil},
		"the package's fileset":  {told(func(tell rules.Tell) { rules.Prefix("a.b", "a.b", tell) }), nil},
		"fileset of another":     {told(func(tell rules.Tell) { rules.Prefix("a.bc", "a.b", tell) }), []string{"7/prefix"}},
		"script":                 {told(func(tell rules.Tell) { rules.Script("#!/usr/bin/ksh\nexit 0\n# end\n\n", tell) }), nil},
		"script of nothing":      {told(func(tell rules.Tell) { rules.Script("", tell) }), []string{"W30/shell", "W30/exit"}},
		"script of bash":         {told(func(tell rules.Tell) { rules.Script("#!/usr/bin/bash\nexit 0\n", tell) }), []string{"W30/shell"}},
		"script that may fail":   {told(func(tell rules.Tell) { rules.Script("#!/bin/ksh\nexit 0\ntrue\n", tell) }), []string{"W30/exit"}},
		"name of no letters":     {told(func(tell rules.Tell) { rules.Name("a_b", tell) }), []string{"W31"}},
		"name":                   {told(func(tell rules.Tell) { rules.Name("a.b.en_US", tell) }), nil},
		"name of a dot too many": {told(func(tell rules.Tell) { rules.Name("a.b.", tell) }), []string{"W31"}},
	} {
		if !slices.Equal(test.got, test.want) {
			t.Errorf("%s: told %q, want %q", name, test.got, test.want)
		}
	}
	if rules.Uid("bin") != 2 || rules.Gid("mail") != 6 || rules.Uid("smmsp") != 0 {
		t.Error("the numbers of accounts are not AIX's")
	}
	if !rules.IsReserved("bos.net") || rules.IsReserved("bosch.net") {
		t.Error("the reserved names are not AIX's")
	}
}

// told collects the IDs that a check tells.
func told(check func(rules.Tell)) (ids []string) {
	check(func(id, _ string) { ids = append(ids, id) })
	return ids
}
