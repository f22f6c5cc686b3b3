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
