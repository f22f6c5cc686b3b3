package bff_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/bff"
)

// list shows what a test compares: one line for each member.
func list(members []member) []string {
	var lines []string
	for _, m := range members {
		lines = append(lines, fmt.Sprintf("%06o %d:%d %d %d %s", m.Mode, m.UID, m.GID, m.Size, m.ModTime.Unix(), m.Name))
	}
	return lines
}

// backup-i.bff was made with backup -i on AIX in 2024. Its file is longer than its archive by left-over memory.
func TestReadBackup(t *testing.T) {
	t.Parallel()
	got, err := read(bytes.NewReader(sample(t, "backup-i.bff")))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"040755 388113:21803 0 1716803986 backup",
		"100644 388113:21803 3 1716803944 backup/file.txt",
		"040755 388113:21803 0 1716803992 backup/folder",
		"100644 388113:21803 3 1716804004 backup/folder/file_in_folder.txt",
	}
	if diff := cmp.Diff(want, list(got)); diff != "" {
		t.Errorf("members, -want +got:\n%s", diff)
	}
	if got[1].data != "abc" || got[3].data != "xyz" {
		t.Errorf("contents %q and %q, want abc and xyz", got[1].data, got[3].data)
	}
}

// PkgA.1.0.0.0.bff was made with mkinstallp on AIX in 2013.
func TestReadPackage(t *testing.T) {
	t.Parallel()
	got, err := read(bytes.NewReader(sample(t, "PkgA.1.0.0.0.bff")))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range got {
		names = append(names, m.Name)
	}
	want := []string{"./", "./lpp_name", "./usr", "./usr/lpp", "./usr/lpp/PkgA", "./usr/lpp/PkgA/liblpp.a",
		"./usr/doc/PkgA", "./usr/doc/PkgA/README", "./usr/PkgA", "./usr/PkgA/bin", "./usr/PkgA/bin/acommand"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("members, -want +got:\n%s", diff)
	}
	if !strings.HasPrefix(got[1].data, "4 R I PkgA {\nPkgA.rte 1.0.0.0 01 N U en_US") {
		t.Errorf("lpp_name is %q", got[1].data)
	}
}

func TestReadBack(t *testing.T) {
	t.Parallel()
	members := []member{directory("./", 0o755), file("./a", 0o2555, "some data"), file("./b", 0o644, ""), directory("./c", 0o1777)}
	members[1].UID, members[1].GID = 4294967294, 6
	image := write(t, members...)
	for i := range members {
		members[i].ModTime = epoch.UTC()
	}
	for _, test := range []struct {
		name string
		r    io.Reader
	}{
		{"whole", bytes.NewReader(image)},
		{"byte by byte", iotest.OneByteReader(bytes.NewReader(image))},
		{"data with the end", iotest.DataErrReader(bytes.NewReader(image))},
		{"nothing after FS_END", bytes.NewReader(image[:bytes.LastIndexByte(image, 1)+2])},
	} {
		got, err := read(test.r)
		if diff := cmp.Diff(list(members), list(got)); diff != "" || err != nil {
			t.Errorf("%s: %v, members, -want +got:\n%s", test.name, err, diff)
		}
		if got[1].data != members[1].data {
			t.Errorf("%s: content %q, want %q", test.name, got[1].data, members[1].data)
		}
	}
}

func TestReaderSkips(t *testing.T) {
	t.Parallel()
	r := bff.NewReader(bytes.NewReader(write(t, file("./a", 0o644, "0123456789"), file("./b", 0o644, "b"))))
	for _, name := range []string{"./a", "./b"} {
		if h, err := r.Next(); err != nil || h.Name != name {
			t.Fatalf("Next() = %v, %v, want %s", h, err, name)
		}
		if n, err := r.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Fatalf("Read of %s = %d, %v", name, n, err)
		}
	}
	for range 2 {
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("Next after the last member: %v, want io.EOF", err)
		}
		if _, err := r.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("Read after the last member: %v, want io.EOF", err)
		}
	}
}

// Places in the image that write(file("./a", ..., "x")) makes.
const (
	headerAt   = 72
	securityAt = headerAt + 72
	dataAt     = securityAt + 40
	endAt      = dataAt + 8
)

// reseal puts the right checksum into a header that a test has changed.
func reseal(header []byte) {
	header[4], header[5] = 0, 0
	var sum uint16
	for _, b := range header {
		sum += uint16(b) << (b & 7)
	}
	header[4], header[5] = byte(sum), byte(sum>>8)
}

func TestReaderRefuses(t *testing.T) {
	t.Parallel()
	set := func(at int, bytes ...byte) func([]byte) []byte {
		return func(image []byte) []byte {
			copy(image[at:], bytes)
			if at >= headerAt && at < securityAt {
				reseal(image[headerAt:securityAt])
			}
			return image
		}
	}
	for _, test := range []struct {
		name   string
		change func([]byte) []byte
		want   error
		text   string
	}{
		{"nothing", func(b []byte) []byte { return nil }, io.ErrUnexpectedEOF, "offset 0"},
		{"no archive", func([]byte) []byte { return []byte("#!/bin/ksh\nexit 0\n") }, bff.ErrHeader, "magic"},
		{"archive by inode", set(2, 0x6D, 0xEA), bff.ErrHeader, "by inode"},
		{"the other file magic", set(0, 0x09, 0x00, 0x6F, 0xEA), bff.ErrHeader, "offset 0: invalid header: magic 0xea6f"},
		{"no volume", func(b []byte) []byte { return b[headerAt:] }, bff.ErrHeader, "where FS_VOLUME"},
		{"volume checksum", set(8, 0), bff.ErrHeader, "offset 0: invalid header: checksum"},
		{"member checksum", func(b []byte) []byte { b[headerAt+16] = 9; return b }, bff.ErrHeader, "offset 72: invalid header: checksum"},
		{"length 0", set(headerAt, 0), bff.ErrHeader, "offset 72: invalid header: length 0"},
		{"unknown type", set(headerAt+1, 5), bff.ErrHeader, "type 5"},
		{"symbolic link", set(headerAt+12, 0xFF, 0xA1), bff.ErrType, "offset 72"},
		{"name without an end", set(headerAt+64, []byte("./aaaaaa")...), bff.ErrHeader, "name without an end"},
		{"empty name", set(headerAt+64, 0), bff.ErrHeader, "empty name"},
		{"stored size", set(headerAt+56, 7), bff.ErrHeader, `"./a" has 1 bytes, but 7 are stored`},
		{"packed", set(headerAt+2, 0x6C), bff.ErrPacked, "offset 184"},
		{"access list of 32 GiB", set(securityAt, 0xFF, 0xFF, 0xFF, 0xFF), io.ErrUnexpectedEOF, "offset 512"},
		{"file of 4 GiB", func(b []byte) []byte {
			copy(b[headerAt+24:], "\xff\xff\xff\xff")
			return set(headerAt+56, 0xFF, 0xFF, 0xFF, 0xFF)(b)
		}, io.ErrUnexpectedEOF, "offset 512"},
		{"cut in the volume", func(b []byte) []byte { return b[:20] }, io.ErrUnexpectedEOF, "offset 20"},
		{"cut in a header", func(b []byte) []byte { return b[:headerAt+30] }, io.ErrUnexpectedEOF, "offset 102"},
		{"cut in the data", func(b []byte) []byte { return b[:dataAt] }, io.ErrUnexpectedEOF, "offset 184"},
		{"cut in the fill", func(b []byte) []byte { return b[:dataAt+2] }, io.ErrUnexpectedEOF, "offset 186"},
		{"no end", func(b []byte) []byte { return b[:endAt] }, io.ErrUnexpectedEOF, "offset 192"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(bytes.NewReader(test.change(write(t, file("./a", 0o644, "x")))))
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%v, want %v with %q", err, test.want, test.text)
			}
		})
	}
}

// A packed member is listed, and the members after it can be read.
func TestReaderPassesPacked(t *testing.T) {
	t.Parallel()
	image := write(t, file("./a", 0o644, "x"), file("./b", 0o644, "plain"))
	image[headerAt+2] = 0x6C
	image[headerAt+24] = 200 // unpacked it is larger
	reseal(image[headerAt:securityAt])
	r := bff.NewReader(bytes.NewReader(image))
	if h, err := r.Next(); err != nil || h.Size != 200 {
		t.Fatalf("Next() = %+v, %v, want size 200", h, err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, bff.ErrPacked) {
		t.Errorf("Read of a packed member: %v, want %v", err, bff.ErrPacked)
	}
	if h, err := r.Next(); err != nil || h.Name != "./b" {
		t.Fatalf("Next() = %+v, %v, want ./b", h, err)
	}
	if data, err := io.ReadAll(r); err != nil || string(data) != "plain" {
		t.Errorf("./b is %q, %v", data, err)
	}
}

// An extended ACL makes the security block longer, in S1 by three words; the reader goes past it.
func TestReaderPassesExtendedACL(t *testing.T) {
	t.Parallel()
	image := write(t, file("./a", 0o644, "x"))
	image[securityAt] = 5
	image = slices.Insert(image, securityAt+24, make([]byte, 24)...)
	got, err := read(bytes.NewReader(image))
	if err != nil || len(got) != 1 || got[0].data != "x" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestReaderPassesDirectorySize(t *testing.T) {
	t.Parallel()
	image := write(t, directory("./a", 0o755), file("./b", 0o644, "x"))
	image[headerAt+57] = 16 // backup gives directories 4096 bytes and stores none
	reseal(image[headerAt:securityAt])
	got, err := read(bytes.NewReader(image))
	if err != nil || len(got) != 2 {
		t.Errorf("got %v, %v", got, err)
	}
}

// FuzzReader reads anything. What was read must be writable, unless it is something that the Writer refuses by its rules, and
// must then read back the same.
func FuzzReader(f *testing.F) {
	seed := func(members ...member) {
		var b bytes.Buffer
		w := bff.NewWriter(&b, epoch)
		for _, m := range members {
			if err := errors.Join(w.WriteHeader(&m.Header), writeString(w, m.data)); err != nil {
				f.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	seed()
	seed(directory("./", 0o755), file("./lpp_name", 0o644, "4 R I a {\n}\n"), directory("./usr", 0o755))
	seed(file("./a", 0o6755, ""), file("./a", 0o644, "12345678"))
	f.Fuzz(func(t *testing.T, image []byte) {
		first, err := read(bytes.NewReader(image))
		if err != nil && !errors.Is(err, bff.ErrHeader) && !errors.Is(err, bff.ErrPacked) && !errors.Is(err, bff.ErrType) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("an error that nobody can test for: %v", err)
		}
		var writable []member
		for _, m := range first {
			h := m.Header
			switch err := bff.NewWriter(io.Discard, epoch).WriteHeader(&h); {
			case err == nil:
				writable = append(writable, m)
			case !errors.Is(err, bff.ErrName):
				t.Errorf("read %+v, which cannot be written: %v", m.Header, err)
			}
		}
		second, err := read(bytes.NewReader(write(t, writable...)))
		if diff := cmp.Diff(writable, second, cmp.AllowUnexported(member{})); diff != "" || err != nil {
			t.Errorf("%v, after writing and reading again, -first +second:\n%s", err, diff)
		}
	})
}
