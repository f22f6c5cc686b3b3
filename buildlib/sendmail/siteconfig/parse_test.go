package siteconfig

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseFragment(t *testing.T) {
	t.Parallel()
	const header = "dnl Option: x\ndnl Summary: an option\n"
	for _, test := range []struct{ name, file, text, err string }{
		{"least", "10-x.m4", header, ""},
		{"all keys", "10-x.m4", header + "dnl Libraries: a b++\ndnl Needs: y z\ndnl Conflicts: no-x\ndnl Since: 8.16.1\ndnl Before: 8.17.1.9\n" +
			"dnl Headers: a.h b/b.h\ndnl Debian: liba-dev\ndnl Fedora: a-devel\ndnl Toolbox: a a-devel\ndnl Map: hash\ndnl Proof: A_B\n" +
			"dnl SDKLacks: A of b.h\ndnl Filesets: bos.x.y\ndnl OpenSSL: >=1.0.2 <3.0\ndnl Targets: aix\ndnl Default: all\ndnl Provider: sasl\ndnl Builds: libmilter\ndnl\ndnl why\n" +
			"APPENDDEF(`confMAPDEF', `-DX')\nPREPENDDEF(`confENVDEF', `-DA=\\\"/b\\\"')dnl yes\ndefine(`confSTFILE', `s')\n\n", ""},
		{"name without digits", "x.m4", header, "two digits"},
		{"name of another option", "10-y.m4", header, "the name of the file y"},
		{"no header", "10-x.m4", "APPENDDEF(`confMAPDEF', `-DX')\n", "must have Option"},
		{"empty file", "10-x.m4", "", "must have Option"},
		{"no summary", "10-x.m4", "dnl Option: x\n", "must have Option"},
		{"unknown key", "10-x.m4", header + "dnl Library: x\n", `line 3: unknown key "Library", did you mean "Libraries"?`},
		{"unknown key of the SDK", "10-x.m4", header + "dnl sdklacks: x\n", `did you mean "SDKLacks"?`},
		{"key like no other", "10-x.m4", header + "dnl Copyright: x\n", `unknown key "Copyright"`},
		{"header of another place", "10-x.m4", header + "dnl Headers: ../x.h\n", "header Headers"},
		{"absolute header", "10-x.m4", header + "dnl Headers: /usr/include/x.h\n", "header Headers"},
		{"package with an option", "10-x.m4", header + "dnl Debian: --yes\n", "header Debian"},
		{"two map types", "10-x.m4", header + "dnl Map: hash btree\n", "header Map"},
		{"two proofs", "10-x.m4", header + "dnl Proof: A B\n", "header Proof"},
		{"provider of nothing", "10-x.m4", header + "dnl Provider: sasl\n", "must say by Libraries"},
		{"key twice", "10-x.m4", header + "dnl Option: x\n", "line 3: Option is there twice"},
		{"capitals", "10-x.m4", "dnl Option: X\n", "lower case"},
		{"bad release", "10-x.m4", header + "dnl Since: 8.x\n", "numbers with dots"},
		{"bad range", "10-x.m4", header + "dnl OpenSSL: 3.0\n", "want >=VERSION"},
		{"range with two ends of a kind", "10-x.m4", header + "dnl OpenSSL: <3.0 <1.1\n", "two bounds"},
		{"bad target", "10-x.m4", header + "dnl Targets: linux\n", "want one of aix host"},
		{"bad provider", "10-x.m4", header + "dnl Provider: gnutls\n", "want one of"},
		{"bad library", "10-x.m4", header + "dnl Libraries: -lx,y\n", "names with blanks"},
		{"carriage return", "10-x.m4", "dnl Option: x\r\n", "plain text"},
		{"free text", "10-x.m4", header + "-DX\n", "line 3: want dnl"},
		{"other m4", "10-x.m4", header + "include(`/etc/passwd')\n", "want dnl"},
		{"syscmd in a value", "10-x.m4", header + "APPENDDEF(`confENVDEF', syscmd(`id'))\n", "want dnl"},
		{"unquoted", "10-x.m4", header + "APPENDDEF(confENVDEF, -DX)\n", "want dnl"},
		{"comma", "10-x.m4", header + "APPENDDEF(`confLIBS', `-Wl,-bx')\n", "a comma"},
		{"comma in a define", "10-x.m4", header + "define(`confSTFILE', `a,b')\n", "a comma"},
		{"define of a common macro", "10-x.m4", header + "define(`confENVDEF', `-DX')\n", "wipe out"},
		{"define of a directory's macro", "10-x.m4", header + "define(`conf_sendmail_LIBS', `-lx')\n", "wipe out"},
		{"dollar", "10-x.m4", header + "APPENDDEF(`confENVDEF', `-DX=$(id)')\n", "a character"},
		{"hash", "10-x.m4", header + "APPENDDEF(`confENVDEF', `-DX #')\n", "a character"},
		{"m4 word", "10-x.m4", header + "APPENDDEF(`confLIBS', `-L/opt/index')\n", "m4 replaces"},
		{"the linker options", "10-x.m4", header + "APPENDDEF(`confLDOPTS', `-bx')\n", "the target's"},
		{"the library search", "10-x.m4", header + "define(`confLIBSEARCH', `db')\n", "the target's"},
	} {
		f, err := ParseFragment(test.file, []byte(test.text))
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: ParseFragment = %+v, %v; want error %q", test.name, f, err, test.err)
		}
	}
}

// TestKeysDocumented holds docs/options.md to the keys that there are.
func TestKeysDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/options.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	_, table, _ := strings.Cut(string(text), "|---|---|---|\n")
	for row := range strings.Lines(table) {
		if !strings.HasPrefix(row, "|") {
			break
		}
		got = append(got, strings.FieldsFunc(strings.Split(row, "|")[1], func(r rune) bool { return r == ' ' || r == ',' })...)
	}
	slices.Sort(got)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(keys)), got); diff != "" {
		t.Errorf("keys in docs/options.md (-there are +documented):\n%s", diff)
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"8.15.2", "8.17.1.9", -1}, {"8.17.1.9", "8.17.1", 1}, {"3.0", "3.0.0", 0}, {"1.1.1", "1.0.2", 1}, {"10.0", "9.9", 1},
	} {
		a, errA := ParseVersion(test.a)
		b, errB := ParseVersion(test.b)
		if errA != nil || errB != nil || a.Compare(b) != test.want || b.Compare(a) != -test.want {
			t.Errorf("%s against %s: %d, want %d (%v, %v)", test.a, test.b, a.Compare(b), test.want, errA, errB)
		}
	}
	for _, bad := range []string{"", ".", "8.", "8..1", "8.15.2a", "-1", "1.2.3.4.5.6.7", "1234567"} {
		if v, err := ParseVersion(bad); err == nil {
			t.Errorf("ParseVersion(%q) = %v, want an error", bad, v)
		}
	}
	r, err := ParseRange(">=1.1.1 <3.0")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{"1.0.2": false, "1.1.1": true, "2.0": true, "3.0": false, "3.0.0": false} {
		v, err := ParseVersion(text)
		if err != nil || r.Has(v) != want {
			t.Errorf("%s has %s = %v, want %v (%v)", r, text, !want, want, err)
		}
	}
}

func TestCheckPath(t *testing.T) {
	t.Parallel()
	for dir, good := range map[string]bool{
		"/opt/sendmail": true, "/opt/sendmail-8.15_2+x": true, "/usr/include": true, "/opt/indexes": true,
		"": false, "/": false, "opt": false, "/opt/../x": false, "/opt/": false, "/opt/a b": false, "/opt/a,b": false, "/opt/`x'": false,
		"/opt/#x": false, "/opt/$x": false, "/opt/x\ny": false, "/opt/index/x": false, "/opt/len": false, "/opt/confCC": false, "/opt/x:y": false,
		"/opt/ä": false, `/opt/a\b`: false,
	} {
		if err := checkPath("the prefix", dir); (err == nil) != good {
			t.Errorf("checkPath(%q) = %v, want good %v", dir, err, good)
		}
	}
}

func FuzzFragment(f *testing.F) {
	files, err := filepath.Glob("../../../site.config.m4.d/*.m4")
	if err != nil || len(files) == 0 {
		f.Fatalf("no fragments: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(filepath.Base(file), text)
	}
	f.Fuzz(func(t *testing.T, file string, text []byte) {
		fragment, err := ParseFragment(file, text)
		if err != nil {
			return
		}
		for _, c := range fragment.calls {
			if strings.ContainsAny(c.value, ",`'#\n$()") {
				t.Errorf("accepted a value that m4 or make would change: %q", c.value)
			}
		}
		if !strings.HasSuffix(string(text), fragment.Body) && !strings.HasSuffix(string(text)+"\n", fragment.Body) {
			t.Errorf("body %q is not the end of the file", fragment.Body)
		}
	})
}

func FuzzRange(f *testing.F) {
	for _, seed := range []string{">=1.1.1 <3.0", "<3.0", "", ">=", "<1.x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseRange(text)
		if err != nil {
			return
		}
		again, err := ParseRange(r.String())
		if err != nil || again.String() != r.String() {
			t.Errorf("ParseRange(%q) writes %q, which reads as %v, %v", text, r, again, err)
		}
	})
}
