package bff_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

// What AIX writes and our Writer does not: access control lists and symbolic links. The archives are ours with other bytes put in.

// aclImage is an archive of one file whose ACL has these extended entries.
func aclImage(t testing.TB, entries string) []byte {
	t.Helper()
	b := unhex(t, entries)
	image := write(t, file("./a", 0o644, "x"))
	binary.LittleEndian.PutUint32(image[securityAt+8:], uint32(16+len(b)))
	b = append(b, make([]byte, (8-len(b)%8)%8)...)
	binary.LittleEndian.PutUint32(image[securityAt:], uint32(2+len(b)/8))
	return slices.Insert(image, securityAt+24, b...)
}

func TestACL(t *testing.T) {
	t.Parallel()
	const permit, deny = "0c000640" + "08000200" + "000000d6", "0c000780" + "08000100" + "000000cc" // as in S1
	for _, test := range []struct {
		name, entries string
		want          []string
	}{
		{"none", "", nil},
		{"one", permit, []string{"permit rw- g:214"}},
		{"two", deny + permit, []string{"deny rwx u:204", "permit rw- g:214"}},
		{"one for two", "140004c0" + "08000100" + "00000001" + "08000200" + "00000002", []string{"specify r-- u:1,g:2"}},
		{"of no kind", "0c000600" + "08000200" + "000000d6", []string{"unknown 0c000600" + "08000200" + "000000d6"}},
		{"with other access bits", "0c000e40" + "08000200" + "000000d6", []string{"unknown 0c000e40" + "08000200" + "000000d6"}},
		{"identity of another kind", permit + "0c000640" + "08000300" + "000000d6",
			[]string{"permit rw- g:214", "unknown 0c000640" + "08000300" + "000000d6"}},
		{"with more than permissions", "0c000840" + "08000200" + "000000d6", []string{"unknown 0c000840" + "08000200" + "000000d6"}},
		{"a byte too long", "0d000640" + "08000200" + "000000d6" + "00", []string{"unknown 0d000640" + "08000200" + "000000d6" + "00"}},
		{"and a byte", permit + "00", []string{"permit rw- g:214", "unknown 00"}},
		{"for one and a half", "13000640" + "08000200" + "000000d6" + "08000200" + "000000", []string{"unknown 13000640" + "08000200" + "000000d6" + "08000200" + "000000"}},
		{"for nobody", "04000640", []string{"unknown 04000640"}},
		{"of length 0", "00000640" + permit, []string{"unknown 00000640" + permit}},
		{"cut off", permit[:20], []string{"unknown " + permit[:20]}},
		{"longer than all", "10000640" + permit[8:], []string{"unknown 10000640" + permit[8:]}},
		{"the largest list", strings.Repeat(permit, 340), slices.Repeat([]string{"permit rw- g:214"}, 340)},
		{"too short for a length", "0c00", []string{"unknown 0c00"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := bff.NewReader(bytes.NewReader(aclImage(t, test.entries)))
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, r.Stored().ACL); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if data, err := io.ReadAll(r); err != nil || string(data) != "x" {
				t.Errorf("content %q, %v", data, err)
			}
		})
	}
}

// The list of privileges may be as large as that of access; a larger one is refused before memory is asked for.
func TestPrivileges(t *testing.T) {
	t.Parallel()
	for words, want := range map[uint32]error{512: nil, 513: bff.ErrHeader} {
		image := write(t, file("./a", 0o644, "x"))
		binary.LittleEndian.PutUint32(image[securityAt+4:], words)
		image = slices.Insert(image, securityAt+40, make([]byte, 8*(words-2))...)
		got, err := read(bytes.NewReader(image))
		if !errors.Is(err, want) || err == nil && got[0].data != "x" {
			t.Errorf("%d words: %v, %v, want %v", words, got, err, want)
		}
	}
}

// The two layouts of a symbolic link that public readers assume.
const (
	bare    = false // the target in whole words, then the next header
	secured = true  // the target and a NUL in whole words, then a security block
)

func linkImage(t testing.TB, target string, layout bool) []byte {
	t.Helper()
	image := write(t, file("./a", 0o777, ""), file("./b", 0o644, "b"))
	header := image[headerAt:securityAt]
	binary.LittleEndian.PutUint32(header[12:], bff.TypeSymlink|0o777)
	binary.LittleEndian.PutUint32(header[24:], uint32(len(target)))
	reseal(header)
	if layout == secured {
		target += "\x00"
	}
	target += strings.Repeat("\x00", (8-len(target)%8)%8)
	if layout == bare {
		image = slices.Delete(image, securityAt, securityAt+40)
	}
	return slices.Insert(image, securityAt, []byte(target)...)
}

func TestSymlink(t *testing.T) {
	t.Parallel()
	for _, layout := range []bool{bare, secured} {
		for _, target := range []string{"x", "sendmail", "../../lib/sendmail", strings.Repeat("x", 1023)} {
			got, err := read(bytes.NewReader(linkImage(t, target, layout)))
			if err != nil || len(got) != 2 {
				t.Errorf("layout %v, target %q: %v, %v", layout, target, got, err)
				continue
			}
			if !got[0].IsSymlink() || got[0].data != target || got[1].data != "b" {
				t.Errorf("layout %v: %q and %q, want %q and b", layout, got[0].data, got[1].data, target)
			}
		}
		for _, target := range []string{"", strings.Repeat("x", 1024), "a\x00b", "\x00b"} {
			if _, err := read(bytes.NewReader(linkImage(t, target, layout))); !errors.Is(err, bff.ErrType) {
				t.Errorf("layout %v, target %q: %v, want %v", layout, target, err, bff.ErrType)
			}
		}
	}
	third := linkImage(t, "target", secured)
	third[securityAt+6] = 'x' // no NUL behind the target, and no header
	if _, err := read(bytes.NewReader(third)); !errors.Is(err, bff.ErrType) {
		t.Errorf("a third layout: %v, want %v", err, bff.ErrType)
	}
}
