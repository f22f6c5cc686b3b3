package xcoff_test

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// TestCorrections: programs of GNU's linker have fields to correct, once; objects, and programs of AIX's linker and of Go's, have none.
func TestCorrections(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		file string
		want []string
	}{
		{"object32.o", nil},
		{"program32", []string{"f_flags is 0x1206, not 0x1002", "o_vstamp is 0x0002, not 0x0001", "o_cputype is 0x04, not 0x00",
			"s_paddr of .loader is 0x20000290, not 0x00000000", "s_vaddr of .loader is 0x20000290, not 0x00000000", "l_smclas of errno is 0x04, not 0x05"}},
		{"program64", []string{"f_flags is 0x1206, not 0x1002", "o_vstamp is 0x0002, not 0x0001", "o_cputype is 0x02, not 0x00",
			"s_paddr of .loader is 0x0000000020000398, not 0x0000000000000000", "s_vaddr of .loader is 0x0000000020000398, not 0x0000000000000000",
			"l_version is 0x00000002, not 0x00000001", "l_smclas of errno is 0x04, not 0x05"}},
	} {
		b := testFile(t, test.file)
		for _, c := range open(t, test.file).Corrections() {
			copy(b[c.Offset:], c.Want)
		}
		var got []string
		for _, c := range open(t, test.file).Corrections() {
			got = append(got, c.String())
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s, -want +got:\n%s", test.file, diff)
		}
		again, err := xcoff.NewFile(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if left := again.Corrections(); left != nil {
			t.Errorf("%s: left to correct: %v", test.file, left)
		}
	}
	for _, path := range append(aixPrograms(t), buildGo(t)) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Skip(err)
		}
		f, err := xcoff.NewFile(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if c := f.Corrections(); c != nil {
			t.Errorf("%s: to correct: %v", path, fmt.Sprint(c))
		}
	}
}

// TestSymbolTypes: what GNU's linker leaves in the types of symbols is corrected, and nothing in auxiliary entries is taken for one.
func TestSymbolTypes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"program32", "program64"} {
		b := testFile(t, name)
		f, before := open(t, name), len(open(t, name).Corrections())
		spoilt := 0
		for i := uint64(0); i < uint64(f.SymbolCount); i++ {
			entry := b[f.SymbolOffset+18*i:][:18]
			if entry[16] == 2 || entry[16] == 107 {
				copy(entry[14:], "\xba\x78")
				spoilt++
			}
			i += uint64(entry[17])
		}
		again, err := xcoff.NewFile(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		list := again.Corrections()
		if len(list) != before+spoilt || spoilt == 0 || list[len(list)-1].String() != "n_type is 0xba78, not 0x0000" {
			t.Errorf("%s: %d symbols spoilt, corrections %v", name, spoilt, list)
		}
		for _, c := range list {
			copy(b[c.Offset:], c.Want)
		}
		if mended, err := xcoff.NewFile(bytes.NewReader(b)); err != nil || mended.Corrections() != nil {
			t.Errorf("%s: left to correct: %v, %v", name, mended.Corrections(), err)
		}
	}
}
