package tree

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t testing.TB, name, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

// The text form is written out here, hash and all: it is what release.toml pins, and must never change by accident.
func TestListing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "Build"), "", 0o755)
	write(t, filepath.Join(dir, "cf", "a"), "abc", 0o444)
	write(t, filepath.Join(dir, "cf.m4"), "abc", 0o600)
	write(t, filepath.Join(dir, ".git", "HEAD"), "ref", 0o644)
	if err := os.Symlink("Build", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	l, err := List(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	want := `e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  755  Build
ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  644  cf.m4
ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  644  cf/a
bdd254b65baac169f6ac50e8175ce6d930c1fcb086dec59808d3e0170ae2291d  link  link
`
	if got := l.String(); got != want {
		t.Errorf("String() =\n%swant\n%s", got, want)
	}
	parsed, err := ParseListing(l.String())
	if diff := cmp.Diff(l, parsed); diff != "" || err != nil {
		t.Errorf("ParseListing(String()): %v\n%s", err, diff)
	}
}

func TestListRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := List(t.Context(), filepath.Join(dir, "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("List(absent) = %v, want not exist", err)
	}
	file := filepath.Join(dir, "file")
	write(t, file, "x", 0o644)
	if _, err := List(t.Context(), file); err == nil || !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("List(file) = %v, want not a directory", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := List(ctx, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("List(cancelled) = %v, want context.Canceled", err)
	}
	socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	if _, err := List(t.Context(), dir); err == nil || !strings.Contains(err.Error(), "neither a file") {
		t.Errorf("List(socket) = %v, want a refusal", err)
	}
	for _, name := range []string{"a\nb", "\na", "a\x7f", "a\x1f"} {
		odd := t.TempDir()
		write(t, filepath.Join(odd, name), "x", 0o644)
		if _, err := List(t.Context(), odd); err == nil || !strings.Contains(err.Error(), "control character") {
			t.Errorf("List(%q) = %v, want a refusal", name, err)
		}
	}
}

func TestParseListingRefuses(t *testing.T) {
	t.Parallel()
	const sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	for _, test := range []struct{ name, text, want string }{
		{"no newline", sum + "  644  a", "newline"},
		{"one blank", sum + " 644  a\n", "not of the form"},
		{"short hash", sum[1:] + "  644  a\n", "not a SHA-256"},
		{"upper case", strings.ToUpper(sum) + "  644  a\n", "not a SHA-256"},
		{"mode", sum + "  444  a\n", "mode"},
		{"absolute", sum + "  644  /a\n", "path"},
		{"up", sum + "  644  ../a\n", "path"},
		{"unclean", sum + "  644  a//b\n", "path"},
		{"control", sum + "  644  a\rb\n", "control"},
		{"unsorted", sum + "  644  b\n" + sum + "  644  a\n", "line 2"},
		{"twice", sum + "  644  a\n" + sum + "  644  a\n", "line 2"},
	} {
		if _, err := ParseListing(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: ParseListing() = %v, want %q", test.name, err, test.want)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	want := Listing{{"1", File, "a"}, {"1", File, "b"}, {"1", File, "c"}, {"1", File, "e"}, {"1", File, "f"}}
	got := Listing{{"1", File, "a"}, {"2", File, "b"}, {"1", Exec, "c"}, {"1", File, "d"}, {"2", Link, "f"}, {"1", File, "g"}}
	var lines []string
	for _, d := range Compare(want, got) {
		lines = append(lines, d.String())
	}
	wantLines := []string{"changed b", "mode c (755 instead of 644)", "extra d", "missing e", "changed f (link instead of 644)", "extra g"}
	if diff := cmp.Diff(wantLines, lines); diff != "" {
		t.Errorf("Compare (-want +got):\n%s", diff)
	}
	if ds := Compare(want, want); ds != nil {
		t.Errorf("Compare(same) = %v, want none", ds)
	}
}

func TestCopy(t *testing.T) {
	t.Parallel()
	work := t.TempDir()
	src, dst := filepath.Join(work, "src"), filepath.Join(work, "dst")
	if err := Unpack(t.Context(), bytes.NewReader(small(t)), src, released, Limits{}); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(src, ".git"), "gitdir: elsewhere", 0o644)
	later := released.AddDate(1, 0, 0)
	if err := Copy(t.Context(), src, dst, later); err != nil {
		t.Fatal(err)
	}
	want, err := List(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	got, err := List(t.Context(), dst)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("copy (-want +got):\n%s", diff)
	}
	if info, err := os.Stat(filepath.Join(dst, "Build")); err != nil || !info.ModTime().Equal(later) {
		t.Errorf("Stat(Build) = %v, %v, want time %v", info, err, later)
	}
	if _, err := os.Lstat(filepath.Join(dst, ".git")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf(".git was copied: %v", err)
	}
	if err := os.Symlink("/etc", filepath.Join(src, "out")); err != nil {
		t.Fatal(err)
	}
	if err := Copy(t.Context(), src, filepath.Join(work, "dst2"), later); err == nil || !strings.Contains(err.Error(), "not a relative path") {
		t.Errorf("Copy(link out of the tree) = %v, want a refusal", err)
	}
}

func FuzzParseListing(f *testing.F) {
	f.Add("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  755  Build\n")
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := ParseListing(text); err == nil && l.String() != text {
			t.Errorf("String() = %q, want %q", l.String(), text)
		}
	})
}

// 800 files with 7 MB in all are a release of sendmail.
func BenchmarkList(b *testing.B) {
	dir := b.TempDir()
	for i := range 800 {
		write(b, filepath.Join(dir, fmt.Sprintf("d%d/f%d", i%40, i)), strings.Repeat("0123456789abcdef", 560), 0o644)
	}
	for b.Loop() {
		if _, err := List(b.Context(), dir); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleListing_Hash() {
	l := Listing{{SHA256: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Mode: Exec, Path: "Build"}}
	fmt.Print(l)
	fmt.Println(l.Hash())
	// Output:
	// e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  755  Build
	// 78b948b0e3384e0ac9aeacf44a13d97a0b8c9f725c041ffad995321d03cff5d9
}
