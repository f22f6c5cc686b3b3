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

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
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

// Nothing of one member is left when the next is read into the same header, and the only memory that a member takes is its name.
func TestNextInto(t *testing.T) {
	t.Parallel()
	image := write(t, file("./a", 0o2555, "data"), directory("./b", 0o755), file("./c", 0o644, "more"))
	image[bytes.Index(image, []byte("./c\x00"))+9] = 0xFF // c has a list of so many words
	into, next := bff.NewReader(bytes.NewReader(image)), bff.NewReader(bytes.NewReader(image))
	h := &bff.Header{Name: "./before", UID: 1, Size: 1}
	for range 2 {
		want, err := next.Next()
		if err2 := into.NextInto(h); err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if diff := cmp.Diff(want, h); diff != "" {
			t.Errorf("-Next +NextInto:\n%s", diff)
		}
	}
	if err := into.NextInto(h); !errors.Is(err, bff.ErrHeader) || h.Name != "./c" {
		t.Errorf("NextInto of a damaged member = %v, of %q", err, h.Name)
	}
	if err := into.NextInto(h); !errors.Is(err, bff.ErrHeader) || h.Name != "" {
		t.Errorf("NextInto after an error = %v, of %q", err, h.Name)
	}
}

func TestNextIntoMemory(t *testing.T) { // not parallel: what others take would be counted
	all := make([]member, 50)
	for i := range all {
		all[i] = file(fmt.Sprintf("./file%d", i), 0o644, "data")
	}
	r, h := bff.NewReader(bytes.NewReader(write(t, all...))), &bff.Header{}
	took := testing.AllocsPerRun(len(all)-1, func() { // and once before it counts
		if err := r.NextInto(h); err != nil {
			t.Fatal(err)
		}
	})
	if took != 1 {
		t.Errorf("a member takes memory %v times", took)
	}
}

// After a header that is none, no data of an earlier member is given.
func TestReadAfterError(t *testing.T) {
	t.Parallel()
	image := write(t, file("./a", 0o644, "0123456789"), file("./b", 0o644, "b"))
	at := bytes.Index(image, []byte("./b\x00")) - 64 // of b's header
	image[at+4] ^= 1
	for _, damaged := range [][]byte{image, image[:at+8]} {
		r := bff.NewReader(bytes.NewReader(damaged))
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		_, err := r.Next()
		if n, again := r.Read(make([]byte, 4)); err == nil || n != 0 || again != err {
			t.Errorf("Next() = %v, then Read = %d, %v, want the same error", err, n, again)
		}
	}
}

// An image is told from other files by its first four bytes.
func TestHasMagic(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		data []byte
		want bool
	}{
		{"an image", write(t), true},
		{"its first four bytes", write(t)[:4], true},
		{"its first three bytes", write(t)[:3], false},
		{"nothing", nil, false},
		{"packed", []byte{9, 0, 0x6C, 0xEA}, true},
		{"by inode", []byte{9, 0, 0x6D, 0xEA}, true},
		{"the number after", []byte{9, 0, 0x6E, 0xEA}, false},
		{"text", []byte("text"), false},
	} {
		if got := bff.HasMagic(test.data); got != test.want {
			t.Errorf("%s: HasMagic(%x) = %t, want %t", test.name, test.data[:min(4, len(test.data))], got, test.want)
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
		{"unknown kind of file", set(headerAt+12, 0xA4, 0x71), bff.ErrType, "offset 72"},
		{"device with data", set(headerAt+12, 0xA4, 0x21), bff.ErrHeader, "offset 184"},
		{"another volume in it", func(b []byte) []byte { return append(b[:headerAt], b...) }, bff.ErrHeader, "offset 72: invalid header: another"},
		{"name without an end", set(headerAt+64, []byte("./aaaaaa")...), bff.ErrHeader, "name without an end"},
		{"no place for a name", func(b []byte) []byte {
			b[headerAt] = 8
			reseal(b[headerAt : headerAt+64])
			return b
		}, bff.ErrHeader, "offset 72: invalid header: 64 bytes, too short for a name"},
		{"empty name", set(headerAt+64, 0), bff.ErrHeader, "empty name"},
		{"stored size", set(headerAt+56, 7), bff.ErrHeader, `"./a" has 1 bytes, but 7 are stored`},
		{"packed", set(headerAt+2, 0x6C), bff.ErrData, "offset 185"},
		{"access list of 32 GiB", set(securityAt, 0xFF, 0xFF, 0xFF, 0xFF), bff.ErrHeader, "offset 144: invalid header: lists of access"},
		{"privileges of 32 GiB", set(securityAt+4, 0xFF, 0xFF, 0xFF, 0xFF), bff.ErrHeader, "offset 144"},
		{"access list longer than its words", set(securityAt+8, 17), bff.ErrHeader, "offset 152: invalid header: an ACL of 17 bytes in 2 words"},
		{"access list of less than its head", set(securityAt+8, 15), bff.ErrHeader, "an ACL of 15 bytes"},
		{"access list of no length", set(securityAt+8, 0), bff.ErrHeader, "an ACL of 0 bytes"},
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

// Names that installp would not have, as backup -i writes them, are given as they are.
func TestReaderTakesAnyName(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"/a", "a", ".", "a b", "../"} {
		image := write(t, file("./a", 0o644, "x"))
		copy(image[headerAt+64:], name+"\x00")
		reseal(image[headerAt:securityAt])
		got, err := read(bytes.NewReader(image))
		if err != nil || len(got) != 1 || got[0].Name != name || got[0].data != "x" {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

// IBM's build system fills in less than backup: a directory has no links and a left-over inode, the ACL holds the whole mode word,
// FS_END has a left-over word, and all fill holds left-overs (S3). Here a package of ours is changed so.
func TestReaderTakesIBM(t *testing.T) {
	t.Parallel()
	members := []member{directory("./usr", 0o755), file("./usr/x", 0o2555, "odd")}
	image := write(t, members...)
	var headers []int64
	r := bff.NewReader(bytes.NewReader(image))
	for err := error(nil); err == nil; _, err = r.Next() {
		if at := r.Stored().Offset; at > 0 {
			headers = append(headers, at)
		}
	}
	for i, at := range headers {
		header := image[at:][:int(image[at])*8]
		for j := 64 + len(members[i].Name) + 1; j < len(header); j++ {
			header[j] = '~'
		}
		copy(header[6:], "\x00\x00\x42\x17\x99\x03")
		reseal(header)
		copy(image[int(at)+len(header)+12:], header[12:14])
	}
	end := bytes.LastIndex(image, []byte{1, 7, 0x6B, 0xEA})
	copy(image[end-5:end], "~~~~~")
	for i := end + 6; i < len(image); i++ {
		image[i] = '~'
	}
	reseal(image[end : end+8])
	for i := range members {
		members[i].ModTime = epoch.UTC()
	}
	got, err := read(bytes.NewReader(image))
	if diff := cmp.Diff(members, got, cmp.AllowUnexported(member{})); diff != "" || err != nil {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	if _, err := rewriteStrictly(image); !errors.Is(err, bff.ErrStrict) {
		t.Errorf("a strict Reader says %v, want %v", err, bff.ErrStrict)
	}
}

// S1 has one such member, acl/ and two bytes 0x7F.
func TestNFS4ACL(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"acl/\x7f\x7f": true, "./\x7f\x7f": true, "./\x7f": false, "./a\x7f\x7f": false} {
		h := bff.Header{Name: name, Mode: bff.TypeRegular}
		if h.IsNFS4ACL() != want {
			t.Errorf("IsNFS4ACL of %q = %v", name, !want)
		}
	}
}

func TestStored(t *testing.T) {
	t.Parallel()
	members := []member{directory("./", 0o755), file("./a", 0o644, "x"), file("./b", 0o644, "123456789")}
	image := write(t, members...)
	w := bff.NewWriter(io.Discard, epoch)
	r := bff.NewReader(bytes.NewReader(image))
	want := []bff.Stored{
		{Offset: 72, Data: 72 + 112},
		{Offset: 184, Data: 184 + 112, Size: 1},
		{Offset: 304, Data: 304 + 112, Size: 9},
		{Offset: 432}, // FS_END
	}
	for i, stored := range want {
		if _, err := r.Next(); err != nil && (err != io.EOF || i < len(want)-1) {
			t.Fatal(err)
		}
		if diff := cmp.Diff(stored, r.Stored()); diff != "" {
			t.Errorf("member %d, -want +got:\n%s", i, diff)
		}
		if i == len(members) {
			break
		}
		if err := errors.Join(w.WriteHeader(&members[i].Header), writeString(w, members[i].data)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(w.Stored(), r.Stored()); diff != "" {
			t.Errorf("member %d, -written +read:\n%s", i, diff)
		}
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

// mend puts right checksums into the headers of an archive, or a fuzzer would hardly ever get past the first one.
func mend(image []byte) []byte {
	image = bytes.Clone(image)
	for range 10 {
		r := bff.NewReader(bytes.NewReader(image))
		var err error
		for err == nil {
			_, err = r.Next()
		}
		at := r.Stored().Offset
		if !strings.Contains(err.Error(), "checksum") || at+int64(image[at])*8 > int64(len(image)) {
			break
		}
		reseal(image[at:][:int(image[at])*8])
	}
	return image
}

// FuzzReader reads anything. What was read must be writable, unless it is something that the Writer refuses by its rules, and
// must then read back the same.
func FuzzReader(f *testing.F) {
	for _, image := range [][]byte{
		write(f),
		write(f, directory("./", 0o755), file("./lpp_name", 0o644, "4 R I a {\n}\n"), directory("./usr", 0o755)),
		write(f, file("./a", 0o6755, ""), file("./a", 0o644, "12345678")),
		packedImage(f, pack("a packed member"), 15),
		linkImage(f, "target", bare),
		linkImage(f, "12345678", secured),
		aclImage(f, "0c000640"+"08000200"+"000000d6"),
	} {
		f.Add(image)
	}
	f.Fuzz(func(t *testing.T, image []byte) {
		image = mend(image)
		first, err := read(bytes.NewReader(image))
		known := []error{nil, bff.ErrHeader, bff.ErrData, bff.ErrType, io.ErrUnexpectedEOF}
		if !slices.ContainsFunc(known, func(k error) bool { return errors.Is(err, k) }) {
			t.Errorf("an error that nobody can test for: %v", err)
		}
		if rewritten, err := rewriteStrictly(image); err == nil && !bytes.Equal(rewritten, image) {
			t.Errorf("a strict Reader took what the Writer does not write:\n%s", bytediff(rewritten, image))
		}
		var writable []member
		for _, m := range first {
			h := m.Header
			switch err := bff.NewWriter(io.Discard, epoch).WriteHeader(&h); {
			case err == nil && int64(len(m.data)) < m.Size: // another name of a file
			case err == nil:
				writable = append(writable, m)
			case !errors.Is(err, bff.ErrName) && !errors.Is(err, bff.ErrTooLarge) && !h.IsSymlink() && !h.IsSpecial():
				t.Errorf("read %+v, which cannot be written: %v", m.Header, err)
			}
		}
		second, err := read(bytes.NewReader(write(t, writable...)))
		if diff := cmp.Diff(writable, second, cmp.AllowUnexported(member{})); diff != "" || err != nil {
			t.Errorf("%v, after writing and reading again, -first +second:\n%s", err, diff)
		}
	})
}
