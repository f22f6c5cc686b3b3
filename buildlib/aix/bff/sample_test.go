package bff_test

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

// What backup -i and mkinstallp wrote on AIX is read and written again: where the format determines a byte, it is the same byte.
// Where it is not, the field is named here with the reason. Any other difference fails the test, and so does a reason for which
// there is no difference.
func TestRewriteSamples(t *testing.T) {
	t.Parallel()
	common := map[string]string{
		"checksum":           "follows from the fields that differ",
		"directory atime":    "the Writer knows one time for each member, the modification time (W2)",
		"directory device":   "tells where the files lay on the machine that packed them (W4)",
		"directory dsize":    "the size of the directory where it lay; ours have none (W5)",
		"directory mode":     "the bit 0x10000 of a journaled file system (W6)",
		"directory nlink":    "counts its subdirectories where it lay (W5)",
		"directory PCL mode": "as the mode (W6)",
		"file device":        "W4",
		"ACL reserved":       "left-over memory",
		"behind the end":     "left-over memory, in ours zeros (W10)",
	}
	with := func(more map[string]string) map[string]string {
		all := maps.Clone(common)
		maps.Copy(all, more)
		return all
	}
	for _, test := range []struct {
		name   string
		prefix string // of names, for the Writer to take them
		differ map[string]string
	}{
		{"backup-i.bff", "./", with(map[string]string{
			"length":          "the names have no ./, which the Writer asks for (W3)",
			"name":            "W3",
			"behind the name": "as many zeros as the longer name leaves",
			"directory ctime": "W2",
			"file ctime":      "W2",
		})},
		{"PkgA.1.0.0.0.bff", "", with(map[string]string{
			"behind the name": "left-overs of a longer name",
			"behind the data": "left-over memory",
			"file atime":      "W2",
			"file ctime":      "W2",
		})},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			image := sample(t, test.name)
			members, err := read(bytes.NewReader(image))
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			w := bff.NewWriter(&b, time.Unix(int64(binary.LittleEndian.Uint32(image[8:])), 0))
			for _, m := range members {
				m.Name = test.prefix + m.Name
				if err := w.WriteHeader(&m.Header); err != nil {
					t.Fatal(err)
				}
				if err := writeString(w, m.data); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}

			theirs, ours := fields(image), fields(b.Bytes())
			if len(theirs) != len(ours) {
				t.Fatalf("%d fields, written again %d", len(theirs), len(ours))
			}
			found := map[string]bool{}
			for i, their := range theirs {
				our := ours[i]
				if their.what == our.what && bytes.Equal(their.bytes, our.bytes) {
					continue
				}
				found[their.what] = true
				if test.differ[their.what] == "" {
					t.Errorf("offset %d, %s: % x, written again %s % x", their.at, their.what, their.bytes, our.what, our.bytes)
				}
			}
			if diff := cmp.Diff(slices.Sorted(maps.Keys(test.differ)), slices.Sorted(maps.Keys(found))); diff != "" {
				t.Errorf("fields that differ, -expected +found:\n%s", diff)
			}
		})
	}
}

// field is a part of an archive.
type field struct {
	what  string
	at    int
	bytes []byte
}

// Fields with their sizes, in order, as the samples show them: a second description of the format, apart from the package's own.
const (
	volumeFields   = "length:1 type:1 magic:2 checksum:2 number:2 date:4 dumpdate:4 words:4 disk:16 filesystem:16 user:16 increment:2 pad:2"
	memberFields   = "nlink:2 ino:4 mode:4 uid:4 gid:4 size:4 atime:4 mtime:4 ctime:4 device:8 rdevice:8 dsize:4 pad:4"
	securityFields = "ACL-words:4 PCL-words:4 ACL-length:4 ACL-mode:4 ACL-reserved:2 ACL-owner:2 ACL-group:2 ACL-others:2 PCL-length:4"
)

// fields takes an archive apart, without a look at what its bytes say beyond the lengths.
func fields(image []byte) []field {
	var all []field
	at := 0
	take := func(what string, n int) []byte {
		f := field{what, at, image[at : at+n]}
		all = append(all, f)
		at += n
		return f.bytes
	}
	takeAll := func(kind, layout string) {
		for part := range strings.FieldsSeq(layout) {
			name, size, _ := strings.Cut(part, ":")
			n, err := strconv.Atoi(size)
			if err != nil {
				panic(err) // the layouts are above
			}
			take(kind+strings.ReplaceAll(name, "-", " "), n)
		}
	}
	takeAll("", volumeFields)
	for image[at+1] == 11 {
		header := image[at:]
		kind, stored := "file ", int(binary.LittleEndian.Uint32(header[56:]))
		if binary.LittleEndian.Uint16(header[12:])&0o170000 == 0o040000 {
			kind, stored = "directory ", 0
		}
		takeAll("", "length:1 type:1 magic:2 checksum:2")
		takeAll(kind, memberFields)
		end := bytes.IndexByte(image[at:], 0) + 1
		take("name", end)
		take("behind the name", int(header[0])*8-64-end)
		takeAll("", securityFields)
		take(kind+"PCL mode", 4)
		take("PCL rest", 8)
		take("data", stored)
		take("behind the data", (8-stored%8)%8)
	}
	take("end", 8)
	take("behind the end", len(image)-at)
	return all
}
