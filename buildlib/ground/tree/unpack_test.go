package tree

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

var released = time.Date(2015, 7, 3, 0, 0, 0, 0, time.UTC)

// entry is a tar header in short: a name that ends in a slash is a directory.
func entry(name, content string, mode int64) tar.Header {
	h := tar.Header{Name: name, Mode: mode, Typeflag: tar.TypeReg, Linkname: content, Size: int64(len(content)), ModTime: released}
	if strings.HasSuffix(name, "/") {
		h.Typeflag = tar.TypeDir
	}
	return h
}

func link(kind byte, name, target string) tar.Header {
	return tar.Header{Name: name, Linkname: target, Typeflag: kind, Mode: 0o777, ModTime: released}
}

// pack makes a tar archive; the content of regular files travels in Linkname.
func pack(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		content := ""
		if h.Typeflag == tar.TypeReg {
			content, h.Linkname = h.Linkname, ""
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gzipped(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func small(t testing.TB) []byte {
	return pack(t,
		tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax_global_header", PAXRecords: map[string]string{"comment": "a commit"}},
		entry("sm/", "", 0o755),
		entry("sm/Build", "#!/bin/sh\n", 0o555),
		entry("sm/devtools/OS/AIX.5.3", "define\n", 0o444),
		link(tar.TypeSymlink, "sm/sendmail/link", "../Build"),
		link(tar.TypeLink, "sm/hard", "sm/devtools/OS/AIX.5.3"),
		entry("sm/"+strings.Repeat("long/", 60)+"name", "pax\n", 0o600),
	)
}

func TestUnpack(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o077)) // not parallel: the umask is the process's
	plain := small(t)
	want := Listing{
		{Path: "Build", Mode: Exec, SHA256: hexSum([]byte("#!/bin/sh\n"))},
		{Path: "devtools/OS/AIX.5.3", Mode: File, SHA256: hexSum([]byte("define\n"))},
		{Path: "hard", Mode: File, SHA256: hexSum([]byte("define\n"))},
		{Path: strings.Repeat("long/", 60) + "name", Mode: File, SHA256: hexSum([]byte("pax\n"))},
		{Path: "sendmail/link", Mode: Link, SHA256: hexSum([]byte("../Build"))},
	}
	for name, data := range map[string][]byte{"tar": plain, "gz": gzipped(t, plain), "xz": xzipped(plain, 20)} {
		t.Run(name, func(t *testing.T) {
			dst := filepath.Join(t.TempDir(), "new", "source")
			if err := Unpack(t.Context(), bytes.NewReader(data), dst, released, Limits{}); err != nil {
				t.Fatal(err)
			}
			got, err := List(t.Context(), dst)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("listing (-want +got):\n%s", diff)
			}
			for path, mode := range map[string]os.FileMode{"Build": 0o755, "devtools/OS/AIX.5.3": 0o644, "devtools": 0o755 | os.ModeDir, ".": 0o755 | os.ModeDir} {
				info, err := os.Stat(filepath.Join(dst, path))
				if err != nil {
					t.Fatal(err)
				}
				if info.Mode() != mode || !info.ModTime().Equal(released) {
					t.Errorf("%s: mode %v, time %v, want %v and %v", path, info.Mode(), info.ModTime(), mode, released)
				}
			}
			for place, cause := range map[string]error{dst: os.ErrExist, filepath.Join(dst, "Build", "x"): syscall.ENOTDIR} {
				if err := Unpack(t.Context(), bytes.NewReader(data), place, released, Limits{}); fault.Code(err) != "tree-exists" || !errors.Is(err, cause) {
					t.Errorf("Unpack() onto %s = %v, want tree-exists and %v", place, err, cause)
				}
			}
		})
	}
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestEndlessZeros must come to an end, which it does not when everything is read.
func TestEndlessZeros(t *testing.T) {
	t.Parallel()
	u := unpacker{ctx: t.Context(), plain: zeros{}, limits: Limits{}.withDefaults(), kinds: map[string]byte{".": tar.TypeDir}}
	if err := u.unpack(tar.NewReader(zeros{})); fault.Code(err) != "archive-format" {
		t.Errorf("unpack() = %v, want archive-format", err)
	}
}

func TestUnpackRefuses(t *testing.T) {
	t.Parallel()
	gz := gzipped(t, small(t))
	badSum := bytes.Clone(gz)
	badSum[len(badSum)-8] ^= 1
	oneEntry := pack(t, entry("sm/a", strings.Repeat("x", 512), 0o644))
	for _, test := range []struct {
		name string
		data []byte
		code string
		text string
	}{
		{"nothing", nil, "archive-format", "neither"},
		{"web page", []byte("<!DOCTYPE html>" + strings.Repeat("<p>not here", 100)), "archive-format", "neither"},
		{"gz of text", gzipped(t, []byte(strings.Repeat("hello ", 200))), "archive-format", "neither"},
		{"empty tar", gzipped(t, pack(t)), "archive-damaged", "empty"},
		{"top only", pack(t, entry("sm/", "", 0o755)), "archive-damaged", "empty"},
		{"gz of zeros", gzipped(t, make([]byte, 3<<20)), "archive-format", "nothing but zeros"},
		{"zeros", make([]byte, 3<<20), "archive-format", "neither"},
		{"empty tar of a tape", gzipped(t, make([]byte, 1<<20)), "archive-damaged", "empty"},
		{"gz cut", gz[:len(gz)/2], "archive-damaged", "too early"},
		{"gz without its end", gz[:len(gz)-4], "archive-damaged", "too early"},
		{"gz checksum", badSum, "archive-damaged", "checksum"},
		{"tar cut between entries", oneEntry[:1024], "archive-damaged", "too early"},
		{"tar cut in a file", oneEntry[:700], "archive-damaged", "too early"},
		{"xz cut", xzipped(small(t), 20)[:200], "archive-damaged", ""},
		{"absolute", pack(t, entry("/etc/passwd", "x", 0o644)), "archive-unsafe", "absolute"},
		{"up", pack(t, entry("sm/../../x", "x", 0o644)), "archive-unsafe", `".."`},
		{"a long name", pack(t, entry("sm/"+strings.Repeat("n", 256), "x", 0o644)), "archive-unsafe", "longer than file systems"},
		{"a long path", pack(t, entry("sm/"+strings.Repeat("n/", 510), "x", 0o755)), "archive-unsafe", "longer than AIX"},
		{"only git's", pack(t, entry("sm/.git/config", "x", 0o644)), "archive-damaged", "empty"},
		{"link to git's", pack(t, entry("sm/.git/config", "x", 0o644), link(tar.TypeLink, "sm/config", "sm/.git/config")), "archive-unsafe", "not a file"},
		{"newline", pack(t, entry("sm/a\nb", "x", 0o644)), "archive-unsafe", "control"},
		{"gz and more", append(bytes.Clone(gz), 0, 0, 'x', 'y', 'z', 0, 0, 0, 0, 0, 0, 0, 0), "archive-damaged", "gzip"},
		{"link out of the only directory", pack(t, entry("./", "", 0o755), link(tar.TypeSymlink, "./sm/l", "../x"), entry("./sm/a", "x", 0o644)), "archive-unsafe", "outside"},
		{"nothing but a dot", pack(t, entry("./", "", 0o755)), "archive-damaged", "empty"},
		{"the name kept for the top", pack(t, entry("./", "", 0o755), entry("./sm/.top/a", "x", 0o644)), "archive-unsafe", "no release"},
		{"two tops", pack(t, entry("sm/a", "x", 0o644), entry("other/a", "x", 0o644)), "archive-unsafe", "top directory"},
		{"file on top", pack(t, entry("README", "x", 0o644)), "archive-unsafe", "top directory"},
		{"twice", pack(t, entry("sm/a", "x", 0o644), entry("sm/./a", "y", 0o644)), "archive-unsafe", "twice"},
		{"file then directory", pack(t, entry("sm/a", "x", 0o644), entry("sm/a/", "", 0o755)), "archive-unsafe", "directory"},
		{"directory then file", pack(t, entry("sm/a/", "", 0o755), entry("sm/a", "", 0o644)), "archive-unsafe", "twice"},
		{"below a file", pack(t, entry("sm/a", "x", 0o644), entry("sm/a/b", "x", 0o644)), "archive-unsafe", "directory"},
		{"through a link", pack(t, entry("sm/d/x", "", 0o644), link(tar.TypeSymlink, "sm/l", "d"), entry("sm/l/y", "x", 0o644)), "archive-unsafe", "directory"},
		{"onto a link", pack(t, link(tar.TypeSymlink, "sm/l", "x"), entry("sm/l", "x", 0o644)), "archive-unsafe", "twice"},
		{"link out", pack(t, link(tar.TypeSymlink, "sm/d/l", "../../x")), "archive-unsafe", "outside"},
		{"link to the top's parent", pack(t, link(tar.TypeSymlink, "sm/l", "..")), "archive-unsafe", "outside"},
		{"link absolute", pack(t, link(tar.TypeSymlink, "sm/l", "/etc/passwd")), "archive-unsafe", "relative"},
		{"link by way of a link", pack(t, link(tar.TypeSymlink, "sm/a/b/l", "../.."), link(tar.TypeSymlink, "sm/m", "a/b/l/../..")), "archive-unsafe", "up again"},
		{"hard link out", pack(t, link(tar.TypeLink, "sm/l", "../../etc/passwd")), "archive-unsafe", "not a file"},
		{"hard link ahead", pack(t, link(tar.TypeLink, "sm/l", "sm/later"), entry("sm/later", "x", 0o644)), "archive-unsafe", "not a file"},
		{"hard link to a link", pack(t, link(tar.TypeSymlink, "sm/a", "b"), link(tar.TypeLink, "sm/l", "sm/a")), "archive-unsafe", "not a file"},
		{"FIFO", pack(t, link(tar.TypeFifo, "sm/p", "")), "archive-unsafe", "type"},
		{"device", pack(t, link(tar.TypeChar, "sm/null", "")), "archive-unsafe", "type"},
		{"large file", pack(t, entry("sm/a", strings.Repeat("x", 3001), 0o644)), "archive-too-large", "3001 bytes"},
		{"large in all", pack(t, entry("sm/a", strings.Repeat("x", 2001), 0o644), entry("sm/b", strings.Repeat("x", 2001), 0o644)), "archive-too-large", "in all"},
		{"hard link bomb", pack(t, entry("sm/a", strings.Repeat("x", 3000), 0o644), link(tar.TypeLink, "sm/b", "sm/a")), "archive-too-large", "in all"},
		{"many entries", pack(t, entry("sm/1/", "", 0o755), entry("sm/2/", "", 0o755), entry("sm/3/", "", 0o755), entry("sm/4/", "", 0o755), entry("sm/5/", "", 0o755)), "archive-too-large", "4 entries"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			limits := Limits{Bytes: 4000, FileBytes: 3000}
			if strings.Contains(test.name, "many") {
				limits.Entries = 4
			}
			err := Unpack(t.Context(), bytes.NewReader(test.data), filepath.Join(parent, "dst"), released, limits)
			if fault.Code(err) != test.code || !strings.Contains(err.Error(), test.text) {
				t.Errorf("Unpack() = %v, want code %s with %q", err, test.code, test.text)
			}
			if left, err := os.ReadDir(parent); err != nil || len(left) != 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// "tar cf x ." in a release's directory, and in the one above it, makes what "tar cf x sendmail-8.15.2" makes there.
func TestUnpackDot(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"in it": pack(t, entry("./", "", 0o755), entry("./sm/", "", 0o755), entry("./sm/a", "x", 0o644), entry("./b", "y", 0o644), link(tar.TypeSymlink, "./sm/l", "../b"),
			entry("./.git/config", "x", 0o644)),
		"above it": pack(t, entry("./", "", 0o755), entry("./sm/", "", 0o755), entry("./sm/sm/a", "x", 0o644), entry("./sm/b", "y", 0o644), link(tar.TypeSymlink, "./sm/sm/l", "../b"),
			entry("./sm/.git/config", "x", 0o644)),
		"with a name": pack(t, entry("./sm/sm/a", "x", 0o644), entry("sm/b", "y", 0o644), link(tar.TypeSymlink, "./sm/sm/l", "../b")),
	} {
		dst := filepath.Join(t.TempDir(), "dst")
		if err := Unpack(t.Context(), bytes.NewReader(data), dst, released, Limits{}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := List(t.Context(), dst)
		if err != nil {
			t.Fatal(err)
		}
		want := Listing{{Path: "b", Mode: File, SHA256: hexSum([]byte("y"))}, {Path: "sm/a", Mode: File, SHA256: hexSum([]byte("x"))}, {Path: "sm/l", Mode: Link, SHA256: hexSum([]byte("../b"))}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if _, err := os.Lstat(filepath.Join(dst, ".git")); err == nil {
			t.Errorf("%s: what git reads came along", name)
		}
	}
}

// What just keeps within the limits is taken, and so are links inside of the tree and an archive that ends in a single block of zeros.
func TestUnpackJustTakes(t *testing.T) {
	t.Parallel()
	whole := pack(t, entry("sm/", "", 0o755), entry("sm/d/x y", strings.Repeat("x", 3000), 0o644), link(tar.TypeSymlink, "sm/l", "./d/x y"), link(tar.TypeLink, "sm/h", "sm/d/x y"),
		entry("sm/end", strings.Repeat("x", 512), 0o644)) // a block without any zero
	ends := whole[:len(whole)-512]
	limits := Limits{Entries: 5, Bytes: 6512, FileBytes: 3000}
	dst := filepath.Join(t.TempDir(), "dst")
	if err := Unpack(t.Context(), bytes.NewReader(ends), dst, released, limits); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dst, "l")); err != nil || len(got) != 3000 {
		t.Errorf("through the link: %d bytes, %v", len(got), err)
	}
	for name, less := range map[string]Limits{
		"entries": {Entries: 4, Bytes: 6512, FileBytes: 3000}, "bytes": {Entries: 5, Bytes: 6511, FileBytes: 3000}, "bytes of a file": {Entries: 5, Bytes: 6512, FileBytes: 2999},
	} {
		if err := Unpack(t.Context(), bytes.NewReader(ends), filepath.Join(t.TempDir(), "dst"), released, less); fault.Code(err) != "archive-too-large" {
			t.Errorf("with fewer %s: Unpack() = %v, want archive-too-large", name, err)
		}
	}
	if err := Unpack(t.Context(), bytes.NewReader(ends[:len(ends)-1]), filepath.Join(t.TempDir(), "dst"), released, limits); fault.Code(err) != "archive-damaged" {
		t.Errorf("without its last byte: Unpack() = %v, want archive-damaged", err)
	}
}

// A gzip of nothing but zeros is a thousand times smaller than what it holds.
func TestUnpackBomb(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: "sm/zeros", Typeflag: tar.TypeReg, Size: 1 << 40, Mode: 0o644, Format: tar.FormatGNU}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := Unpack(t.Context(), &b, filepath.Join(t.TempDir(), "dst"), released, Limits{}); fault.Code(err) != "archive-too-large" {
		t.Errorf("Unpack() = %v, want archive-too-large", err)
	}
}

func TestUnpackCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dst := filepath.Join(t.TempDir(), "dst")
	if err := Unpack(ctx, bytes.NewReader(small(t)), dst, released, Limits{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Unpack() = %v, want context.Canceled", err)
	}
	if _, err := os.Stat(dst); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Stat() = %v, want nothing there", err)
	}
}

// A run that was killed half way leaves dst.part; the next one starts afresh and is not confused by it.
func TestUnpackAfterCrash(t *testing.T) {
	t.Parallel()
	dst := filepath.Join(t.TempDir(), "dst")
	if err := os.MkdirAll(filepath.Join(dst+".part", "old"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Unpack(t.Context(), bytes.NewReader(small(t)), dst, released, Limits{}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dst, "old")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old part is in the new tree: %v", err)
	}
}

// GNU tar's own archives, in each of its formats, unpack to what GNU tar was given.
func TestUnpackGNUTar(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("tar"); err != nil {
		t.Skip("no tar on this machine")
	}
	work := t.TempDir()
	src := filepath.Join(work, "src")
	if err := Unpack(t.Context(), bytes.NewReader(small(t)), src, released, Limits{}); err != nil {
		t.Fatal(err)
	}
	want, err := List(t.Context(), src)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"gnu", "pax", "oldgnu"} {
		out, err := exec.Command("tar", "-C", work, "--format="+format, "-cf", "-", "./src").Output()
		if err != nil {
			t.Skipf("tar --format=%s: %v", format, err)
		}
		dst := filepath.Join(work, format)
		if err := Unpack(t.Context(), bytes.NewReader(out), dst, released, Limits{}); err != nil {
			t.Fatal(err)
		}
		got, err := List(t.Context(), dst)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", format, diff)
		}
	}
}

func FuzzUnpack(f *testing.F) {
	plain := small(f)
	f.Add(plain)
	f.Add(gzipped(f, plain))
	f.Add(pack(f, entry("sm/a", "x", 0o644), link(tar.TypeSymlink, "sm/l", "a"), link(tar.TypeLink, "sm/h", "sm/a")))
	f.Fuzz(func(t *testing.T, data []byte) {
		parent := t.TempDir()
		dst := filepath.Join(parent, "dst")
		err := Unpack(t.Context(), bytes.NewReader(data), dst, released, Limits{Entries: 50, Bytes: 1 << 20, FileBytes: 1 << 19})
		left, readErr := os.ReadDir(parent)
		if readErr != nil {
			t.Fatal(readErr)
		}
		if err != nil {
			if len(left) != 0 {
				t.Fatalf("Unpack() = %v, and left %v behind", err, left)
			}
			return
		}
		l, err := List(t.Context(), dst)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range l {
			if e.Mode != Link {
				continue
			}
			// Where the link leads, if anywhere, must be below the tree.
			if target, err := filepath.EvalSymlinks(filepath.Join(dst, e.Path)); err == nil {
				if rel, err := filepath.Rel(dst, target); err != nil || !filepath.IsLocal(rel) {
					t.Fatalf("%s leads to %s", e.Path, target)
				}
			}
		}
		again, err := ParseListing(l.String())
		if err != nil || again.Hash() != l.Hash() {
			t.Fatalf("ParseListing(String()) = %v, %v", again, err)
		}
	})
}

// What a checkout has of git at its top is no part of the tree, and does not come to lie where somebody might call git. Names may be as
// long as AIX takes them.
func TestUnpackPassesOverGit(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("d", 255) + "/" + strings.Repeat(strings.Repeat("d", 254)+"/", 2) + strings.Repeat("n", 253)
	data := pack(t, entry("sm/.git/", "", 0o755), entry("sm/.git/hooks/x", "x", 0o755), entry("sm/.gitignore", "x", 0o644), entry("sm/"+long, "x", 0o644))
	dst := filepath.Join(t.TempDir(), "dst")
	if err := Unpack(t.Context(), bytes.NewReader(data), dst, released, Limits{}); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadDir(dst); err != nil || len(got) != 2 || got[0].Name() != ".gitignore" {
		t.Errorf("unpacked: %v, %v", got, err)
	}
}
