package siteconfig

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

var update = flag.Bool("update", false, "write the golden files anew")

const fragments = "../../../site.config.m4.d"

func ExampleSet_Compose() {
	set, err := Load("../../../site.config.m4.d")
	if err != nil {
		fmt.Println(err)
		return
	}
	t, err := target.Parse("aix7.2-64")
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := set.Compose(Request{Release: "8.17.1.9", Options: options("sasl,starttls"), Target: t})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("options:", result.Options)
	fmt.Println("libraries:", result.Libraries)
	fmt.Println("first fragment:", result.Fragments[0].File)

	_, err = set.Compose(Request{Release: "8.15.2", Options: []string{"sals"}, Target: t})
	fmt.Println(fault.Code(err))
	// Output:
	// options: [ndbm regex starttls sasl milter]
	// libraries: [dbm ssl crypto sasl2]
	// first fragment: 10-ndbm.m4
	// option-unknown
}

func loaded(t testing.TB) *Set {
	t.Helper()
	set, err := Load(fragments)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// goldenCase is one composed file that is kept under testdata/golden/siteconfig.
type goldenCase struct {
	target, providers, compiler, release, options string
}

func (g goldenCase) name() string { return g.target + "-" + g.providers }

var goldenCases = []goldenCase{
	{"aix6.1-32", "base", "xlc", "8.15.2", "sasl,starttls"},
	{"aix6.1-32", "toolbox", "gcc", "8.15.2", "sasl,starttls,tls-ec,no-milter"},
	{"aix7.1-64", "base", "xlc", "8.15.2", "sasl,starttls,nis,ipv6,needs-getipnode,perfstat"},
	{"aix7.1-64", "toolbox", "gcc", "8.15.2", "sasl,starttls,ldap,libmilter,milter-poll"},
	{"aix7.2-64", "base", "xlclang", "8.17.1.9", "sasl,starttls"},
	{"aix7.2-64", "toolbox", "xlc", "8.15.2", "sasl,starttls"},
	{"aix7.2-64", "mixed", "xlc", "8.15.2", "sasl,starttls,libmilter"},
	{"aix7.2-64", "prefix", "gcc", "8.18.2", "sasl,starttls,dane,socketmap,mta-sts"},
	{"aix7.3-64", "base", "ibm-clang", "8.18.2", "sasl,starttls"},
	{"aix7.3-64", "toolbox", "ibm-clang", "8.17.1.9", "sasl,starttls,newdb,tcpwrappers,libmilter"},
	{"aix7.3-64", "mixed", "ibm-clang", "8.17.1.9", "sasl,starttls"},
	{"host", "system", "gcc", "8.17.1.9", "sasl,starttls"},
}

// request builds a target by hand: what Detect would say on such a box.
func (g goldenCase) request(t testing.TB) Request {
	t.Helper()
	to, err := target.Parse(g.target)
	if err != nil {
		t.Fatal(err)
	}
	to.Compiler = target.Compiler{Kind: target.KindOf(g.compiler), Path: g.compiler}
	base := target.Provider{Kind: target.Base, Prefix: "/usr"}
	toolbox := target.Provider{Kind: target.Toolbox, Prefix: target.ToolboxPrefix, Include: "/opt/freeware/include", Lib: "/opt/freeware/lib"}
	prefix := target.Provider{Kind: target.Prefix, Prefix: "/opt/own", Include: "/opt/own/include", Lib: "/opt/own/lib"}
	api := to.OpenSSL.API
	switch g.providers {
	case "base":
		to.OpenSSL, to.SASL = base, base
	case "toolbox":
		to.OpenSSL, to.SASL = toolbox, toolbox
	case "mixed":
		to.OpenSSL, to.SASL = base, toolbox
	case "prefix":
		to.OpenSSL, to.SASL = prefix, toolbox
	}
	to.OpenSSL.API = api
	q := Request{Release: g.release, Options: options(g.options), Target: to}
	if g.release == "8.15.2" { // it compiles with no newer one, so a box that builds it has this
		q.OpenSSL, to.OpenSSL.API = "<1.1.0", "1.0.2"
	}
	return q
}

func TestGolden(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for _, g := range goldenCases {
		t.Run(g.name(), func(t *testing.T) {
			t.Parallel()
			got, err := set.Compose(g.request(t))
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("../../../testdata/golden/siteconfig", g.name()+".m4")
			if *update {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got.Text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v (go test -update writes it)", err)
			}
			if diff := cmp.Diff(string(want), got.Text); diff != "" {
				t.Errorf("differs from %s (-golden +got):\n%s", file, diff)
			}
			checkTraps(t, got)
		})
	}
}

// checkTraps says again, apart from the golden text, what must be true of every result.
func checkTraps(t *testing.T, r *Result) {
	t.Helper()
	if n := strings.Count(r.Text, "`confLDOPTS'"); n != 1 {
		t.Errorf("confLDOPTS is set %d times, want once", n)
	}
	if !strings.Contains(r.Text, "define(`confLIBSEARCH', `')\n") {
		t.Error("confLIBSEARCH is not emptied")
	}
	if slices.Contains(r.Options, "starttls") && !strings.Contains(r.Text, "-DHASURANDOMDEV") {
		t.Error("STARTTLS without HASURANDOMDEV")
	}
	for line := range strings.Lines(r.Text) {
		if strings.HasPrefix(line, "dnl") || strings.Contains(line, "`confLDOPTS'") {
			continue
		}
		if _, value, ok := strings.Cut(line, "', `"); !ok || strings.Contains(value, ",") {
			t.Errorf("a value that m4 may cut: %s", line)
		}
	}
}

func TestComposeRefuses(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for _, test := range []struct {
		name    string
		target  string
		release string
		options string
		code    string
		text    string
	}{
		{"unknown option", "aix7.2-64", "8.15.2", "starttsl", "option-unknown", `did you mean "starttls"?`},
		{"lacks what it needs", "aix7.2-64", "8.15.2", "crl-path", "option-needs", "option crl-path needs option starttls"},
		{"conflict", "aix7.2-64", "8.15.2", "milter,no-milter", "option-conflict", "milter cannot be on together"},
		{"too new", "aix7.2-64", "8.15.2", "cdb", "option-release", "8.16.1 brought it"},
		{"gone", "aix7.2-64", "8.17.1.9", "starttls,crl-path", "option-release", "made it standard"},
		{"other systems", "host", "8.15.2", "ndbm", "option-target", "aix targets alone"},
		{"OpenSSL too new", "aix7.3-64", "8.15.2", "starttls,fips", "option-openssl", "does not work with OpenSSL 3.0"},
		{"curves are automatic", "aix7.2-64", "8.15.2", "starttls,tls-ec", "option-openssl", "take OpenSSL <1.1.0 from elsewhere"},
		{"not on anyway", "aix7.2-64", "8.15.2", "no-newdb", "option-not-default", "is not on by default"},
		{"no default on the host", "host", "8.15.2", "no-ndbm", "option-not-default", "is not on by default"},
		{"bad release", "aix7.2-64", "8.15.2b", "sasl", "release-bad", "8.15.2b"},
		{"switched off but needed", "aix7.2-64", "8.17.1.9", "starttls,socketmap,mta-sts,no-regex", "option-needs", "mta-sts needs option regex"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			to, err := target.Parse(test.target)
			if err != nil {
				t.Fatal(err)
			}
			_, err = set.Compose(Request{Release: test.release, Options: options(test.options), Target: to})
			if fault.Code(err) != test.code || !strings.Contains(fmt.Sprint(err), test.text) {
				t.Errorf("Compose = %v, want fault %s with %q", err, test.code, test.text)
			}
		})
	}
}

func TestComposeTellsAllReasons(t *testing.T) {
	t.Parallel()
	to, err := target.Parse("aix7.2-64")
	if err != nil {
		t.Fatal(err)
	}
	to.Lacks = []target.Lack{{Part: target.PartSASL, Fault: &fault.Error{Code: "sasl-missing", What: "no SASL"}},
		{Part: target.PartOpenSSL, Fault: &fault.Error{Code: "openssl-missing", What: "no OpenSSL"}}}
	_, err = loaded(t).Compose(Request{Release: "8.15.2", Options: []string{"sasl", "dane", "cdb"}, Target: to})
	for _, want := range []string{"no SASL", "dane needs option starttls", "no option cdb yet"} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("Compose = %v, want %q among the reasons", err, want)
		}
	}
	if strings.Contains(fmt.Sprint(err), "no OpenSSL") {
		t.Errorf("Compose = %v: OpenSSL is not asked for", err)
	}
}

func TestOptionsInEffect(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for _, test := range []struct{ target, options, want string }{
		{"aix7.2-64", "", "ndbm regex milter"},
		{"host", "", "regex milter"},
		{"aix7.2-64", "no-ndbm, no-regex no-milter", "no-milter"},
		{"aix7.2-64", "sasl,sasl,ndbm", "ndbm regex sasl milter"},
	} {
		to, err := target.Parse(test.target)
		if err != nil {
			t.Fatal(err)
		}
		r, err := set.Compose(Request{Release: "8.15.2", Options: options(test.options), Target: to})
		if err != nil {
			t.Errorf("%q for %s: %v", test.options, test.target, err)
			continue
		}
		if got := strings.Join(r.Options, " "); got != test.want {
			t.Errorf("%q for %s: options %q, want %q", test.options, test.target, got, test.want)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	chosen, err := loaded(t).Choose([]string{"ldap", "fips"}, target.AIX) // what fips lacks is not of interest here
	var got []string
	for _, f := range chosen {
		got = append(got, f.Option)
	}
	if want := []string{"ndbm", "regex", "ldap", "fips", "milter"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("Choose = %v, %v; want %v", got, err, want)
	}
	if _, err := loaded(t).Choose([]string{"lpad"}, target.AIX); fault.Code(err) != "option-unknown" {
		t.Errorf("Choose of an unknown option: %v, want fault option-unknown", err)
	}
}

func TestComposeLayout(t *testing.T) {
	t.Parallel()
	to, err := target.Parse("aix7.2-64")
	if err != nil {
		t.Fatal(err)
	}
	l := Layout{Prefix: "/opt/x", ConfDir: "/etc/x", StateDir: "/var/x"}
	r, err := loaded(t).Compose(Request{Release: "8.15.2", Options: []string{"libmilter"}, Target: to, Layout: l})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(r.Builds, []string{"libmilter"}) {
		t.Errorf("Builds = %v, want libmilter", r.Builds)
	}
	for _, want := range []string{"define(`confMBINDIR', `/opt/x/sbin')", `-D_PATH_SENDMAILCF=\"/etc/x/sendmail.cf\"`,
		`-D_DIR_SENDMAILCF=\"/etc/x/\"`, "define(`confMSP_QUEUE_DIR', `/var/x/clientmqueue')", "define(`confINST_DEP', `${DESTDIR}${MSPQ}')"} {
		if !strings.Contains(r.Text, want) {
			t.Errorf("the text lacks %s", want)
		}
	}
	for _, dir := range l.InstallDirs() {
		if !strings.HasPrefix(dir, "/opt/x/") && dir != l.ConfDir && dir != l.StateDir {
			t.Errorf("InstallDirs has %s, which is outside of the layout", dir)
		}
	}
	if strings.Contains(r.Text, "/opt/sendmail") || strings.Contains(r.Text, "/etc/mail") {
		t.Error("a path of another layout is in the text")
	}
	l.StateDir = "/var/index"
	if _, err := loaded(t).Compose(Request{Release: "8.15.2", Target: to, Layout: l}); fault.Code(err) != "path-unusable" {
		t.Errorf("m4 word in the layout: %v, want fault path-unusable", err)
	}
	to.SASL = target.Provider{Kind: target.Prefix, Prefix: "/opt/a,b", Include: "/opt/a,b/include", Lib: "/opt/a,b/lib"}
	if _, err := loaded(t).Compose(Request{Release: "8.15.2", Options: []string{"sasl"}, Target: to}); fault.Code(err) != "path-unusable" {
		t.Errorf("comma in a provider's directory: %v, want fault path-unusable", err)
	}
	to.SASL.Prefix, to.Compiler.Path = "/opt/sasl", "gcc-1,2"
	if _, err := loaded(t).Compose(Request{Release: "8.15.2", Target: to}); fault.Code(err) != "path-unusable" {
		t.Errorf("comma in the compiler's name: %v, want fault path-unusable", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	const good = "dnl Option: x\ndnl Summary: an option\n"
	for _, test := range []struct {
		name string
		fs   fstest.MapFS
		code string
	}{
		{"no fragment", fstest.MapFS{}, "fragments-missing"},
		{"not a fragment", fstest.MapFS{"README": {Data: []byte("hello")}}, "fragment-bad"},
		{"the same option twice", fstest.MapFS{"10-x.m4": {Data: []byte(good)}, "20-x.m4": {Data: []byte(good)}}, "fragment-bad"},
	} {
		if _, err := load(test.fs, "d"); fault.Code(err) != test.code {
			t.Errorf("%s: load = %v, want fault %s", test.name, err, test.code)
		}
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent")); fault.Code(err) != "fragments-missing" {
		t.Errorf("no directory: %v, want fault fragments-missing", err)
	}
}

// TestBrokenFragment wants one message for one broken file, and nothing about the others that mention its option.
func TestBrokenFragment(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{"10-x.m4": {Data: []byte("dnl Option: x\ndnl Summary: an option\nbroken\n")},
		"20-y.m4": {Data: []byte("dnl Option: y\ndnl Summary: another\ndnl Needs: x\n")}}
	_, err := load(files, "d")
	if text := fmt.Sprint(err); strings.Count(text, "where:") != 1 || !strings.Contains(text, "d/10-x.m4") {
		t.Errorf("load = %v, want the broken file alone", err)
	}
	delete(files, "10-x.m4")
	files["30-z.m4"] = &fstest.MapFile{Data: []byte("dnl Option: z\ndnl Summary: a third\ndnl Conflicts: x\n")}
	files["40-w.m4"] = &fstest.MapFile{Data: []byte("dnl Option: w\ndnl Summary: a fourth\n")}
	set, err := load(files, "d")
	if err != nil {
		t.Fatal(err)
	}
	to, err := target.Parse("host")
	if err != nil {
		t.Fatal(err)
	}
	for option, want := range map[string]string{"w": "", "y": "fragment-bad", "z": "fragment-bad"} {
		_, err := set.Compose(Request{Release: "8.15.2", Options: []string{option}, Target: to})
		if fault.Code(err) != want || strings.Count(fmt.Sprint(err), "where:") > 1 {
			t.Errorf("Compose with %s = %v, want fault %q", option, err, want)
		}
	}
	if err := set.checkNames(set.fragments); fault.Code(err) != "fragment-bad" {
		t.Errorf("checkNames = %v, want fault fragment-bad", err)
	}
}

// TestOurNames is strict with the project's own set: each name in it must be one of an option, used or not.
func TestOurNames(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	if err := set.checkNames(set.fragments); err != nil {
		t.Error(err)
	}
}

// TestControlCharacters wants none of what a fragment or a file's name holds to reach a terminal.
func TestControlCharacters(t *testing.T) {
	t.Parallel()
	const esc = "\x1b[2J"
	for name, fs := range map[string]fstest.MapFS{
		"file name": {"10-" + esc + ".m4": {Data: []byte("x")}},
		"option":    {"10-x.m4": {Data: []byte("dnl Option: " + esc + "\n")}},
		"summary":   {"10-x.m4": {Data: []byte("dnl Option: x\ndnl Summary: " + esc + "\n")}},
		"target":    {"10-x.m4": {Data: []byte("dnl Option: x\ndnl Summary: y\ndnl Targets: " + esc + "\n")}},
		"value":     {"10-x.m4": {Data: []byte("dnl Option: x\ndnl Summary: y\nAPPENDDEF(`confENVDEF', `" + esc + "')\n")}},
		"C1":        {"10-x.m4": {Data: []byte("dnl Option: x\ndnl Summary: \u009b2J\n")}},
	} {
		if _, err := load(fs, "d"); fault.Code(err) != "fragment-bad" || strings.ContainsAny(fmt.Sprint(err), "\x1b\u009b") {
			t.Errorf("%s: load = %q, want fault fragment-bad without control characters", name, err)
		}
	}
}

// TestReleaseAndOpenSSL is a release that knows an older OpenSSL alone.
func TestReleaseAndOpenSSL(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for _, test := range []struct {
		name, api, compiles, options string
		code                         string
		text                         string
	}{
		{"too new", "3.0", "<1.1.0", "sasl,starttls", "option-openssl", "leave starttls out (SENDMAIL_WITH=sasl)"},
		{"what needs it goes too", "1.1.1", "<1.1.0", "starttls,sasl,ipv6,tls-ec", "option-openssl", "(SENDMAIL_WITH=sasl,ipv6)"},
		{"both are told", "1.1.1", "<1.1.0", "starttls", "option-openssl", "OpenSSL 1.1.1 where this release wants <1.1.0"},
		{"nothing is left", "1.1.1", "<1.1.0", "starttls", "option-openssl", "(SENDMAIL_WITH=none)"},
		{"old enough", "1.0.2", "<1.1.0", "sasl,starttls", "", ""},
		{"without it", "3.0", "<1.1.0", "sasl", "", ""},
		{"not known", "", "<1.1.0", "sasl,starttls", "", ""},
		{"any will do", "3.0", "", "sasl,starttls", "", ""},
		{"no range", "3.0", "1.1", "sasl,starttls", "release-bad", "want >=VERSION"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			to, err := target.Parse("aix7.2-64")
			if err != nil {
				t.Fatal(err)
			}
			to.OpenSSL.API = test.api
			_, err = set.Compose(Request{Release: "8.15.2", OpenSSL: test.compiles, Options: options(test.options), Target: to})
			if fault.Code(err) != test.code || !strings.Contains(fmt.Sprint(err), test.text) {
				t.Errorf("Compose = %v, want fault %q with %q", err, test.code, test.text)
			}
		})
	}
}

// options splits a list of options, "" being the empty one.
func options(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}
