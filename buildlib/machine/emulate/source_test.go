package emulate

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

func TestSourcePackages(t *testing.T) {
	tests := map[string]struct{ list, want string }{
		"lines": {
			"# ours\ndeb [signed-by=/k] http://a/debian x main\ndeb-src http://a/debian x main\n",
			"# ours\ndeb-src [signed-by=/k] http://a/debian x main\ndeb-src http://a/debian x main\n",
		},
		"stanzas": {
			"Types: deb\nURIs: http://a/debian\nSuites: x\n\nTypes: deb deb-src\nURIs: http://b\n",
			"Types: deb-src\nURIs: http://a/debian\nSuites: x\n\nTypes: deb-src\nURIs: http://b\n",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, sourcePackages(test.list)); diff != "" {
				t.Errorf("sourcePackages() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCodename(t *testing.T) {
	for release, want := range map[string]string{
		"NAME=\"Debian GNU/Linux\"\nVERSION_CODENAME=bookworm\n": "bookworm",
		"VERSION_CODENAME=\"noble\"\n":                           "noble",
		"NAME=x\n":                                               "stable",
	} {
		if got := codename(release); got != want {
			t.Errorf("codename(%q) = %q, want %q", release, got, want)
		}
	}
}

// Making OpenSSL and SASL takes minutes and a way to the distribution: EMULATE_LIBRARIES names the cache to make them in.
func TestMakeLibraries(t *testing.T) {
	dir := os.Getenv("EMULATE_LIBRARIES")
	if dir == "" {
		t.Skip("EMULATE_LIBRARIES is not set: it names the directory to make OpenSSL and SASL for ppc in")
	}
	for bits, w := range widths {
		e := emulator(t, w)
		e.Cache = cache.Open(dir, nil)
		made, err := e.MakeLibraries(t.Context(), bits, 2)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := e.MakeLibraries(t.Context(), bits, 2); err != nil || again != made {
			t.Errorf("made again in %s, %v, want %s", again, err, made)
		}
		if found, err := e.libraries(t.Context(), w); err != nil || len(found) != 4 {
			t.Fatalf("%s has the libraries %v, %v, want four", made, found, err)
		}
		if _, err := e.loader(t.Context(), w); err != nil {
			t.Error(err)
		}
	}
	for _, half := range []string{"*.new", "*.work"} {
		if left, err := filepath.Glob(filepath.Join(dir, "emulate", half)); len(left) > 0 || err != nil {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

// The directory that libraries are made in stays while they are not done, so that what was done of it is not done again, and goes with the end.
func TestWorkIsCleared(t *testing.T) {
	kept := recipes
	defer func() { recipes = kept }()
	recipes = []recipe{{"openssl", []string{
		"mkdir -p $PREFIX/lib; echo configured >>../configured", "test -e ../allowed; cat ../fetched ../configured file >$PREFIX/lib/libx.a",
	}}}
	bin, dir := t.TempDir(), t.TempDir()
	for name, script := range map[string]string{
		wide.compiler: "echo gcc 1.0",
		"apt-get": `case "$*" in *download-only*) mkdir openssl-1; echo text >openssl-1/file; tar -czf openssl_1.orig.tar.gz openssl-1; rm -r openssl-1;
			echo fetched >>fetched;; esac`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	e := &Emulator{Machine: host.NewLocal([]string{"PATH=" + bin + ":" + os.Getenv("PATH")}), Cache: cache.Open(dir, nil), SDK: sdk()}
	if _, err := e.MakeLibraries(t.Context(), 64, 1); fault.Code(err) != "command-failed" {
		t.Fatalf("MakeLibraries() = %v, want that the second command fails", err)
	}
	work, err := filepath.Glob(filepath.Join(dir, "emulate", "*"+cache.WorkSuffix))
	if len(work) != 1 || err != nil {
		t.Fatalf("to go on with there is %q, %v", work, err)
	}
	if err := os.WriteFile(filepath.Join(work[0], "allowed"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(work[0], "openssl", "cut.o"), []byte("half an object"), 0o644); err != nil {
		t.Fatal(err)
	}
	made, err := e.MakeLibraries(t.Context(), 64, 1)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(made, "lib", "libx.a")); string(text) != "fetched\nconfigured\ntext\n" || err != nil {
		t.Errorf("made: %q, %v, with each step done once", text, err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "emulate", "*"))
	if err != nil || len(left) != 2 || left[0] != made || left[1] != made+cache.LogSuffix {
		t.Errorf("left: %q, %v, want what was made and its log", left, err)
	}
}
