package aixar_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aixar"
)

var epoch = time.Unix(1443657600, 0).UTC()

// member is a header with its data, as tests write and read them.
type member struct {
	aixar.Header
	Data string
}

func file(name string, mode uint32, data string) member {
	return member{aixar.Header{Name: name, Mode: mode, Size: int64(len(data)), ModTime: epoch}, data}
}

func write(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := aixar.NewWriter(&b)
	for _, m := range members {
		if err := w.WriteHeader(&m.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.Data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(archive []byte) ([]member, error) {
	r, err := aixar.NewReader(bytes.NewReader(archive), int64(len(archive)))
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

func TestReadBack(t *testing.T) {
	t.Parallel()
	for count := range len(variety) + 1 {
		got, err := read(write(t, variety[:count]...))
		if diff := cmp.Diff(append([]member(nil), variety[:count]...), got); diff != "" || err != nil {
			t.Errorf("%d members: %v, -written +read:\n%s", count, err, diff)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	with := func(change func(*aixar.Header)) aixar.Header {
		h := file("a", 0o644, "").Header
		change(&h)
		return h
	}
	named := func(name string) aixar.Header { return with(func(h *aixar.Header) { h.Name = name }) }
	for _, test := range []struct {
		name   string
		header aixar.Header
		text   string
	}{
		{"no name", named(""), "no file name"},
		{"dot dot", named(".."), "no file name"},
		{"slash", named("a/b"), "byte 0x2f"},
		{"NUL", named("a\x00"), "byte 0x00"},
		{"blank", named("a b"), "byte 0x20"},
		{"not ASCII", named("é"), "byte 0xc3"},
		{"long name", named(strings.Repeat("x", 256)), "256 bytes, the limit is 255"},
		{"twice", named("there"), "one of that name"},
		{"type bits", with(func(h *aixar.Header) { h.Mode = 0o100644 }), "mode 0100644"},
		{"size", with(func(h *aixar.Header) { h.Size = -1 }), "size of -1"},
		{"large", with(func(h *aixar.Header) { h.Size = 1 << 31 }), "size of 2147483648"},
		{"no date", with(func(h *aixar.Header) { h.ModTime = time.Time{} }), "date"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := aixar.NewWriter(io.Discard)
			there := file("there", 0o644, "").Header
			if err := w.WriteHeader(&there); err != nil {
				t.Fatal(err)
			}
			err := w.WriteHeader(&test.header)
			if !errors.Is(err, aixar.ErrHeader) || !strings.Contains(err.Error(), test.text) {
				t.Errorf("WriteHeader(%+v) = %v, want %v with %q", test.header, err, aixar.ErrHeader, test.text)
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
		name string
		data string
		want error
	}{
		{"too long", "abcd", aixar.ErrWriteTooLong},
		{"too short", "ab", aixar.ErrWriteTooShort},
		{"after the end", "abc", aixar.ErrWriteAfterClose},
	} {
		w := aixar.NewWriter(io.Discard)
		if err := w.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		_, err := io.WriteString(w, test.data)
		if err = errors.Join(err, w.Close(), w.Close(), w.WriteHeader(&header)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
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
		{"nothing", func([]byte) []byte { return nil }, aixar.ErrFormat, "offset 0"},
		{"another ar", set(0, "!<arch>\n"), aixar.ErrFormat, "begins with"},
		{"big format", set(0, "<bigaf>\n"), aixar.ErrBigFormat, ""},
		{"cut in the fixed header", func(b []byte) []byte { return b[:60] }, aixar.ErrFormat, "too short"},
		{"first is no number", set(32, "x"), aixar.ErrFormat, "offset 32"},
		{"first is negative", set(32, "-1"), aixar.ErrFormat, "offset 32"},
		{"first is outside", set(32, "999999999999"), aixar.ErrFormat, "offset 999999999999"},
		{"number too large for anything", set(44, "99999999999999999999"), aixar.ErrFormat, ""},
		{"size", set(68, "9999"), aixar.ErrFormat, "offset 68: invalid archive: a size of 9999 bytes, the archive has only"},
		{"size beyond all", set(68, "999999999999"), aixar.ErrFormat, "larger than"},
		{"mode", set(140, "8"), aixar.ErrFormat, "offset 140"},
		{"name length", set(152, "9999"), aixar.ErrFormat, "larger than 255"},
		{"name", set(156, "/"), aixar.ErrFormat, "byte 0x2f"},
		{"end mark", set(158, "x"), aixar.ErrFormat, "offset 158"},
		{"loop", set(80, "68 "), aixar.ErrFormat, "no end"},
		{"table elsewhere", set(8, "68 "), aixar.ErrFormat, "no member table"},
		{"table is cut", func(b []byte) []byte { return b[:300] }, aixar.ErrFormat, ""},
		{"member not in the chain", set(44, "68 "), aixar.ErrFormat, "the chain 1"},
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

// TestGNUAr has an archive of ours read by a program that is not: GNU ar, built for AIX's object files as well.
func TestGNUAr(t *testing.T) {
	t.Parallel()
	const target = "aixcoff-rs6000"
	ar := ""
	for _, name := range []string{"ar", "x86_64-linux-gnu-ar", "powerpc-ibm-aix-ar"} {
		if help, err := exec.CommandContext(t.Context(), name, "--help").Output(); err == nil && bytes.Contains(help, []byte(target)) {
			ar = name
			break
		}
	}
	if ar == "" {
		t.Skipf("no ar here reads %s (Debian: binutils-multiarch): not read by a second program", target)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "liblpp.a"), write(t, variety...), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), ar, append([]string{"--target=" + target}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "LC_ALL=C", "TZ=UTC")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
		}
		return string(out)
	}
	var want strings.Builder
	for _, m := range variety {
		bits := map[uint32]string{0o644: "rw-r--r--", 0o755: "rwxr-xr-x"}[m.Mode]
		fmt.Fprintf(&want, "%s 0/0 %6d Oct  1 00:00 2015 %s\n", bits, m.Size, m.Name)
	}
	if diff := cmp.Diff(want.String(), run("tv", "liblpp.a")); diff != "" {
		t.Errorf("ar tv, -want +got:\n%s", diff)
	}
	for _, m := range variety {
		if got := run("p", "liblpp.a", m.Name); got != m.Data {
			t.Errorf("ar p %s = %q, want %q", m.Name, got, m.Data)
		}
	}
}

// FuzzReader reads anything. What was read must be writable, unless two members have one name, and must then read back the same.
func FuzzReader(f *testing.F) {
	for count := range len(variety) + 1 {
		f.Add(write(f, variety[:count]...))
	}
	f.Fuzz(func(t *testing.T, archive []byte) {
		all, err := read(archive)
		if err != nil && !errors.Is(err, aixar.ErrFormat) && !errors.Is(err, aixar.ErrBigFormat) {
			t.Errorf("an error that nobody can test for: %v", err)
		}
		var first []member
		names := map[string]bool{}
		for _, m := range all {
			if !names[m.Name] {
				first = append(first, m)
			}
			names[m.Name] = true
		}
		second, err := read(write(t, first...))
		if diff := cmp.Diff(first, second); diff != "" || err != nil {
			t.Errorf("%v, after writing and reading again, -first +second:\n%s", err, diff)
		}
	})
}

func Example() {
	script := "#!/usr/bin/ksh\nexit 0\n"
	var library bytes.Buffer
	w := aixar.NewWriter(&library)
	err := w.WriteHeader(&aixar.Header{Name: "mailtools.sendmail.rte.pre_i", Mode: 0o755, Size: int64(len(script)), ModTime: time.Unix(1443657600, 0)})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := io.WriteString(w, script); err != nil {
		fmt.Println(err)
		return
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}
	r, err := aixar.NewReader(bytes.NewReader(library.Bytes()), int64(library.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	h, err := r.Next()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%o %d %s\n", h.Mode, h.Size, h.Name)
	// Output: 755 22 mailtools.sendmail.rte.pre_i
}

// sample returns an archive that AIX wrote. The project holds no file that others made; the samples lie in shared/samples beside
// the checkout where there are any.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for range 6 {
		b, err := os.ReadFile(filepath.Join(dir, "shared", "samples", name))
		if err == nil {
			return b
		}
		dir = filepath.Dir(dir)
	}
	t.Skipf("no shared/samples/%s beside the checkout: not compared with an archive that AIX wrote", name)
	return nil
}
