package extract_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/extract"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

// archive has these members: a directory where the name ends in a slash, else a file with its name in it.
func archive(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := bff.NewWriter(&b, time.Unix(1e9, 0))
	for _, name := range names {
		plain, isDir := strings.CutSuffix(name, "/")
		h := bff.Header{Name: plain, Mode: bff.TypeRegular | 0o640, ModTime: time.Unix(1e9, 0)}
		text := []byte(plain)
		if plain == "./large" {
			text = make([]byte, largeSize)
		}
		h.Size = int64(len(text))
		if isDir {
			h.Mode, h.Size = bff.TypeDir|0o750, 0
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if !isDir {
			if _, err := w.Write(text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// some extracts, and lists what is there then and what was left out.
func some(t *testing.T, image []byte, names ...string) (there, out string) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	before, err := root.Stat(".")
	if err != nil {
		t.Fatal(err)
	}
	left, err := extract.Some(t.Context(), bytes.NewReader(image), root, names)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := root.Stat("."); err != nil || info.Mode() != before.Mode() {
		t.Errorf("the directory is %v, %v; it was %v", info.Mode(), err, before.Mode())
	}
	var all []string
	for _, l := range left {
		all = append(all, fmt.Sprint(l.Name, ": ", l.Err))
	}
	slices.Sort(all)
	out, all = strings.Join(all, "; "), nil
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		all = append(all, fmt.Sprintf("%s %o", name, info.Mode().Perm()))
		if text, err := root.ReadFile(name); !d.IsDir() && (err != nil || string(text) != "./"+name) {
			t.Errorf("%s holds %q, %v", name, text, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, ", "), out
}

// Those that are asked for, with what is below them; and directories that the image does not have before what is in them.
func TestSome(t *testing.T) {
	t.Parallel()
	image := archive(t, "./d/", "./d/f", "./d/e/g", "./d/f2", "./x", "./dx", "./y/")
	const all = "d 750, d/e 755, d/e/g 640, d/f 640, d/f2 640, dx 640, x 640, y 750"
	for _, test := range []struct {
		names       []string
		there, left string
	}{
		{nil, all, ""},
		{[]string{"."}, all, ""},
		{[]string{"/d/f", "x"}, "d 755, d/f 640, x 640", ""},
		{[]string{"./d"}, "d 750, d/e 755, d/e/g 640, d/f 640, d/f2 640", ""},
		{[]string{"d/e", "d/e/h", "d/e/g/h", "none"}, "d 755, d/e 755, d/e/g 640", "d/e/g/h: there is no such member; d/e/h: there is no such member; none: there is no such member"},
	} {
		if there, left := some(t, image, test.names...); there != test.there || left != test.left {
			t.Errorf("%q: %s; left out %s", test.names, there, left)
		}
	}
}

// What stands in another's way is left out, and the rest is there.
func TestLeft(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		image       []byte
		there, left string
	}{
		"a directory behind what is in it":       {archive(t, "./d/f", "./d/", "./d/g"), "d 750, d/f 640, d/g 640", ""},
		"and once more":                          {archive(t, "./d/f", "./d/", "./d/", "./z"), "d 750, d/f 640, z 640", "./d: file already exists"},
		"a directory of a file's name":           {archive(t, "./a", "./a/", "./z"), "a 640, z 640", "./a: mkdirat a: file exists"},
		"a file of a directory's name":           {archive(t, "./a/", "./a", "./z"), "a 750, z 640", "./a: openat a: file exists"},
		"a file in a file":                       {archive(t, "./a", "./a/b", "./z"), "a 640, z 640", "./a/b: mkdirat a: file exists"},
		"a long name":                            {archive(t, "./"+strings.Repeat("x", 300), "./z"), "z 640", "./" + strings.Repeat("x", 300) + ": openat " + strings.Repeat("x", 300) + ": file name too long"},
		"the directory itself":                   {installptest.Rename(archive(t, "./x/", "./z"), "./x", "./."), "z 640", ""},
		"data that do not unpack":                {packed(archive(t, "./a/b", "./z"), "./a/b"), "a 755, z 640", "./a/b: bff: at offset 185: invalid packed data: a code tree with 46 levels"},
		"the first of two volumes":               {volume(archive(t, "./a", "./b"), "./b", 0), "a 640", "what is in further volumes: the archive goes on in another volume"},
		"the first of two, which ends in a head": {volume(archive(t, "./a", "./b"), "./b", 82), "a 640", "what is in further volumes: the archive goes on in another volume"},
		"the first of two, which ends in a file": {volume(archive(t, "./a", "./b"), "./b", 113), "a 640", "./b: bff: at offset 305: the archive goes on in another volume: unexpected EOF; what is in further volumes: the archive goes on in another volume"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if there, left := some(t, test.image); there != test.there || left != test.left {
				t.Errorf("%s; left out %s", there, left)
			}
		})
	}
	many := make([]string, 10002)
	for i := range many {
		many[i] = "./a"
	}
	for n, want := range map[int]int{10002: 10000, 10001: 10000, 10000: 9999} {
		if _, left := some(t, archive(t, many[:n]...)); strings.Count(left, ";")+1 != want {
			t.Errorf("%d members of one name: %d were told", n, strings.Count(left, ";")+1)
		}
	}
}

// packed says of a member that its data are packed, which they are not.
func packed(image []byte, name string) []byte {
	at := installptest.Header(image, name)
	image[at+2] = 0x6c
	installptest.Seal(image[at:])
	return image
}

// volume is the part of an archive up to a member and some bytes of it, as the first of several.
func volume(image []byte, name string, more int) []byte {
	copy(image[16:], "\x00\x10\x00\x00")
	installptest.Seal(image)
	return image[:installptest.Header(image, name)+more]
}

// What is about no single member ends it: a reader that breaks, a directory that cannot be written to, the context.
func TestSomeEnds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	image, broken := archive(t, "./d/", "./d/e/"), errors.New("broken")
	if _, err := extract.Some(t.Context(), io.MultiReader(bytes.NewReader(image[:100]), iotest.ErrReader(broken)), root, nil); !errors.Is(err, broken) {
		t.Errorf("a reader that breaks: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := extract.Some(ctx, bytes.NewReader(image), root, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted before: %v", err)
	}
	// Interrupted within a file: what there is of it is not the whole.
	ctx, cancel = context.WithCancel(t.Context())
	defer cancel()
	_, err = extract.Some(ctx, during(archive(t, "./c/", "./large", "./z"), cancel), root, nil)
	if info, err2 := root.Stat("large"); !errors.Is(err, context.Canceled) || err2 == nil && info.Size() == largeSize {
		t.Errorf("interrupted within: %v, %v", err, info)
	}
	// A directory is its owner's alone until it has what is in it.
	if info, err := root.Stat("c"); err != nil || info.Mode() != fs.ModeDir|0o700 {
		t.Errorf("a directory before its time: %v, %v", info, err)
	}
	if err := root.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"./a", "./b/", "./x/d"} {
		if _, err := extract.Some(t.Context(), bytes.NewReader(archive(t, name)), root, nil); !errors.Is(err, fs.ErrClosed) || !strings.HasPrefix(err.Error(), "extracting "+strings.TrimSuffix(name, "/")+": ") {
			t.Errorf("%s into what is closed: %v", name, err)
		}
	}
}

const largeSize = 4 << 20

// during reads an archive, and does something after a megabyte.
func during(archive []byte, do func()) io.Reader {
	return io.MultiReader(bytes.NewReader(archive[:1<<20]), reader(func([]byte) (int, error) {
		do()
		return 0, io.EOF
	}), bytes.NewReader(archive[1<<20:]))
}

// What somebody else takes away meanwhile is an error, before or behind what is in it.
func TestSomeDisturbed(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{"./d/", "./large", "./d/f"}, {"./d/", "./large"}} {
		root, err := os.OpenRoot(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		left, err := extract.Some(t.Context(), during(archive(t, names...), func() {
			if err := root.Remove("d"); err != nil {
				t.Error(err)
			}
		}), root, nil)
		if !errors.Is(err, fs.ErrNotExist) || left != nil {
			t.Errorf("%q: left out %v, %v", names, left, err)
		}
		if _, err := root.Stat("f"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: a file is where its directory was: %v", names, err)
		}
	}
}

// No directory stays open. It is not parallel: others have their own.
func TestDescriptors(t *testing.T) {
	const open = "/proc/self/fd"
	if _, err := os.Stat(open); err != nil {
		t.Skip("which files are open cannot be told here")
	}
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	image := archive(t, "./a/f", "./b/f", "./c/f", "./f", "./d/f")
	count := func() int {
		all, err := os.ReadDir(open)
		if err != nil {
			t.Fatal(err)
		}
		return len(all)
	}
	before := count()
	if left, err := extract.Some(t.Context(), bytes.NewReader(image), root, nil); err != nil || left != nil {
		t.Fatal(left, err)
	}
	if after := count(); after != before {
		t.Errorf("%d files are open, %d were before", after, before)
	}
}

type reader func([]byte) (int, error)

func (f reader) Read(p []byte) (int, error) { return f(p) }
