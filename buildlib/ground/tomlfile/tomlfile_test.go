package tomlfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type document struct {
	Version string `toml:"version"`
	Sign    struct {
		Keys []string `toml:"keys"`
	} `toml:"signature"`
	Filesets []struct {
		Name string `toml:"name"`
	} `toml:"fileset"`
}

func TestDecode(t *testing.T) {
	var got document
	err := Decode([]byte("version = '8.15.2'\n[signature]\nkeys = ['a']\n[[fileset]]\nname = 'x.rte'\n"), &got)
	var want document
	want.Version, want.Sign.Keys = "8.15.2", []string{"a"}
	want.Filesets = append(want.Filesets, struct {
		Name string `toml:"name"`
	}{"x.rte"})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Decode() error %v (-want +got):\n%s", err, diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"unknown key", "\nverson = 'x'\n", `line 2: unknown key "verson", did you mean "version"?`},
		{"unknown key in a table", "[signature]\nkeis = []\n", `line 2: unknown key "signature.keis", did you mean "signature.keys"?`},
		{"unknown key in a list", "[[fileset]]\nnmae = 'x'\n", `line 2: unknown key "fileset.nmae", did you mean "fileset.name"?`},
		{"far from everything", "zzzzzzzz = 1\n", `line 1: unknown key "zzzzzzzz"`},
		{"two unknown keys", "a1 = 1\nb1 = 2\n", "line 2: "},
		{"not TOML", "version: 8\n", "line 1, column "},
		{"wrong type", "version = 8\n", "line 1, column "},
		{"twice", "version = 'a'\nversion = 'b'\n", "version"},
		{"binary", "\x00\x01\x02", "line 1, column "},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := Decode([]byte(test.text), new(document)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Decode() = %v, want an error with %q", err, test.want)
			}
		})
	}
}

func TestTables(t *testing.T) {
	const text = "version = \"\"\"\n[[fileset]]\n\"\"\"\n\n[[fileset]] # first\nname = 'a'\n[[fileset.part]]\n[[ 'fileset' ]]\n[signature]\n"
	if diff := cmp.Diff([]int{5, 8}, Tables([]byte(text), "fileset")); diff != "" {
		t.Errorf("Tables() (-want +got):\n%s", diff)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("version = '8.15.2'\n[signature]\nkeys = ['a']\n[[fileset]]\nname = 'x.rte'\n"))
	f.Add([]byte("[signature]\nkeis = []\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := Decode(text, new(document)); err != nil && err.Error() == "" {
			t.Error("an error that says nothing")
		}
		Tables(text, "fileset")
	})
}
