package emulate

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
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
