package cross

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// provided is a library with headers of the SDK's that AIX is not the only one to deliver, and how this machine can confirm them.
type provided struct {
	name     string // directory of the headers
	version  string // header that tells the interface
	parse    func([]byte) (string, error)
	sdk      func(api string) []string // directories below sdk that make that directory
	lists    []string                  // in sdk/imports
	build    string                    // environment variable that names an own build
	shared   string                    // end of the names of the distribution's libraries
	theirs   []string                  // headers that declare everything
	structs  map[string][]string       // members to compare, of all structures that ours have; "" is the size
	versions []string                  // constants that differ from one release of the interface to the next
}

var libraries = []provided{
	{
		name: "openssl", version: "opensslv.h", parse: target.ParseOpenSSLHeader, build: "OPENSSL_BUILD", shared: ".so.3",
		sdk:    func(api string) []string { return []string{"openssl/common", "openssl/" + api} },
		lists:  []string{"libssl", "libcrypto"},
		theirs: []string{"ssl.h", "err.h", "rand.h", "engine.h", "x509v3.h", "dsa.h", "dh.h", "rsa.h"},
		structs: map[string][]string{"GENERAL_NAME_st": {"type", "d.ia5"}, "dh_st": {"p", "g"}, "x509_st": {"cert_info"},
			"x509_cinf_st": {"key"}, "x509_store_ctx_st": {"cert"}},
		versions: []string{"OPENSSL_VERSION_NUMBER", "OPENSSL_VERSION_PATCH"},
	},
	{
		name: "sasl", version: "sasl.h", parse: target.ParseSASLHeader, build: "SASL_BUILD", shared: ".so.2",
		sdk:    func(string) []string { return []string{"sasl"} },
		lists:  []string{"libsasl2"},
		theirs: []string{"sasl.h", "saslplug.h", "saslutil.h"},
		structs: map[string][]string{"sasl_callback": {"", "id", "proc", "context"}, "sasl_secret": {"", "len", "data"},
			"sasl_interact":            {"", "id", "challenge", "prompt", "defresult", "result", "len"},
			"sasl_security_properties": {"", "min_ssf", "max_ssf", "maxbufsize", "security_flags", "property_names", "property_values"}},
		versions: []string{"SASL_VERSION_STEP", "SASL_VERSION_FULL", "SASL_SEC_MAXIMUM"}, // the last: see our sasl.h
	},
}

// system finds what this machine has of a library: directories for the compiler, and for libraries. The environment variable names
// instead a directory where it was built, with include and the static libraries in it, which is how the interfaces were compared
// that no distribution has any more:
//
//	OPENSSL_BUILD=/src/openssl-1.1.1w go test -run Provider ./buildlib/machine/cross
//
// A build without engines (no-engine) does not confirm those.
func (p provided) system(t *testing.T) (include, lib []string, suffix string) {
	t.Helper()
	if dir := os.Getenv(p.build); dir != "" {
		return []string{filepath.Join(dir, "include")}, []string{dir}, ".a"
	}
	// Links in an empty directory: what else is in /usr/include is this machine's, and not AIX's.
	own := t.TempDir()
	for _, pattern := range []string{"/usr/include/", "/usr/include/*/"} {
		found, err := filepath.Glob(pattern + p.name)
		if err != nil {
			t.Fatal(err)
		}
		for i, dir := range found {
			to := filepath.Join(own, fmt.Sprint(len(pattern), i))
			if err := os.Mkdir(to, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(dir, filepath.Join(to, p.name)); err != nil {
				t.Fatal(err)
			}
			include = append(include, to)
		}
	}
	if len(include) == 0 {
		t.Skipf("there are no headers of %s here; \"mage test\" installs them", p.name)
	}
	return include, []string{"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"}, p.shared
}

// TestProviderHeaders compares the SDK's headers of OpenSSL and Cyrus SASL with those that this machine has: every constant by value and
// type, every prototype by declaring it a second time, every member by its place, every macro with arguments by the code that comes of
// it. Nothing is in ours that theirs lack.
func TestProviderHeaders(t *testing.T) {
	if testing.Short() {
		t.Skip("runs without -short")
	}
	for _, p := range libraries {
		t.Run(p.name, func(t *testing.T) {
			include, _, _ := p.system(t)
			api := p.interfaceOf(t, include)
			for _, bits := range []int{32, 64} {
				t.Run(fmt.Sprint(api, "-", bits), func(t *testing.T) {
					c := p.comparison(t, api, bits)
					var flags []string
					for _, dir := range include {
						flags = append(flags, "-I"+dir)
					}
					theirs := c.compiler
					theirs.argv = slices.Concat(theirs.argv, flags)
					text := lines("#include <"+p.name+"/%s>", p.theirs)
					same := func(what, code string) {
						if out := theirs.check(text + code); out != "" {
							t.Errorf("%s:\n%s", what, out)
						}
					}
					constants, functions := c.constantsOf(), c.functions()
					t.Logf("%s %s, %d bits: %d constants, %d functions", p.name, api, bits, len(constants), len(functions))
					for _, header := range c.ours {
						if out := c.alone.check("#include <" + p.name + "/" + header + ">\n"); out != "" {
							t.Errorf("%s alone:\n%s", header, out)
						}
					}
					same("constants", c.sameConstants(constants))
					same("functions", c.sameFunctions(functions))
					same("structures", c.sameStructures())
					if file := "testdata/" + p.name + ".c"; exists(file) {
						c.sameCode(theirs, file)
					}
					// A check that cannot fail is none.
					if out := theirs.check(text + c.sameFunctions(functions) + "double " + functions[0] + "(double);\n"); out == "" {
						t.Error("a wrong prototype compiles")
					}
				})
			}
		})
	}
}

// TestProviderImports: what the headers of an interface declare can be imported, and nothing else; and the libraries here export it.
func TestProviderImports(t *testing.T) {
	for _, p := range libraries {
		for _, api := range map[string][]string{"openssl": {"1.0.2", "1.1.1", "3.0"}, "sasl": {"2.1.27"}}[p.name] {
			t.Run(p.name+"-"+api, func(t *testing.T) {
				var importable []string
				for _, names := range p.importable(t, api) {
					importable = append(importable, names...)
				}
				slices.Sort(importable)
				if d := cmp.Diff(p.comparison(t, api, 64).functions(), importable); d != "" {
					t.Errorf("declared (-) and importable (+):\n%s", d)
				}
			})
		}
		t.Run(p.name+"-exports", func(t *testing.T) {
			include, dirs, suffix := p.system(t)
			api := p.interfaceOf(t, include)
			for list, names := range p.importable(t, api) {
				exported := exports(t, dirs, list+suffix)
				missing := slices.DeleteFunc(names, func(n string) bool { return exported[n] })
				if len(missing) > 0 {
					t.Errorf("%s%s of %s does not export %v", list, suffix, api, missing)
				}
			}
		})
	}
}

// TestMembers: every list names a member for all that a target can have, but for what nobody knows.
func TestMembers(t *testing.T) {
	lists, err := fs.ReadDir(sdk, "sdk/imports")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lists {
		text, err := sdk.ReadFile("sdk/imports/" + l.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, bits := range []int{32, 64} {
			for _, kind := range []target.ProviderKind{target.Base, target.Toolbox, target.Prefix} {
				for _, api := range []string{"1.0.2", "1.1.1", "3.0"} {
					tt := &target.Target{OpenSSL: target.Provider{Kind: kind, API: api}, SASL: target.Provider{Kind: kind, API: "2.1.27"}}
					p := providerOf(l.Name(), tt)
					first, _, _ := strings.Cut(importFile(string(text), bits, p), "\n")
					if first == "" {
						first = "no member is known"
					}
					got = append(got, strings.Join(strings.Fields(fmt.Sprint(l.Name(), " ", bits, " ", p.Kind, " ", p.API, " ", first)), " ")+"\n")
				}
			}
		}
	}
	slices.Sort(got)
	golden(t, "testdata/members.golden", strings.Join(slices.Compact(got), ""))
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

func lines(format string, values []string) string {
	var b strings.Builder
	for _, v := range values {
		fmt.Fprintln(&b, strings.ReplaceAll(format, "%s", v))
	}
	return b.String()
}

func (p provided) interfaceOf(t *testing.T, include []string) string {
	t.Helper()
	for _, dir := range include {
		text, err := os.ReadFile(filepath.Join(dir, p.name, p.version))
		if err != nil {
			continue
		}
		api, err := p.parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return api
	}
	t.Skipf("no %s/%s in %v", p.name, p.version, include)
	return ""
}

// importable are the names of each list that programs can import with an interface.
func (p provided) importable(t *testing.T, api string) map[string][]string {
	t.Helper()
	lists := map[string][]string{}
	for _, l := range p.lists {
		text, err := sdk.ReadFile("sdk/imports/" + l)
		if err != nil {
			t.Fatal(err)
		}
		list := strings.Fields(importFile(string(text), 64, target.Provider{Kind: target.Toolbox, API: api}))
		if len(list) < 3 {
			t.Fatalf("%s for %s: %v", l, api, list)
		}
		lists[l] = list[2:] // after #! and the member
	}
	return lists
}

// exports asks nm what a library in the first of several directories exports.
func exports(t *testing.T, dirs []string, name string) map[string]bool {
	t.Helper()
	option := "-D"
	if strings.HasSuffix(name, ".a") {
		option = "-g"
	}
	for _, dir := range dirs {
		file := filepath.Join(dir, name)
		if !exists(file) {
			continue
		}
		out, err := exec.CommandContext(t.Context(), "nm", option, "--defined-only", "--without-symbol-versions", "-P", file).Output()
		if err != nil {
			t.Skipf("nm %s: %v", file, err)
		}
		names := map[string]bool{}
		for line := range strings.Lines(string(out)) {
			if words := strings.Fields(line); len(words) > 1 {
				names[words[0]] = true
			}
		}
		return names
	}
	t.Skipf("no %s in %v", name, dirs)
	return nil
}

// TestProviderPlaces: headers lie where the provider has them, and tell what they are.
func TestProviderPlaces(t *testing.T) {
	for _, api := range []string{"1.0.2", "1.1.1", "3.0"} {
		for kind, prefix := range map[target.ProviderKind]string{
			target.Base: "/usr", target.Toolbox: target.ToolboxPrefix, target.Prefix: "/opt/own",
		} {
			t.Run(fmt.Sprint(api, "-", kind), func(t *testing.T) {
				p := target.Provider{Kind: kind, Prefix: prefix, API: api}
				k := kit{target: &target.Target{OpenSSL: p, SASL: p}, dir: t.TempDir()}
				if err := k.headers(); err != nil {
					t.Fatal(err)
				}
				for _, l := range libraries {
					text, err := os.ReadFile(filepath.Join(k.dir, "root", prefix, "include", l.name, l.version))
					if err != nil {
						t.Fatal(err)
					}
					want := map[string]string{"openssl": api, "sasl": "2.1.27"}[l.name]
					if got, err := l.parse(text); got != want || err != nil {
						t.Errorf("%s in %s: %q, %v, want %q", l.name, prefix, got, err, want)
					}
				}
			})
		}
	}
}

// TestUnknownMember: a library that programs would not be loaded with is refused when the toolchain is made.
func TestUnknownMember(t *testing.T) {
	base := target.Provider{Kind: target.Base, Prefix: "/usr", API: "1.1.1"}
	for name, tt := range map[string]*target.Target{
		"openssl": {OS: target.AIX, Bits: 64, OpenSSL: target.Provider{Kind: target.Prefix, Prefix: "/opt/own", API: "1.0.2"}, SASL: base},
		"sasl":    {OS: target.AIX, Bits: 64, OpenSSL: base, SASL: base},
	} {
		t.Run(name, func(t *testing.T) {
			k := kit{target: tt, dir: t.TempDir()}
			if err := k.libraries(t.Context()); fault.Code(err) != "cross-provider" {
				t.Errorf("libraries() = %v, want cross-provider", err)
			}
		})
	}
}
