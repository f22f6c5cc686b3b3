package bff_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

// TestWriterVector compares with bytes worked out by hand from archives that AIX wrote.
func TestWriterVector(t *testing.T) {
	t.Parallel()
	want := unhex(t,
		// FS_VOLUME
		"09006bea145a010080770c5680770c56ffffff7f6279206e616d650000000000",
		"000000006279206e616d65000000000000000000726f6f740000000000000000",
		"0000000064000000",
		// FS_NAME_X
		"0a0b6bea2a9a010000000000a481000000000000000000000100000080770c56",
		"80770c5680770c56000000000000000000000000000000000100000000000000",
		"2e2f6c70705f6e616d65000000000000",
		// security block
		"02000000020000001000000000000000000006000400040010000000a4810000",
		"0000000000000000",
		// data
		"7800000000000000",
		// FS_END
		"01076bea840a0100")
	want = append(want, make([]byte, 512-len(want))...)
	if diff := bytediff(write(t, file("./lpp_name", 0o644, "x")), want); diff != "" {
		t.Error(diff)
	}
}

func TestWriterLayout(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		members []member
		at      int
		want    string // hex
	}{
		{"first directory counts down from the top", []member{directory("./", 0o755)}, 72 + 6, "0200" + "ffffffff" + "ed410000"},
		{"second directory", []member{directory("./", 0o755), directory("./usr", 0o755)}, 72 + 112 + 6, "0200" + "feffffff"},
		{"name of eight bytes gets another word", []member{directory("./usr/ab", 0o755)}, 72, "0a"},
		{"name of seven bytes does not", []member{directory("./usr/a", 0o755)}, 72, "09"},
		{"set-id bits are in the ACL", []member{file("./a", 0o6555, "")}, 72 + 72, "0200000002000000" + "10000000" + "000c0000" + "0000" + "050005000500"},
		{"an empty file has no data", []member{file("./a", 0o644, "")}, 72 + 72 + 40, "01076bea840a0100"},
		{"eight bytes need no fill", []member{file("./a", 0o644, "12345678")}, 72 + 72 + 40 + 8, "01076bea840a0100"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			want := unhex(t, test.want)
			got := write(t, test.members...)
			if diff := bytediff(got[test.at:test.at+len(want)], want); diff != "" {
				t.Error(diff)
			}
			if len(got)%512 != 0 {
				t.Errorf("the archive has %d bytes, no whole number of blocks", len(got))
			}
		})
	}
}

// A file that makes the archive end on a block: nothing is filled up.
func TestWriterWholeBlocks(t *testing.T) {
	t.Parallel()
	const overhead = 72 + 72 + 40 + 8
	got := write(t, file("./a", 0o644, strings.Repeat("x", 512-overhead)))
	if len(got) != 512 {
		t.Errorf("the archive has %d bytes, want 512", len(got))
	}
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	ok := bff.Header{Name: "./a", Mode: bff.TypeRegular | 0o644}
	with := func(change func(*bff.Header)) bff.Header {
		h := ok
		change(&h)
		return h
	}
	named := func(name string) bff.Header { return with(func(h *bff.Header) { h.Name = name }) }
	moded := func(mode uint32) bff.Header { return with(func(h *bff.Header) { h.Mode = mode }) }
	for _, test := range []struct {
		name   string
		header bff.Header
		want   error
	}{
		{"empty name", named(""), bff.ErrName},
		{"absolute", named("/usr"), bff.ErrName},
		{"no ./", named("lpp_name"), bff.ErrName},
		{"dot dot", named("./usr/../etc"), bff.ErrName},
		{"dot", named("./usr/./lib"), bff.ErrName},
		{"two slashes", named(".//usr"), bff.ErrName},
		{"slash at the end", named("./usr/"), bff.ErrName},
		{"NUL", named("./a\x00b"), bff.ErrName},
		{"newline", named("./a\nb"), bff.ErrName},
		{"blank", named("./a b"), bff.ErrName},
		{"not ASCII", named("./é"), bff.ErrName},
		{"longest name and a byte", named("./" + strings.Repeat("x", 1974)), bff.ErrName},
		{"symbolic link", moded(0o120777), bff.ErrType},
		{"FIFO", moded(0o010644), bff.ErrType},
		{"character device", moded(0o020644), bff.ErrType},
		{"block device", moded(0o060644), bff.ErrType},
		{"socket", moded(0o140644), bff.ErrType},
		{"no type", moded(0o644), bff.ErrType},
		{"bits above the low word", moded(0x10000 | bff.TypeDir), bff.ErrType},
		{"2 GiB", with(func(h *bff.Header) { h.Size = math.MaxInt32 + 1 }), bff.ErrTooLarge},
		{"less than nothing", with(func(h *bff.Header) { h.Size = -1 }), bff.ErrHeader},
		{"directory with data", with(func(h *bff.Header) { h.Mode = bff.TypeDir; h.Size = 1 }), bff.ErrHeader},
		{"before 1970", with(func(h *bff.Header) { h.ModTime = time.Unix(-1, 0) }), bff.ErrTooLarge},
		{"after 2106", with(func(h *bff.Header) { h.ModTime = time.Unix(1<<32, 0) }), bff.ErrTooLarge},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			w := bff.NewWriter(&b, epoch)
			err := w.WriteHeader(&test.header)
			if !errors.Is(err, test.want) {
				t.Errorf("WriteHeader(%+v) = %v, want %v", test.header, err, test.want)
			}
			if again := w.WriteHeader(&ok); again != err {
				t.Errorf("the error does not stick: then WriteHeader = %v", again)
			}
			if _, again := w.Write([]byte("x")); again != err {
				t.Errorf("the error does not stick: then Write = %v", again)
			}
			if again := w.Close(); again != err {
				t.Errorf("the error does not stick: then Close = %v", again)
			}
			if b.Len() != 0 {
				t.Errorf("%d bytes were written for a member that was refused", b.Len())
			}
		})
	}
}

func TestWriterLimits(t *testing.T) {
	t.Parallel()
	longest := "./~!" + strings.Repeat("x", 1971) // with the last and the first letter that there may be
	got, err := read(bytes.NewReader(write(t, file(longest, 0o644, "y"))))
	if err != nil || len(got) != 1 || got[0].Name != longest {
		t.Errorf("the longest name reads back as %v, %v", got, err)
	}
	for name, header := range map[string]bff.Header{
		"a byte less than 2 GiB": {Name: "./a", Mode: bff.TypeRegular, Size: math.MaxInt32},
		"the first date":         {Name: "./a", Mode: bff.TypeRegular, ModTime: time.Unix(0, 0)},
		"the last date":          {Name: "./a", Mode: bff.TypeRegular, ModTime: time.Unix(math.MaxUint32, 0)},
	} {
		var b bytes.Buffer
		if err := bff.NewWriter(&b, epoch).WriteHeader(&header); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		h, err := bff.NewReader(&b).Next()
		if err != nil || h.Size != header.Size || !header.ModTime.IsZero() && !h.ModTime.Equal(header.ModTime) {
			t.Errorf("%s reads back as %+v, %v", name, h, err)
		}
	}
}

func TestWriterDataLength(t *testing.T) {
	t.Parallel()
	header := file("./a", 0o644, "abc").Header
	for _, test := range []struct {
		name string
		do   func(*bff.Writer) error
		want error
	}{
		{"too long", func(w *bff.Writer) error { _, err := io.WriteString(w, "abcd"); return err }, bff.ErrWriteTooLong},
		{"too short at the end", func(w *bff.Writer) error { return errors.Join(writeString(w, "ab"), w.Close()) }, bff.ErrWriteTooShort},
		{"too short before the next", func(w *bff.Writer) error { return w.WriteHeader(&header) }, bff.ErrWriteTooShort},
		{"after the end", func(w *bff.Writer) error {
			return errors.Join(writeString(w, "abc"), w.Close(), w.Close(), w.WriteHeader(&header))
		}, bff.ErrWriteAfterClose},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := bff.NewWriter(io.Discard, epoch)
			if err := w.WriteHeader(&header); err != nil {
				t.Fatal(err)
			}
			if err := test.do(w); !errors.Is(err, test.want) {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

func TestWriterDate(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := bff.NewWriter(&b, time.Time{})
	if err := w.Close(); !errors.Is(err, bff.ErrTooLarge) || b.Len() > 0 {
		t.Errorf("an archive of the year 1: %v, want %v; %d bytes are written", err, bff.ErrTooLarge, b.Len())
	}
}

// full fails after so many bytes, as a disk does.
type full int

func (f *full) Write(p []byte) (int, error) {
	if n := int(*f); n < len(p) {
		*f = 0
		return n, errDisk
	}
	*f -= full(len(p))
	return len(p), nil
}

var errDisk = errors.New("no space left")

func TestWriterFails(t *testing.T) {
	t.Parallel()
	whole := len(write(t, file("./a", 0o644, "abc")))
	for limit := range whole {
		disk := full(limit)
		w := bff.NewWriter(&disk, epoch)
		err := errors.Join(w.WriteHeader(&bff.Header{Name: "./a", Mode: bff.TypeRegular, Size: 3}), writeString(w, "abc"), w.Close())
		if !errors.Is(err, errDisk) {
			t.Errorf("room for %d of %d bytes: %v, want %v", limit, whole, err, errDisk)
		}
		left := disk // nothing is written behind what is missing
		for _, err := range []error{w.WriteHeader(&bff.Header{Name: "./b", Mode: bff.TypeRegular}), w.Close(), w.Close()} {
			if !errors.Is(err, errDisk) || disk != left {
				t.Errorf("room for %d of %d bytes, and then: %v, %d bytes written", limit, whole, err, left-disk)
			}
		}
	}
}

// A second Close is no error, and writes nothing.
func TestWriterCloses(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := bff.NewWriter(&b, epoch)
	err := errors.Join(w.WriteHeader(&bff.Header{Name: "./a", Mode: bff.TypeRegular, Size: 3}), writeString(w, "abc"), w.Close())
	whole := b.Len()
	if err = errors.Join(err, w.Close()); err != nil || b.Len() != whole {
		t.Errorf("Close = %v, %d bytes more", err, b.Len()-whole)
	}
}

func writeString(w io.Writer, s string) error {
	_, err := io.WriteString(w, s)
	return err
}
