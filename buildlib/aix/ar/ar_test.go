package ar_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
)

var epoch = time.Unix(1443657600, 0).UTC()

// member is a header with its data, as tests write and read them.
type member struct {
	ar.Header
	Data string
}

func file(name string, mode uint32, data string) member {
	return member{ar.Header{Name: name, Mode: mode, Size: int64(len(data)), ModTime: epoch}, data}
}

func write(t testing.TB, members ...member) []byte {
	t.Helper()
	return writeAs(t, ar.Small, members...)
}

func writeAs(t testing.TB, f ar.Format, members ...member) []byte {
	t.Helper()
	archive, err := written(f, members)
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

func written(f ar.Format, members []member) ([]byte, error) {
	var b bytes.Buffer
	w := ar.NewWriter(&b, f)
	for _, m := range members {
		if err := w.WriteHeader(&m.Header); err != nil {
			return nil, err
		}
		if _, err := io.WriteString(w, m.Data); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return b.Bytes(), err
}

func read(archive []byte) ([]member, error) {
	r, err := ar.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	var members []member
	for {
		h, err := r.Next()
		if err == io.EOF {
			return members, nil
		}
		if err != nil {
			return members, err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return members, err
		}
		members = append(members, member{*h, string(data)})
	}
}

var variety = []member{
	file("odd.al", 0o644, "./etc/a\n"),
	file("a.size", 0o644, "odd"),
	file("even.pre_i", 0o755, "#!/usr/bin/ksh\nexit 0\n"),
	file("empty", 0o644, ""),
	file("last.odd", 0o644, "x"),
}

// TestRewriteSample reads the control library that mkinstallp put into PkgA on AIX, and writes it again to the same bytes.
func TestRewriteSample(t *testing.T) {
	t.Parallel()
	const size = 0x65C // as the image's header of ./usr/lpp/PkgA/liblpp.a says
	image := sample(t, "PkgA.1.0.0.0.bff")
	archive := image[bytes.Index(image, []byte("<aiaff>\n")):][:size]
	members, err := read(archive)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range members {
		names = append(names, fmt.Sprintf("%o %s", m.Mode, m.Name))
	}
	want := []string{"644 PkgA.rte.al", "644 PkgA.rte.inventory", "644 PkgA.rte.size"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("members, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff(strings.SplitAfter(string(archive), "\n"), strings.SplitAfter(string(write(t, members...)), "\n")); diff != "" {
		t.Errorf("written again, -AIX +ours:\n%s", diff)
	}
}

func TestWriterLayout(t *testing.T) {
	t.Parallel()
	got := string(write(t, file("a.al", 0o755, "odd"), file("abc", 0o644, "")))
	want := "<aiaff>\n" + fields(262, 0, 68, 168, 0) +
		fields(3, 168, 0, 1443657600, 0, 0, 755) + "4   a.al`\nodd\x00\x00\x00" +
		fields(0, 262, 68, 1443657600, 0, 0, 644) + "3   abc\x00`\n" +
		fields(45, 0, 168, 0, 0, 0, 0) + "0   `\n" + fields(2, 68, 168) + "a.al\x00abc\x00\x00"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func fields(numbers ...int) string {
	var b strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&b, "%-12d", n)
	}
	return b.String()
}

func TestWriterLayoutBig(t *testing.T) {
	t.Parallel()
	wide := func(numbers ...int) string {
		var b strings.Builder
		for _, n := range numbers {
			fmt.Fprintf(&b, "%-20d", n)
		}
		return b.String()
	}
	got := string(writeAs(t, ar.Big, file("a.al", 0o755, "odd"), file("abc", 0o644, "")))
	want := "<bigaf>\n" + wide(368, 0, 0, 128, 250, 0) +
		wide(3, 250, 0) + fields(1443657600, 0, 0, 755) + "4   a.al`\nodd\x00" +
		wide(0, 368, 128) + fields(1443657600, 0, 0, 644) + "3   abc\x00`\n" +
		wide(69, 0, 250) + fields(0, 0, 0, 0) + "0   `\n" + wide(2, 128, 250) + "a.al\x00abc\x00\x00"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReadBack(t *testing.T) {
	t.Parallel()
	for _, format := range []ar.Format{ar.Small, ar.Big} {
		for count := range len(variety) + 1 {
			archive := writeAs(t, format, variety[:count]...)
			got, err := read(archive)
			if diff := cmp.Diff(append([]member(nil), variety[:count]...), got); diff != "" || err != nil {
				t.Errorf("format %d, %d members: %v, -written +read:\n%s", format, count, err, diff)
			}
		}
	}
}

// TestMutations changes every byte of an archive, each bit of it and all of them. Reading and writing again notices all but those in
// what the Writer is free to write: the members' data, dates, owners and permissions. Names are in the member table, too.
func TestMutations(t *testing.T) {
	t.Parallel()
	for _, format := range []ar.Format{ar.Small, ar.Big} {
		archive := writeAs(t, format, file("a.al", 0o755, "odd"), file("abc", 0o644, ""))
		free := map[int]bool{}
		for _, text := range []string{"odd", fields(1443657600, 0, 0, 755), fields(1443657600, 0, 0, 644)} {
			at := bytes.Index(archive, []byte(text))
			for i := range text {
				free[at+i] = true
			}
		}
		for at := range archive {
			for _, flip := range []byte{1, 2, 4, 8, 16, 32, 64, 128, 255} {
				archive[at] ^= flip
				if err := rewritten(format, archive); err == nil && !free[at] {
					t.Errorf("format %d: byte %d with %#02x turned over goes unseen", format, at, flip)
				}
				archive[at] ^= flip
			}
		}
		if err := rewritten(format, archive); err != nil {
			t.Error(err)
		}
		if err := rewritten(format, append(archive, 0, 0)); !errors.Is(err, errOther) {
			t.Errorf("two more bytes: %v, want %v", err, errOther)
		}
	}
}

var errOther = errors.New("not as the Writer makes it")

// rewritten reads an archive and writes it again, which must give the same bytes.
func rewritten(format ar.Format, archive []byte) error {
	members, err := read(archive)
	if err != nil {
		return err
	}
	again, err := written(format, members)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, archive) {
		return errOther
	}
	return nil
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	with := func(change func(*ar.Header)) ar.Header {
		h := file("a", 0o644, "").Header
		change(&h)
		return h
	}
	named := func(name string) ar.Header { return with(func(h *ar.Header) { h.Name = name }) }
	for _, test := range []struct {
		name   string
		header ar.Header
		text   string
	}{
		{"no name", named(""), "no file name"},
		{"dot dot", named(".."), "no file name"},
		{"slash", named("a/b"), "no file name"},
		{"NUL", named("a\x00"), "no file name"},
		{"blank", named("a b"), "byte 0x20"},
		{"not ASCII", named("é"), "byte 0xc3"},
		{"long name", named(strings.Repeat("x", 256)), "256 bytes, the limit is 255"},
		{"twice", named("there"), "one of that name"},
		{"type bits", with(func(h *ar.Header) { h.Mode = 0o100644 }), "mode 0100644"},
		{"size", with(func(h *ar.Header) { h.Size = -1 }), "size of -1"},
		{"large", with(func(h *ar.Header) { h.Size = 1 << 31 }), "size of 2147483648"},
		{"no date", with(func(h *ar.Header) { h.ModTime = time.Time{} }), "date"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := ar.NewWriter(io.Discard, ar.Small)
			there := file("there", 0o644, "").Header
			if err := w.WriteHeader(&there); err != nil {
				t.Fatal(err)
			}
			err := w.WriteHeader(&test.header)
			if !errors.Is(err, ar.ErrHeader) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("WriteHeader(%+v) = %v, want %v with %q", test.header, err, ar.ErrHeader, test.text)
			}
			if again := w.Close(); again != err {
				t.Errorf("the error does not stick: then Close = %v", again)
			}
		})
	}
}

func TestWriterDataLength(t *testing.T) {
	t.Parallel()
	header := file("a", 0o644, "abc").Header
	for _, test := range []struct {
		name                       string
		data                       string
		written, closed, afterward error
	}{
		{"too long", "abcd", ar.ErrWriteTooLong, ar.ErrWriteTooLong, ar.ErrWriteTooLong},
		{"too short", "ab", nil, ar.ErrWriteTooShort, ar.ErrWriteTooShort},
		{"as long as announced", "abc", nil, nil, ar.ErrWriteAfterClose},
	} {
		var b bytes.Buffer
		w := ar.NewWriter(&b, ar.Small)
		if err := w.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		_, written := io.WriteString(w, test.data)
		closed, again, afterward := w.Close(), w.Close(), w.WriteHeader(&header)
		if !errors.Is(written, test.written) || !errors.Is(closed, test.closed) || again != closed || !errors.Is(afterward, test.afterward) {
			t.Errorf("%s: Write %v, Close %v, %v, WriteHeader %v, want %v, %v twice, %v",
				test.name, written, closed, again, afterward, test.written, test.closed, test.afterward)
		}
		if (b.Len() > 0) != (test.closed == nil) {
			t.Errorf("%s: %d bytes of an archive were written", test.name, b.Len())
		}
	}
	largest := ar.Header{Name: "a", Size: math.MaxInt32, ModTime: epoch}
	if err := ar.NewWriter(io.Discard, ar.Small).WriteHeader(&largest); err != nil {
		t.Errorf("the largest member: %v", err)
	}
}

func TestReaderRefuses(t *testing.T) {
	t.Parallel()
	// Places: fixed header; "a" at 68 with next at 80, name at 156, end mark at 158, data at 160; "b" at 164; table at 264.
	set := func(at int, text string) func([]byte) []byte {
		return func(b []byte) []byte { copy(b[at:], text); return b }
	}
	for _, test := range []struct {
		name   string
		change func([]byte) []byte
		want   error
		text   string
	}{
		{"nothing", func([]byte) []byte { return nil }, ar.ErrFormat, "offset 0"},
		{"another ar", set(0, "!<arch>\n"), ar.ErrFormat, "begins with"},
		{"small taken for big", set(0, "<bigaf>\n"), ar.ErrFormat, ""},
		{"cut in the fixed header", func(b []byte) []byte { return b[:60] }, ar.ErrFormat, "too short"},
		{"first is no number", set(32, "x"), ar.ErrFormat, "offset 32"},
		{"first is negative", set(32, "-1"), ar.ErrFormat, "offset 32"},
		{"first is outside", set(32, "999999999999"), ar.ErrFormat, "offset 32: invalid archive: offset 999999999999 is outside"},
		{"number too large for anything", set(44, "99999999999999999999"), ar.ErrFormat, ""},
		{"size", set(68, "9999"), ar.ErrFormat, "offset 68: invalid archive: a size of 9999 bytes, the archive has only 232 more"},
		{"size and a byte", set(68, "233"), ar.ErrFormat, "a size of 233 bytes, the archive has only 232 more"},
		{"size beyond all", set(68, "999999999999"), ar.ErrFormat, "the archive has only"},
		{"mode", set(140, "8"), ar.ErrFormat, "offset 140"},
		{"name length", set(152, "9999"), ar.ErrFormat, "larger than 255"},
		{"name", set(156, "/"), ar.ErrFormat, "is no file name"},
		{"end mark", set(158, "x"), ar.ErrFormat, `offset 158: invalid archive: "x\n" where a header's end mark should be`},
		{"free list is outside", set(56, "393"), ar.ErrFormat, "offset 56: invalid archive: offset 393 is outside, the archive ends at 392"},
		{"loop", set(80, "68 "), ar.ErrFormat, "no end"},
		{"table elsewhere", set(8, "68 "), ar.ErrFormat, "offset 68: invalid archive: a table with the name \"a\""},
		{"table is cut", func(b []byte) []byte { return b[:300] }, ar.ErrFormat, ""},
		{"member not in the chain", set(44, "68 "), ar.ErrFormat, "the chain 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			archive := test.change(write(t, file("a", 0o644, "x"), file("b", 0o644, "odd")))
			_, err := read(archive)
			if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%v, want %v with %q", err, test.want, test.text)
			}
		})
	}
}

// TestReaderTakes has archives that are at the edge of what is refused.
func TestReaderTakes(t *testing.T) {
	t.Parallel()
	longest := file(strings.Repeat("x", 255), 0o7777, "")
	longest.UID, longest.GID, longest.ModTime = math.MaxUint32, math.MaxUint32, time.Unix(math.MaxUint32, 0).UTC()
	first := file("~!", 0, "")
	first.ModTime = time.Unix(0, 0).UTC()
	free := write(t, variety...)
	copy(free[56:], fmt.Sprintf("%-12d", len(free))) // the first free member; that list is not looked at
	for _, test := range []struct {
		name    string
		archive []byte
		want    []member
	}{
		{"the largest numbers, the longest name", write(t, longest), []member{longest}},
		{"the smallest numbers, the first and the last letter", write(t, first), []member{first}},
		{"a free member at the end", free, variety},
		{"neither members nor a table", []byte("<aiaff>\n" + fields(0, 0, 0, 0, 0)), nil},
	} {
		got, err := read(test.archive)
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v, -want +got:\n%s", test.name, err, diff)
		}
	}
}

// TestReaderOverlap: data that is far larger than its header does not hide that a chain comes back.
func TestReaderOverlap(t *testing.T) {
	t.Parallel()
	archive := write(t, file("a", 0o644, strings.Repeat("x", 1000)), file("b", 0o644, ""))
	copy(archive[80:], "68    ") // the next member of a is a
	if members, err := read(archive); !errors.Is(err, ar.ErrFormat) || !strings.Contains(err.Error(), "overlap") || len(members) != 1 {
		t.Errorf("%d members, %v, want one and %v", len(members), err, ar.ErrFormat)
	}
	if _, err := read(append([]byte("<aiaff>\n"+fields(0, 0, 68, 68, 0)), archive[68:]...)); !errors.Is(err, ar.ErrFormat) {
		t.Errorf("an archive with a member and no table: %v, want %v", err, ar.ErrFormat)
	}
}

// TestReaderShort: a file that is shorter than it was said to be, or that cannot be read, is not taken for a whole one.
func TestReaderShort(t *testing.T) {
	t.Parallel()
	archive := write(t, file("a", 0o644, ""), file("b", 0o644, ""))
	for length := range len(archive) {
		r, err := ar.NewReader(bytes.NewReader(archive[:length]), int64(len(archive)))
		for err == nil {
			_, err = r.Next()
		}
		if want := fmt.Sprintf("ar: at offset %d: unexpected EOF", length); err.Error() != want {
			t.Errorf("with %d bytes: %v, want %s", length, err, want)
		}
	}
	broken := errors.New("broken")
	if _, err := ar.NewReader(failing{broken}, int64(len(archive))); !errors.Is(err, broken) || errors.Is(err, ar.ErrFormat) {
		t.Errorf("NewReader of what cannot be read = %v, want %v", err, broken)
	}
}

type failing struct{ err error }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

// FuzzReader reads anything. What was read must be writable, unless two members have one name or a name is none for the Writer, and
// must then read back the same.
func FuzzReader(f *testing.F) {
	for _, format := range []ar.Format{ar.Small, ar.Big} {
		for count := range len(variety) + 1 {
			f.Add(writeAs(f, format, variety[:count]...))
		}
		f.Add(withSymbols(f, format))
	}
	f.Fuzz(func(t *testing.T, archive []byte) {
		all, err := read(archive)
		if err != nil && !errors.Is(err, ar.ErrFormat) {
			t.Errorf("an error that nobody can test for: %v", err)
		}
		format := ar.Small
		if bytes.HasPrefix(archive, []byte("<bigaf>")) {
			format = ar.Big
		}
		var first []member
		names := map[string]bool{}
		for _, m := range all {
			if !names[m.Name] && ar.NewWriter(io.Discard, format).WriteHeader(&m.Header) == nil {
				first = append(first, m)
			}
			names[m.Name] = true
		}
		second, err := read(writeAs(t, format, first...))
		if diff := cmp.Diff(first, second); diff != "" || err != nil {
			t.Errorf("%v, after writing and reading again, -first +second:\n%s", err, diff)
		}
	})
}

// sample returns an archive that AIX wrote. The project holds no file that others made: the directory named by AIX_SAMPLES does.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("AIX_SAMPLES")
	if dir == "" {
		t.Skip("AIX_SAMPLES is not set: not compared with what AIX wrote")
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
