package installp

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// told collects what a parser tells of, as "line: text", with "note" in front of what is no error.
func told(into *[]string) tells {
	say := func(prefix string) tell {
		return func(line int, format string, args ...any) {
			*into = append(*into, fmt.Sprintf("%s%d: %s", prefix, line, fmt.Sprintf(format, args...)))
		}
	}
	return tells{say(""), say("note ")}
}

// lppNameOf has as many sections as others write: from two (OpenSSH) to eight (S3).
func lppNameOf(sections string) string {
	return "4 R I vendor.tool {\nvendor.tool.rte 01.02.0004.0000 1 b U x A tool, with commas\n[\n" + sections + "]\n}\n"
}

func TestParseLppName(t *testing.T) {
	t.Parallel()
	base := Info{
		Name: "vendor.tool.rte", Level: vrmf.Level{Version: 1, Release: 2, Modification: 4}, Volume: "1", BosBoot: "b", Content: "U",
		Language: "x",
		Text:     "A tool, with commas", Requisites: []string{"*prereq bos.rte"}, Sizes: []Size{{Name: "/usr/tool", Permanent: 8, Line: 6}},
		LevelText: "01.02.0004.0000",
		Line:      2,
	}
	with := func(change func(*Info)) Info {
		f := base
		change(&f)
		return f
	}
	for name, test := range map[string]struct {
		text string
		want Info
	}{
		"two sections":  {lppNameOf("*prereq bos.rte\n%\n/usr/tool 8\n%\n"), base},
		"four sections": {lppNameOf("*prereq bos.rte\n%\n/usr/tool 8\n%\n%\n%\n"), base},
		"supersedes": {lppNameOf("*prereq bos.rte\n%\n/usr/tool 8\n%\nold.tool.rte 1.0.0.0\n%\n"),
			with(func(f *Info) { f.Supersedes = []string{"old.tool.rte 1.0.0.0"} })},
		"fixes": {lppNameOf("*prereq bos.rte\n%\n/usr/tool 8\n%\n%\nIX00000 a fix\n%\n"),
			with(func(f *Info) { f.Fixes = []string{"IX00000 a fix"} })},
		"S3's attribute": {lppNameOf("*prereq bos.rte\n%\n/usr/tool 8\n%\n%\n%\n%\nSYSTEM\n%\n%\n"),
			with(func(f *Info) { f.Rest = [][]string{nil, {"SYSTEM"}} })},
		"none": {lppNameOf(""), with(func(f *Info) { f.Requisites, f.Sizes = nil, nil })},
		"group": {lppNameOf(">0 {\n*prereq a.b\n}\n%\n"), with(func(f *Info) {
			f.Requisites, f.Sizes = []string{">0 {",
				"*prereq a.b", "}"}, nil
		})},
		"license lines": {lppNameOf("%\nINSTWORK 248 152\nLAR/usr/swlag/%L/a.la 0\n%\n"), with(func(f *Info) {
			f.Requisites, f.Sizes = nil, []Size{{"INSTWORK", 248, 152, 5, false}, {"LAR/usr/swlag/%L/a.la", 0, 0, 6, false}}
		})},
		"aligned columns": {strings.Replace(lppNameOf("*prereq bos.rte\n%\n/usr/tool 8\n"), "rte 01.02", "rte  01.02", 1), base},
	} {
		t.Run(name, func(t *testing.T) {
			var problems []string
			image := parseLppName(test.text, told(&problems))
			if problems != nil {
				t.Errorf("told of %q", problems)
			}
			if diff := cmp.Diff([]Info{test.want}, image.Filesets, cmpopts.IgnoreUnexported(Image{}, Info{})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestParseLppNameTells(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"empty":      {"", []string{`1: lpp_name ends without "}"`}},
		"old format": {"3 R I a.b {\n}\n", []string{`note 1: the format "3" is not 4, that of AIX 4.1 and later`}},
		"no package": {"4 R I {\n}\n", []string{`1: "4 R I {" is no first line such as "4 R I mailtools.sendmail {"`}},
		"words": {"4 X Z a.b {\n}\n", []string{`note 1: the platform "X" is none of R, N and I`,
			`note 1: the type "Z" is none of I, S, SR, ML and U`}},
		"short line": {"4 R I a.b {\na.b 1.2\n[\n]\n}\n",
			[]string{`2: "a.b 1.2" is no line with name, level, volume, bosboot, content, language and title of a fileset`}},
		"level": {"4 R I a.b {\na.b 1.2.3 01 N U en_US T\n[\n]\n}\n",
			[]string{`2: "1.2.3" is not an AIX level: it has 3 parts, a level has four, such as 7.2.5.101`}},
		"share part": {"4 R I a.b {\na.b 1.2.3.4 01 N H en_US T\n[\n]\n}\n", nil},
		"content":    {"4 R I a.b {\na.b 1.2.3.4 01 N X en_US T\n[\n]\n}\n", []string{`2: the content "X" is neither U nor B nor H`}},
		"fix number": {"4 R S a.b {\na.b 1.2.3.4.IX1234 01 N U en_US T\n[\n]\n}\n",
			[]string{`note 2: "IX1234" stands behind the four numbers of the level`}},
		"glued percent": {"4 R I a.b {\na.b 1.2.3.4 01 N U en_US T\n[\n*prereq x.y%\n%\n/a x\n]\n}\n",
			[]string{`note 6: "/a x" is no directory with one or two numbers of blocks`}},
		"unclosed":    {"4 R I a.b {\na.b 1.2.3.4 01 N U en_US T\n[\n%\n", []string{`5: lpp_name ends without "}"`}},
		"more behind": {"4 R I a.b {\n}\nmore\n", []string{`note 3: "more" behind the end of the package`}},
		"twice": {"4 R I a.b {\na.b 1.2.3.4 01 N U en_US T\n[\n]\na.b 1.2.3.4 01 N U en_US T\n[\n]\n}\n",
			[]string{"5: the fileset a.b is in line 2 already"}},
		"carriage":      {"4 R I a.b {\r\n}\n", []string{"1: the byte 0x0d is not printable ASCII"}},
		"comments":      {"# by x\n4 R I a.b {\n # x\n}\n", []string{"note 1: a comment", "note 3: a comment"}},
		"many sections": {lppNameOf(strings.Repeat("%\n", 17) + "x\n"), []string{"19: more than 16 sections"}},
		"no newline":    {"4 R I a.b {\n}", []string{"note 2: the last line has no newline"}},
		"empty lines":   {"\n4 R I a.b {\n}\n", []string{"note 1: an empty line"}},
		"names": {"4 R I a {\nb 1.2.3.4 x y U en_US T\n[\n]\n}\n", []string{`1: the package name "a" has fewer than two characters`,
			`2: the fileset name "b" has fewer than two characters`, `note 2: the volume "x" is no number`, `note 2: the bosboot flag "y" is neither N nor b`}},
		"no bracket":     {"4 R I a.b {\na.b 1.2.3.4 01 N U en_US T\n*prereq c.d\n%\n]\n}\n", []string{`3: "*prereq c.d" where "[" should begin the sections of the fileset`}},
		"inside another": {lppNameOf("{\n"), []string{`4: "{" inside a fileset`}},
	} {
		t.Run(name, func(t *testing.T) {
			var problems []string
			parseLppName(test.text, told(&problems))
			if diff := cmp.Diff(test.want, problems); diff != "" {
				t.Errorf("-want +told:\n%s", diff)
			}
		})
	}
}

const (
	stanzaHead = "/usr/a:\n\towner = root\n\tgroup = system\n\tmode = 644\n\ttype = FILE\n\tclass = apply,inventory,a.b\n"
	stanzaText = stanzaHead + "\tsize = 3\n\tchecksum = \"16556     1  \"\n"
)

func TestParseInventory(t *testing.T) {
	t.Parallel()
	base := Stanza{Path: "/usr/a", Owner: "root", Group: "system", Mode: 0o644, Class: "apply,inventory,a.b", Size: 3,
		Checksum: "16556     1  ", Line: 1}
	with := func(change func(*Stanza)) Stanza {
		s := base
		change(&s)
		return s
	}
	directory := with(func(s *Stanza) { s.Type, s.Size, s.Checksum = Directory, 0, "" })
	edit := func(old, new string) string { return strings.Replace(stanzaText, old, new, 1) }
	for name, test := range map[string]struct {
		text string
		want Stanza
		told []string
	}{
		"tabs, no empty line": {stanzaText, base, nil},
		"set-id":              {edit("= 644", "= SUID,SGID,755"), with(func(s *Stanza) { s.Mode = 0o6755 }), nil},
		"volatile": {stanzaHead + "\tsize = VOLATILE\n\tchecksum = VOLATILE\n", with(func(s *Stanza) {
			s.Volatile, s.Size,
				s.Checksum = true, 0, ""
		}), nil},
		"SCX's empty values": {stanzaHead + "\tsize =\n\tchecksum =\n", with(func(s *Stanza) {
			s.Volatile, s.Size, s.Checksum = true,
				0, ""
		}), nil},
		"links": {edit("\tclass", "\tlinks = /usr/b,/usr/c\n\tclass"), with(func(s *Stanza) {
			s.Links = []string{"/usr/b",
				"/usr/c"}
		}), nil},
		"foreign attribute": {edit("\tclass", "\tprogram = /usr/x\n\tclass"), base, nil},
		"mode": {edit("= 644", "= 844"), with(func(s *Stanza) { s.Mode = 0 }),
			[]string{`4: the mode "844" is not in octal, with SUID, SGID or SVTX in front`}},
		"mode word": {edit("= 644", "= SUIE,644"), with(func(s *Stanza) { s.Mode = 0 }),
			[]string{`4: the mode "SUIE,644" is not in octal, with SUID, SGID or SVTX in front`}},
		"type": {edit("= FILE", "= PIPE"), base, []string{`5: the type "PIPE" is none of FILE, DIRECTORY, SYMLINK, FIFO, BLK_DEV, CHAR_DEV, MPX_DEV, MULT`}},
		"attribute": {edit("owner =", "owmer ="), with(func(s *Stanza) { s.Owner = "" }),
			[]string{`note 2: no attribute is called "owmer"`, "note 1: /usr/a has no owner"}},
		"twice": {edit("\tclass", "\towner = bin\n\tclass"), base, []string{"note 6: a second owner"}},
		"no colon": {edit("a:", "a"), with(func(s *Stanza) { s.Path = "/usr/a" }),
			[]string{`1: "/usr/a" is neither a path with a colon nor an indented attribute`}},
		"checksum": {edit("16556     1  ", "16556 1 2"), with(func(s *Stanza) { s.Checksum = "16556 1 2" }),
			[]string{`8: the checksum "16556 1 2" is not what sum -r prints, a sum and a number of blocks`}},
		"half volatile": {edit("= 3", "= VOLATILE"), with(func(s *Stanza) { s.Volatile, s.Size = true, 0 }),
			[]string{"note 1: only one of size and checksum of /usr/a is VOLATILE"}},
		"no attribute of it": {"\towner = root\n\n" + stanzaText, with(func(s *Stanza) { s.Line = 3 }),
			[]string{`1: the attribute "owner = root" belongs to no stanza`}},
		"link with content": {edit("= FILE", "= SYMLINK") + "\ttarget = b\n", with(func(s *Stanza) {
			s.Type, s.Target, s.Size, s.Checksum = Symlink, "b", 0, ""
		}), []string{"note 1: /usr/a has what only a FILE has"}},
		"file with target": {stanzaText + "\ttarget = b\n", with(func(s *Stanza) { s.Target = "b" }),
			[]string{"note 1: /usr/a has a target, which only a SYMLINK has"}},
		"made by a script": {strings.Replace(stanzaHead, "apply,", "", 1), with(func(s *Stanza) {
			s.Class, s.Volatile, s.Size, s.Checksum = "inventory,a.b", true, 0, ""
		}), nil},
		"no size": {stanzaHead, with(func(s *Stanza) { s.Volatile, s.Size, s.Checksum = true, 0, "" }),
			[]string{"note 1: /usr/a has no size", "note 1: /usr/a has no checksum"}},
		"a device": {strings.Replace(strings.Replace(stanzaHead, "FILE", "CHAR_DEV", 1), "apply,", "", 1), with(func(s *Stanza) {
			s.Class, s.Type, s.Size, s.Checksum = "inventory,a.b", CharDevice, 0, ""
		}), nil},
		"four digits":              {edit("= 644", "= 4755"), with(func(s *Stanza) { s.Mode = 0o4755 }), nil},
		"five digits":              {edit("= 644", "= 02755"), with(func(s *Stanza) { s.Mode = 0o2755 }), nil},
		"letters":                  {edit("= 644", "= TCB,SUID,rwxr-x---"), with(func(s *Stanza) { s.Mode = 0o4750 }), nil},
		"letters with commas":      {edit("= 644", "= rw-,r--,r--"), base, nil},
		"wrong letters":            {edit("= 644", "= rwxrwxrwt"), with(func(s *Stanza) { s.Mode = 0 }), []string{`4: the mode "rwxrwxrwt" is not in octal, with SUID, SGID or SVTX in front`}},
		"comments":                 {"* of ours\n" + strings.Replace(stanzaText, "\tgroup", "# here, too\n\tgroup", 1), with(func(s *Stanza) { s.Line = 2 }), nil},
		"blanks":                   {strings.ReplaceAll(strings.Replace(stanzaText, "a:", "a:  ", 1), "\t", " \t  "), base, nil},
		"not indented":             {strings.ReplaceAll(stanzaText, "\t", ""), base, nil},
		"another order":            {"/usr/a:\n\tchecksum = \"16556     1  \"\n\tsize = 3\n\tclass = apply,inventory,a.b\n\ttype = FILE\n\tmode = 644\n\tgroup = system\n\towner = root\n", base, nil},
		"default":                  {"default:\n\towner = root\n\n" + edit("\towner = root\n", ""), with(func(s *Stanza) { s.Line = 4 }), nil},
		"no owner":                 {edit("\towner = root\n", ""), with(func(s *Stanza) { s.Owner = "" }), []string{"note 1: /usr/a has no owner"}},
		"no type":                  {edit("\ttype = FILE\n", ""), base, []string{"1: /usr/a has no type"}},
		"links with blanks":        {edit("\tclass", "\tlinks = /usr/b, /usr/c\n\tclass"), with(func(s *Stanza) { s.Links = []string{"/usr/b", "/usr/c"} }), nil},
		"sum alone":                {edit("16556     1  ", "16556"), with(func(s *Stanza) { s.Checksum = "16556" }), []string{`note 8: the checksum "16556" is without its number of blocks`}},
		"quotes":                   {edit("= 3", `= "3"`), base, []string{`note 7: the size "3" is in double quotes`}},
		"no quotes":                {edit("\"16556     1  \"", "16556 1"), with(func(s *Stanza) { s.Checksum = "16556 1" }), []string{"note 8: the checksum 16556 1 is not in double quotes"}},
		"a mode that is too large": {edit("= 644", "= 10000"), with(func(s *Stanza) { s.Mode = 0 }), []string{`4: the mode "10000" is not in octal, with SUID, SGID or SVTX in front`}},
		"no mode":                  {edit("= 644", "="), with(func(s *Stanza) { s.Mode = 0 }), []string{`4: the mode "" is not in octal, with SUID, SGID or SVTX in front`}},
		"an equals sign": {edit("/usr/a:", "/usr/a=b"), with(func(s *Stanza) { s.Path = "/usr/a=b" }),
			[]string{`1: "/usr/a=b" is neither a path with a colon nor an indented attribute`}},
		"paths that are indented": {edit("\tclass", "\t/usr/b:\n /usr/b\n\tclass"), base,
			[]string{`6: "/usr/b:" is no attribute = value`, `7: "/usr/b" is no attribute = value`}},
		"behind an empty line": {stanzaText + "\n\tsize = 4\n", base, []string{`10: the attribute "size = 4" belongs to no stanza`}},
		"volatile otherwise than the default": {"default:\n\tchecksum = \"1 1\"\n\n" + stanzaHead + "\tsize = VOLATILE\n\tchecksum = VOLATILE\n",
			with(func(s *Stanza) { s.Volatile, s.Size, s.Checksum, s.Line = true, 0, "", 4 }), nil},
		"an empty checksum": {edit(`"16556     1  "`, `""`), with(func(s *Stanza) { s.Checksum = "" }),
			[]string{`8: the checksum "" is not what sum -r prints, a sum and a number of blocks`, "note 1: only one of size and checksum of /usr/a is VOLATILE"}},
		"size alone": {stanzaHead + "\tsize = 3\n", with(func(s *Stanza) { s.Volatile, s.Size, s.Checksum = true, 0, "" }), []string{"note 1: /usr/a has no checksum"}},
		"no link's target": {strings.Replace(stanzaHead, "FILE", "SYMLINK", 1), with(func(s *Stanza) { s.Type, s.Size, s.Checksum = Symlink, 0, "" }),
			[]string{"1: /usr/a has no target"}},
		"directory with size":          {strings.Replace(stanzaHead, "FILE", "DIRECTORY", 1) + "\tsize = 3\n", directory, []string{"note 1: /usr/a has what only a FILE has"}},
		"directory with checksum":      {strings.Replace(stanzaHead, "FILE", "DIRECTORY", 1) + "\tchecksum = \"1 1\"\n", directory, []string{"note 1: /usr/a has what only a FILE has"}},
		"directory with links":         {strings.Replace(stanzaHead, "FILE", "DIRECTORY", 1) + "\tlinks = /b\n", directory, []string{"note 1: /usr/a has what only a FILE has"}},
		"directory of a volatile size": {strings.Replace(stanzaHead, "FILE", "DIRECTORY", 1) + "\tsize = VOLATILE\n", directory, nil},
		"too large": {edit("= 3", "= 2147483648"), with(func(s *Stanza) { s.Size = 0x7fffffff }),
			[]string{`7: the size "2147483648" is neither VOLATILE nor a number of bytes below 2 GiB`}},
	} {
		t.Run(name, func(t *testing.T) {
			var problems []string
			got := parseInventory(test.text, told(&problems))
			if diff := cmp.Diff(test.told, problems); diff != "" {
				t.Errorf("-want +told:\n%s", diff)
			}
			if diff := cmp.Diff([]Stanza{test.want}, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Stanzas need no empty line between them, and are written as they are read.
func TestStanzas(t *testing.T) {
	t.Parallel()
	var problems []string
	all := parseInventory(stanzaText+strings.Replace(stanzaText, "/usr/a", "/usr/b", 1)+"default:\n\tmode = 1\n", told(&problems))
	if len(all) != 2 || all[0].Path != "/usr/a" || all[1].Path != "/usr/b" || problems != nil {
		t.Errorf("%+v, %q", all, problems)
	}
	volatile := stanzaHead + "\tsize = VOLATILE\n\tchecksum = VOLATILE\n"
	for _, text := range []string{stanzaText, volatile, strings.Replace(stanzaHead, "FILE", "DIRECTORY", 1)} {
		text = "\n" + strings.NewReplacer("\t", AttrIndent).Replace(text) + "\n"
		if all := parseInventory(text, told(&problems)); len(all) != 1 || "\n"+all[0].String() != text {
			t.Errorf("%q is written %q, %q", text, all[0].String(), problems)
		}
	}
	for class, want := range map[string]bool{"": true, "apply": true, "inventory": false, "inventory,apply": true, "a, b": false} {
		if got := (&Stanza{Class: class}).IsApplied(); got != want {
			t.Errorf("class %q: %v", class, got)
		}
	}
}

func TestParseInventoryTwice(t *testing.T) {
	t.Parallel()
	var problems []string
	if all := parseInventory(stanzaText+"\n"+stanzaText, told(&problems)); len(all) != 2 {
		t.Errorf("%d stanzas", len(all))
	}
	if diff := cmp.Diff([]string{"10: /usr/a has a stanza in line 1 already"}, problems); diff != "" {
		t.Errorf("-want +told:\n%s", diff)
	}
}

// What would take too much work is told of once.
func TestParseLppNameBounds(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("4 R I a {\n")
	for i := range maxFilesets + 10 {
		fmt.Fprintf(&b, "a.f%d 1.0.0.0 01 N U en_US T\n[\n]\n", i)
	}
	var problems []string
	image := parseLppName(strings.Replace(b.String(), "R I a {", "R I a.b {", 1), told(&problems))
	if diff := cmp.Diff([]string{"3002: more than 1000 filesets"}, problems); diff != "" || len(image.Filesets) != maxFilesets {
		t.Errorf("%d filesets, -want +told:\n%s", len(image.Filesets), diff)
	}
}

func TestParseLists(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		parse func(tells)
		want  []string
	}{
		"apply list":    {func(tell tells) { parseApplyList("./usr/a\n./usr/b\n", tell) }, nil},
		"absolute":      {func(tell tells) { parseApplyList("/usr/a\n", tell) }, []string{`note 1: "/usr/a" is no path with ./ in front`}},
		"no path":       {func(tell tells) { parseApplyList("./a\n\n/\n", tell) }, []string{`note 2: "" is no path with ./ in front`, `note 3: "/" is no path with ./ in front`}},
		"line twice":    {func(tell tells) { parseApplyList("./a\n./b\n./a\n", tell) }, []string{"3: ./a is in line 1 already"}},
		"configuration": {func(tell tells) { parseConfigFiles("/etc/a preserve\n./etc/b hold_new\n", tell) }, nil},
		"method": {func(tell tells) { parseConfigFiles("/etc/a keep\n", tell) },
			[]string{`1: the method "keep" is none of preserve, auto_merge, hold_new, user_merge, other`}},
		"three words": {func(tell tells) { parseConfigFiles("/etc/a preserve it\n", tell) },
			[]string{`1: "/etc/a preserve it" is no path with a method`}},
		"relative": {func(tell tells) { parseConfigFiles("etc/a preserve\n", tell) },
			[]string{`1: the path "etc/a" is neither absolute nor begins with ./`}},
		"sizes": {func(tell tells) { parseSizes("/usr 8\nINSTWORK 16 16\n", tell) }, nil},
		"size without one": {func(tell tells) { parseSizes("/usr\n", tell) },
			[]string{`note 1: "/usr" is no directory with one or two numbers of blocks`}},
		"last printable": {func(tell tells) { parseSizes("/usr/~ 8\n", tell) }, nil},
		"bytes": {func(tell tells) { parseSizes("\x1f/usr 8\n/usr\x7f 8\n\t/usr 8\n", tell) },
			[]string{"1: the byte 0x1f is not printable ASCII", "2: the byte 0x7f is not printable ASCII"}},
		"as large as may be": {func(tell tells) { parseSizes("/usr 1099511627775\n/x 1099511627776\n", tell) },
			[]string{`note 2: "/x 1099511627776" is no directory with one or two numbers of blocks`}},
		"no newline": {func(tell tells) { parseSizes("/usr 8", tell) }, []string{"note 1: the last line has no newline"}},
		"size of three": {func(tell tells) { parseSizes("/usr 8 8 8\n", tell) },
			[]string{`note 1: "/usr 8 8 8" is no directory with one or two numbers of blocks`}},
		"negative": {func(tell tells) { parseSizes("/usr -8\n", tell) }, []string{`note 1: "/usr -8" is no directory with one or two numbers of blocks`}},
	} {
		t.Run(name, func(t *testing.T) {
			var problems []string
			test.parse(told(&problems))
			if diff := cmp.Diff(test.want, problems); diff != "" {
				t.Errorf("-want +told:\n%s", diff)
			}
		})
	}
}

// FuzzLppName: what was read without complaint is written and read back the same.
func FuzzLppName(f *testing.F) {
	f.Add(lppNameOf("*prereq bos.rte\n%\n/usr/tool 8\n%\n%\n%\n%\nSYSTEM\n%\n%\n"))
	f.Add(lppNameOf(">0 {\n*prereq a.b\n}\n%\nINSTWORK 8 8\n%\nold.b 1.0.0.0\n"))
	f.Fuzz(func(t *testing.T, text string) {
		var problems []string
		image := parseLppName(text, told(&problems))
		if problems != nil {
			return
		}
		again := parseLppName(image.LppName(), told(&problems))
		ignoreLines := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Line" || p.Last().String() == ".LevelText" }, cmp.Ignore())
		if diff := cmp.Diff(image, again, ignoreLines, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(Image{},
			Info{})); diff != "" || problems != nil {
			t.Errorf("read, written and read again, it tells %q and differs:\n%s", problems, diff)
		}
	})
}

// FuzzInventory does the same with stanzas.
func FuzzInventory(f *testing.F) {
	f.Add(stanzaText)
	f.Add("/a:\n owner = root\n group = system\n mode = SGID,777\n type = SYMLINK\n target = b\n class = x\n\n/b:\n owner=root\n group=system\n mode=1\n type=DIRECTORY\n")
	f.Fuzz(func(t *testing.T, text string) {
		var problems []string
		all := parseInventory(text, told(&problems))
		if problems != nil {
			return
		}
		var b strings.Builder
		for i := range all {
			b.WriteString(all[i].String())
		}
		again := parseInventory(b.String(), told(&problems))
		if diff := cmp.Diff(all, again, cmpopts.IgnoreFields(Stanza{}, "Line"), cmpopts.EquateEmpty()); diff != "" || problems != nil {
			t.Errorf("read, written and read again, it tells %q and differs:\n%s", problems, diff)
		}
	})
}

// FuzzLists: the line formats bear anything, and what they take is written back to the same.
func FuzzLists(f *testing.F) {
	f.Add("./usr/a\n./usr/b\n")
	f.Add("/usr/a 8\nINSTWORK 16 16\n")
	f.Add("/etc/a preserve\n./etc/b other\n")
	f.Fuzz(func(t *testing.T, text string) {
		var problems []string
		if paths := parseApplyList(text, told(&problems)); problems == nil && len(paths) > 0 && strings.Join(paths, "\n")+"\n" != text {
			t.Errorf("apply list %q", paths)
		}
		for _, file := range parseConfigFiles(text, told(&problems)) {
			if strings.ContainsAny(file.Path+string(file.Method), " \n") {
				t.Errorf("configuration file %q %q", file.Path, file.Method)
			}
		}
		problems = nil
		if sizes := parseSizes(text, told(&problems)); problems == nil {
			again := parseSizes(RenderSizes(sizes), told(&problems))
			if diff := cmp.Diff(sizes, again, cmpopts.EquateEmpty()); diff != "" || problems != nil {
				t.Errorf("sizes, -read +read again:\n%s", diff)
			}
		}
	})
}
