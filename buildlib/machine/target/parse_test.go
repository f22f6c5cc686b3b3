package target

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseOSLevel(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"7200-05-03-2148\n", "7.2 TL5 SP3"},
		{"6100-09-06-1543", "6.1 TL9 SP6"},
		{"7300-02-01-2346", "7.3 TL2 SP1"},
		{"7200-04", "7.2 TL4 SP0"},
		{"7.2.0.0", ""},
		{"", ""},
		{"7200-", ""},
		{"72000-05-03-2148", ""},
		{"7200-05-03-2148-1", ""},
		{"7200-+5-03-2148", ""},
	} {
		l, err := ParseOSLevel(test.text)
		if got := levelOrNothing(l, err); got != test.want {
			t.Errorf("ParseOSLevel(%q) = %q, %v; want %q", test.text, got, err, test.want)
		}
	}
}

func levelOrNothing(l Level, err error) string {
	if err != nil {
		return ""
	}
	return l.String()
}

func TestParseLslpp(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"bos:bos.rte:7.2.4.1: : :C:F:Base Operating System Runtime: : : : : : :0:0:/:2015", "7.2 TL4 SP0"},
		{"#Package Name:Fileset:Level:State\nbos:bos.rte:6.1.9.100: : :C: :Base", "6.1 TL9 SP0"},
		{"bos:bos.rte.SRC:7.2.4.0: : :C: :System Resource Controller", ""},
		{"bos:bos.rte:7.2: : :C", ""},
		{"bos:bos.rte:7.2.x.0: : :C", ""},
		{"", ""},
	} {
		l, err := ParseLslpp(test.text)
		if got := levelOrNothing(l, err); got != test.want {
			t.Errorf("ParseLslpp(%q) = %q, %v; want %q", test.text, got, err, test.want)
		}
	}
}

func TestParseOpenSSLHeader(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want, err string }{
		{"0.9.8", "#define OPENSSL_VERSION_NUMBER\t0x009080ffL\n", "0.9.8", ""},
		{"1.0.2u, indented as in the original", "# define OPENSSL_VERSION_NUMBER  0x1000215fL\n", "1.0.2", ""},
		{"1.1.1 with a carriage return", "# define OPENSSL_VERSION_NUMBER  0x101010cfL\r\n", "1.1.1", ""},
		{"3.0, number composed", "# define OPENSSL_VERSION_MAJOR  3\n# define OPENSSL_VERSION_MINOR  0\n# define OPENSSL_VERSION_NUMBER  \\\n ( (OPENSSL_VERSION_MAJOR<<28))\n", "3.0", ""},
		{"3.5", "# define OPENSSL_VERSION_MINOR  5\n# define OPENSSL_VERSION_MAJOR  3\n", "3.5", ""},
		{"LibreSSL", "#define LIBRESSL_VERSION_NUMBER 0x3050300fL\n#define OPENSSL_VERSION_NUMBER 0x20000000L\n", "", "LibreSSL"},
		{"in a comment", "/* OPENSSL_VERSION_NUMBER 0x1000215fL */\n", "", "neither"},
		{"major alone", "# define OPENSSL_VERSION_MAJOR 3\n", "", "MINOR"},
		{"too long", "#define OPENSSL_VERSION_NUMBER 0x1000215ff0L\n", "", "neither"},
		{"empty", "", "", "neither"},
	} {
		got, err := ParseOpenSSLHeader([]byte(test.text))
		if got != test.want || (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: ParseOpenSSLHeader = %q, %v; want %q, %q", test.name, got, err, test.want, test.err)
		}
	}
}

func TestParseSASLHeader(t *testing.T) {
	t.Parallel()
	good := "#define SASL_VERSION_MAJOR 2\n#define SASL_VERSION_MINOR 1\n#define SASL_VERSION_STEP 28\n"
	if got, err := ParseSASLHeader([]byte(good)); got != "2.1.28" || err != nil {
		t.Errorf("ParseSASLHeader = %q, %v; want 2.1.28", got, err)
	}
	for _, bad := range []string{"", "#define SASL_VERSION_MAJOR 2\n", strings.Replace(good, "MAJOR 2", "MAJOR 1", 1)} {
		if got, err := ParseSASLHeader([]byte(bad)); err == nil {
			t.Errorf("ParseSASLHeader(%q) = %q, want an error", bad, got)
		}
	}
}

func TestParseCompilerVersion(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text    string
		kind    CompilerKind
		version string
	}{
		{"IBM XL C/C++ for AIX, V16.1.0  (5725-C72, 5765-J12)\nVersion: 16.01.0000.0003", XLC, "16.1.0"},
		{"IBM XL C for AIX, V12.1 (5765-J02)\nVersion: 12.01.0000.0000", XLC, "12.1"},
		{"IBM Open XL C/C++ for AIX 17.1.0 (5725-C72, 5765-J18), version 17.1.0.0, clang version 13.0.0\nTarget: x", IBMClang, "17.1.0"},
		{"gcc (Debian 12.2.0-14+deb12u1) 12.2.0\nCopyright (C) 2022 Free Software Foundation, Inc.", GCC, "12.2.0"},
		{"gcc (GCC) 8.3.0", GCC, "8.3.0"},
		{"cc (SUSE Linux) 7.5.0\nCopyright (C) 2017 Free Software Foundation, Inc.", GCC, "7.5.0"},
		{"Debian clang version 19.1.7 (3)", Clang, "19.1.7"},
		{"tcc version 0.9.27", "", "0.9.27"},
		{"", "", ""},
	} {
		if kind, version := ParseCompilerVersion(test.text); kind != test.kind || version != test.version {
			t.Errorf("ParseCompilerVersion(%q) = %q, %q; want %q, %q", test.text, kind, version, test.kind, test.version)
		}
	}
	for name, want := range map[string]CompilerKind{"/usr/vac/bin/xlc_r": XLC, "ibm-clang_r": IBMClang, "gcc-12": GCC,
		"powerpc-ibm-aix7.2.0.0-gcc": GCC, "clang-19": Clang, "/opt/IBM/xlC/16.1.0/bin/xlclang": XLClang, "cc": "", "icc": ""} {
		if got := KindOf(name); got != want {
			t.Errorf("KindOf(%q) = %q, want %q", name, got, want)
		}
	}
}

// seeds adds the files of the simulated boxes that match a pattern.
func seeds(f *testing.F, pattern string) {
	f.Helper()
	files, err := filepath.Glob("../../../testdata/boxes/*/" + pattern)
	if err != nil || len(files) == 0 {
		f.Fatalf("no seeds %s: %v", pattern, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
}

func FuzzHeader(f *testing.F) {
	seeds(f, "root/usr/include/openssl/opensslv.h")
	seeds(f, "root/opt/freeware/include/sasl/sasl.h")
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, parse := range []func([]byte) (string, error){ParseOpenSSLHeader, ParseSASLHeader} {
			api, err := parse(text)
			if err == nil && (strings.Trim(api, "0123456789.") != "" || strings.Count(api, ".") == 0) {
				t.Errorf("%q is not a version", api)
			}
		}
	})
}

func FuzzLevel(f *testing.F) {
	seeds(f, "lslpp")
	f.Add([]byte("7200-05-03-2148"))
	f.Add([]byte("2 7"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, parse := range []func(string) (Level, error){ParseOSLevel, ParseLslpp, parseUname} {
			l, err := parse(string(text))
			if err == nil && (l.Version < 0 || l.Release < 0 || l.TL < 0 || l.SP < 0) {
				t.Errorf("level %v of %q", l, text)
			}
		}
	})
}

func FuzzCompilerVersion(f *testing.F) {
	seeds(f, "*.version")
	f.Fuzz(func(t *testing.T, text []byte) {
		_, version := ParseCompilerVersion(string(text))
		if strings.Trim(version, "0123456789.") != "" {
			t.Errorf("%q is not a version", version)
		}
	})
}
