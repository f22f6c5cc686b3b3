package bff_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

const volumeHeader = 72

// edit changes the header of a member, which begins 64 bytes before its name.
func edit(image []byte, name string, change func(header []byte)) []byte {
	image = slices.Clone(image)
	header := image[bytes.Index(image, []byte(name+"\x00"))-64:]
	header = header[:int(header[0])*8]
	change(header)
	reseal(header)
	return image
}

// drop takes bytes out, counted from the end of a member's header.
func drop(image []byte, name string, from, to int) []byte {
	at := bytes.Index(image, []byte(name+"\x00")) - 64
	at += int(image[at]) * 8
	return slices.Delete(slices.Clone(image), at+from, at+to)
}

// contents lists the members with what is special about them.
func contents(image []byte) (all []string, err error) {
	r := bff.NewReader(bytes.NewReader(image))
	for {
		h, err := r.Next()
		if err != nil {
			return all, err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return all, err
		}
		s := r.Special()
		all = append(all, fmt.Sprintf("%s %#o %q %v %d,%d", h.Name, h.Mode, data, s.HardLink, s.Major, s.Minor))
	}
}

func TestSpecial(t *testing.T) {
	t.Parallel()
	const security = 40
	image := write(t, file("./special", 0o644, ""), file("./z", 0o644, "z"))
	le := binary.LittleEndian
	for _, mode := range []uint32{bff.TypeFIFO, bff.TypeChar, bff.TypeBlock, bff.TypeSocket, bff.TypeMPX} {
		special := edit(image, "./special", func(h []byte) {
			le.PutUint32(h[12:], mode|0o644)
			le.PutUint32(h[24:], 4096) // a size, of no data
			le.PutUint32(h[48:], 10)
			le.PutUint32(h[52:], 5)
		})
		want := []string{fmt.Sprintf("./special %#o \"\" false 10,5", mode|0o644), "./z 0100644 \"z\" false 0,0"}
		for name, image := range map[string][]byte{"with a security block": special, "bare": drop(special, "./special", 0, security)} {
			if got, err := contents(image); err != io.EOF || !slices.Equal(got, want) {
				t.Errorf("%#o %s: %q, %v", mode, name, got, err)
			}
		}
		r := bff.NewReader(bytes.NewReader(special))
		if h, err := r.Next(); err != nil || h.Size != 0 || r.Stored().Data != int64(volumeHeader+80) {
			t.Errorf("%#o has %d bytes at %d, %v", mode, h.Size, r.Stored().Data, err)
		}
		garbage := drop(special, "./special", 0, security)
		copy(garbage[volumeHeader+80:], bytes.Repeat([]byte{0xff}, 16))
		if _, err := contents(garbage); !errors.Is(err, bff.ErrType) {
			t.Errorf("%#o with something else behind it: %v", mode, err)
		}
		for _, n := range []int{volumeHeader + 80 + 3, volumeHeader + 80 + 20} {
			if _, err := contents(special[:n]); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), fmt.Sprintf("offset %d:", n)) {
				t.Errorf("%#o cut behind %d bytes: %v", mode, n, err)
			}
		}
		cut := special[:bytes.Index(special, []byte("./special\x00"))+16]
		if _, err := contents(cut); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), fmt.Sprintf("offset %d:", len(cut))) {
			t.Errorf("%#o cut behind %d bytes: %v", mode, len(cut), err)
		}
		strict := bff.NewReader(bytes.NewReader(special))
		strict.Strict = true
		if _, err := strict.Next(); !errors.Is(err, bff.ErrType) {
			t.Errorf("%#o strictly: %v", mode, err)
		}
		if _, err := contents(drop(special, "./special", 8, len(special)-300)); err == io.EOF || err == nil {
			t.Errorf("%#o cut: %v", mode, err)
		}
	}
}

// A further name of a file has its size, and no data.
func TestHardLink(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"12345678", "1"} {
		testHardLink(t, data)
	}
}

func testHardLink(t *testing.T, data string) {
	t.Helper()
	image := write(t, file("./a", 0o644, data), file("./b", 0o644, data), file("./z", 0o644, "z"))
	for _, name := range []string{"./a", "./b"} {
		image = edit(image, name, func(h []byte) {
			binary.LittleEndian.PutUint16(h[6:], 2)
			binary.LittleEndian.PutUint32(h[8:], 77)
		})
	}
	image = drop(edit(image, "./b", func(h []byte) { binary.LittleEndian.PutUint32(h[56:], 0) }), "./b", 40, 48)
	want := []string{`./a 0100644 "` + data + `" false 0,0`, `./b 0100644 "" true 0,0`, `./z 0100644 "z" false 0,0`}
	if got, err := contents(image); err != io.EOF || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	r := bff.NewReader(bytes.NewReader(image))
	for _, want := range []bff.Special{{Links: 2, Inode: 77}, {Links: 2, Inode: 77, HardLink: true}} {
		if _, err := r.Next(); err != nil || r.Special().Links != want.Links || r.Special().Inode != want.Inode || r.Special().HardLink != want.HardLink {
			t.Errorf("%+v, %v, want %+v", r.Special(), err, want)
		}
	}
}

// What is cut in the data that are passed over, or in a link's target, says where.
func TestCutUnread(t *testing.T) {
	t.Parallel()
	image := write(t, file("./a", 0o644, "12345678"), file("./z", 0o644, "z"))
	end := bytes.Index(image, []byte("./a\x00")) + 8 // of its header
	r := bff.NewReader(bytes.NewReader(image[:end+43]))
	r.Strict = true
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), fmt.Sprintf("offset %d:", end+43)) {
		t.Errorf("cut in data: %v", err)
	}
	link := edit(image, "./a", func(h []byte) { binary.LittleEndian.PutUint32(h[12:], bff.TypeSymlink|0o777) })
	if _, err := contents(link[:end+3]); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), fmt.Sprintf("offset %d:", end+3)) {
		t.Errorf("cut in a target: %v", err)
	}
}

// A directory has no data, whatever size it says that are stored.
func TestDirectorySize(t *testing.T) {
	t.Parallel()
	image := edit(write(t, directory("./d", 0o755), file("./z", 0o644, "z")), "./d", func(h []byte) {
		binary.LittleEndian.PutUint32(h[24:], 512)
		binary.LittleEndian.PutUint32(h[56:], 512)
	})
	r := bff.NewReader(bytes.NewReader(image))
	if h, err := r.Next(); err != nil || h.Size != 0 || r.Stored().Size != 0 || r.Stored().Packed {
		t.Errorf("%+v, %+v, %v", h, r.Stored(), err)
	}
	if h, err := r.Next(); err != nil || h.Name != "./z" {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestVolumes(t *testing.T) {
	t.Parallel()
	whole := write(t, file("./a", 0o644, strings.Repeat("x", 1000)), file("./b", 0o644, "b"), file("./c", 0o644, "c"))
	volume := func(number byte, limited bool) []byte {
		v := slices.Clone(whole[:volumeHeader])
		v[6] = number
		if limited {
			copy(v[16:], "\x00\x10\x00\x00")
		}
		reseal(v)
		return v
	}
	names := func(image []byte) (all []string, err error) {
		r := bff.NewReader(bytes.NewReader(image))
		for {
			h, err := r.Next()
			if err != nil {
				return all, err
			}
			all = append(all, h.Name)
		}
	}
	fake := func(words, sum byte) []byte {
		return []byte{words, 11, whole[volumeHeader+2], whole[volumeHeader+3], sum, 0, 0, 0}
	}
	at := func(name string) int { return bytes.Index(whole, []byte(name+"\x00")) - 64 }
	for _, test := range []struct {
		name  string
		image []byte
		want  string
		err   error
	}{
		{"the second volume begins in a member", slices.Concat(volume(2, true), whole[at("./b")-104:]), "./b ./c", io.EOF},
		{"what is no header in the rest", slices.Concat(volume(2, true), fake(9, 1), fake(0, 0), fake(255, 0), whole[at("./b")-16:]), "./b ./c", io.EOF},
		{"two in one file", slices.Concat(volume(1, true), whole[volumeHeader:at("./c")], volume(2, true), whole[at("./c"):]), "./a ./b ./c", io.EOF},
		{"the first ends in a member", slices.Concat(volume(1, true), whole[volumeHeader:at("./a")+500]), "./a", bff.ErrVolume},
		{"the first ends in a header", slices.Concat(volume(1, true), whole[volumeHeader:at("./b")+5]), "./a", bff.ErrVolume},
		{"the first ends within a name", slices.Concat(volume(1, true), whole[volumeHeader:at("./b")+66]), "./a", bff.ErrVolume},
		{"the first ends between members", slices.Concat(volume(1, true), whole[volumeHeader:at("./c")]), "./a ./b", bff.ErrVolume},
		{"a second volume without a member", volume(2, true), "", io.ErrUnexpectedEOF},
		{"a second that ends, and says no size", slices.Concat(volume(2, false), whole[at("./b"):at("./c")]), "./b", bff.ErrVolume},
		{"cut, and no volume", whole[:at("./c")], "./a ./b", io.ErrUnexpectedEOF},
		{"three in one file", slices.Concat(volume(1, true), whole[volumeHeader:at("./b")], volume(2, true), whole[at("./b"):at("./c")], volume(3, true), whole[at("./c"):]), "./a ./b ./c", io.EOF},
		{"one that does not follow", slices.Concat(whole[:at("./c")], volume(3, true), whole[at("./c"):]), "./a ./b", bff.ErrHeader},
	} {
		got, err := names(test.image)
		if !errors.Is(err, test.err) || strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
	strict := bff.NewReader(bytes.NewReader(slices.Concat(volume(1, false), volume(2, false), whole[volumeHeader:])))
	strict.Strict = true
	if _, err := strict.Next(); err == nil || !strings.Contains(err.Error(), "another volume, which does not follow volume 1") {
		t.Errorf("a further volume, read strictly: %v", err)
	}
	if _, err := names(whole[:at("./c")]); errors.Is(err, bff.ErrVolume) {
		t.Errorf("an archive that is cut is taken for a volume: %v", err)
	}
	inode := slices.Clone(whole)
	inode[2] = 0x6d
	copy(inode[20:], "/dev/hd1\x00")
	copy(inode[36:], "/a/name/of/16/byuser")
	copy(inode[52:], "operators/of/all")
	inode[68], inode[69] = 3, 1
	reseal(inode[:volumeHeader])
	want := `bff: invalid header: an archive by inode (backup -f of a file system): file system "/a/name/of/16/by" on "/dev/hd1", level 259, of 2015-10-01, by "operators/of/all"`
	if _, err := names(inode); !errors.Is(err, bff.ErrInode) || cmp.Diff(want, err.Error()) != "" {
		t.Errorf("an archive by inode: %v", err)
	}
	if _, err := names(inode[:volumeHeader]); err == nil || err.Error() != want {
		t.Errorf("the volume header of one alone: %v", err)
	}
	const short = "bff: at offset 0: invalid header: an archive by inode (backup -f of a file system)"
	for name, image := range map[string][]byte{
		"cut": inode[:volumeHeader-1], "of another type": append([]byte{9, 1}, inode[2:]...), "shorter": append([]byte{8}, inode[1:]...),
	} {
		if _, err := names(image); err == nil || err.Error() != short {
			t.Errorf("%s: %v, want %s", name, err, short)
		}
	}
	// What a volume header must say, and where it does not.
	for want, image := range map[string][]byte{
		"bff: at offset 0: invalid header: increment 101; an archive by name has 100": func() []byte {
			v := volume(1, false)
			v[68] = 101
			reseal(v)
			return v
		}(),
		"bff: at offset 0: invalid header: type 11 with 72 bytes where FS_VOLUME with 72 should be": whole[volumeHeader:],
	} {
		if _, err := names(image); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	strict = bff.NewReader(bytes.NewReader(volume(2, false)))
	strict.Strict = true
	if _, err := strict.Next(); err == nil || err.Error() != "bff: at offset 0: invalid header: volume 2 of an archive; the first has number 1" {
		t.Errorf("a second volume strictly: %v", err)
	}
}

// The record that IBM's page of the file describes: its type, dates, volume and magic are told.
func TestByInode(t *testing.T) {
	t.Parallel()
	tape := make([]byte, 1024)
	for at, n := range map[int]uint32{0: 1, 4: 1443657600, 12: 2, 24: 60013} {
		binary.BigEndian.PutUint32(tape[at:], n)
	}
	_, err := contents(tape)
	if want := "bff: invalid header: an archive by inode (backup -f of a file system): volume 2, of 2015-10-01"; !errors.Is(err, bff.ErrInode) || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	for _, test := range []struct {
		at   int
		n    uint32
		size int
		want bool
	}{
		{24, 60011, 28, true}, {24, 60012, 28, true}, {24, 60013, 28, true}, {24, 60010, 28, false}, {24, 60014, 28, false}, {0, 2, 28, false}, {24, 60013, 27, false},
	} {
		b := bytes.Clone(tape)
		binary.BigEndian.PutUint32(b[test.at:], test.n)
		if got := bff.HasMagic(b[:test.size]); got != test.want {
			t.Errorf("%d at %d of %d bytes: HasMagic = %v", test.n, test.at, test.size, got)
		}
		if _, err := contents(b[:test.size]); errors.Is(err, bff.ErrInode) != test.want {
			t.Errorf("%d at %d of %d bytes: %v", test.n, test.at, test.size, err)
		}
	}
}

// A Reader goes past data without reading them where it can, and tells where what is cut ends all the same.
func TestSeeks(t *testing.T) {
	t.Parallel()
	image := write(t, file("./a", 0o644, strings.Repeat("x", 1<<20)), file("./b", 0o644, "b"))
	counted := &counter{ReadSeeker: bytes.NewReader(image)}
	r := bff.NewReader(counted)
	for _, want := range []string{"./a", "./b"} {
		if h, err := r.Next(); err != nil || h.Name != want {
			t.Fatalf("%v, %v", h, err)
		}
	}
	if data, err := io.ReadAll(r); err != nil || string(data) != "b" || counted.read > 1<<17 {
		t.Errorf("%q, %v, after %d bytes", data, err, counted.read)
	}
	if at := r.Stored().Offset; !bytes.HasPrefix(image[at+64:], []byte("./b\x00")) {
		t.Errorf("./b is at offset %d, it says", at)
	}
	for _, n := range []int{1 << 19, 1 << 20} {
		for _, in := range []io.Reader{bytes.NewReader(image[:n]), struct{ io.Reader }{bytes.NewReader(image[:n])}} {
			r = bff.NewReader(in)
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Next(); !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), fmt.Sprintf("offset %d:", n)) {
				t.Errorf("cut behind %d bytes: %v", n, err)
			}
		}
	}
	// What seeks at first, and no more.
	r = bff.NewReader(&counter{ReadSeeker: bytes.NewReader(image), seeks: 3})
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); !errors.Is(err, errSeek) {
		t.Errorf("a disk that cannot be sought in: %v", err)
	}
}

var errSeek = errors.New("no seeking")

type counter struct {
	io.ReadSeeker
	read  int
	seeks int // after which there are none, if there is a number
}

func (c *counter) Seek(n int64, whence int) (int64, error) {
	if c.seeks == 1 && n != 0 {
		return 0, errSeek
	}
	c.seeks = max(c.seeks-1, min(c.seeks, 1))
	return c.ReadSeeker.Seek(n, whence)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.ReadSeeker.Read(p)
	c.read += n
	return n, err
}
