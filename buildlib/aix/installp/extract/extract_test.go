package extract_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/extract"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

// whole extracts all members; the first that is left out is an error.
func whole(ctx context.Context, r io.Reader, root *os.Root) error {
	left, err := extract.Some(ctx, r, root, nil)
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("extracting %s: %w", left[0].Name, left[0].Err)
	}
	return err
}

func extracted(t *testing.T, image []byte) (string, error) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	return dir, whole(t.Context(), bytes.NewReader(image), root)
}

// backup -i puts the access list of a file behind it, as if the file were a directory.
func TestExtractAccessList(t *testing.T) {
	t.Parallel()
	var image bytes.Buffer
	w := bff.NewWriter(&image, time.Unix(0, 0))
	const text = "*\n* ACL_type   NFS4\n*\ns:(OWNER@):\ta\trwp\n"
	for _, name := range []string{"./acl", "./acl/no", "./z"} {
		err := w.WriteHeader(&bff.Header{Name: name, Mode: bff.TypeRegular | 0o644, Size: int64(len(text))})
		if _, err2 := w.Write([]byte(text)); errors.Join(err, err2) != nil {
			t.Fatal(err, err2)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	left, err := extract.Some(t.Context(), bytes.NewReader(installptest.Rename(image.Bytes(), "./acl/no", "./acl/\x7f\x7f")), root, nil)
	if diff := cmp.Diff([]extract.Left{{Name: "./acl", Access: []string{"NFS4 s:(OWNER@): a rwp"}}}, left); diff != "" || err != nil {
		t.Errorf("%v, -want +left out:\n%s", err, diff)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "z")); err != nil || string(data) != text {
		t.Errorf("z: %q, %v", data, err)
	}
}

func TestExtract(t *testing.T) {
	t.Parallel()
	p := installptest.Example()
	p.Filesets[0].Files[1].Mode = 0o555 // a directory that may not be written to, with a file in it
	dir, err := extracted(t, installptest.Write(t, p))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // or only root could remove what is in it
		if err := os.Chmod(filepath.Join(dir, "opt/mailtools/sbin"), 0o755); err != nil {
			t.Error(err)
		}
	})
	for name, want := range map[string]string{
		"opt/mailtools/sbin":          "dr-xr-xr-x",
		"opt/mailtools/sbin/sendmail": "-r-xr-xr-x", // without the set-group-id bit
		"lpp_name":                    "-rw-r--r--",
		"usr/lpp/mailtools.sendmail/inst_root/etc/mailtools/submit.cf": "-rw-r--r--",
		"usr/lpp/mailtools.sendmail/inst_root/var/spool/mtqueue":       "drwxrwx---",
	} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil || info.Mode().String() != want || !info.ModTime().Equal(p.Time) {
			t.Errorf("%s: %v, %v; want %s and %s", name, info, err, want, p.Time)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "opt/mailtools/sbin/sendmail"))
	if err != nil || string(text) != "placeholder for the mail program\n" {
		t.Errorf("sendmail holds %q, %v", text, err)
	}
}

// Nothing is written outside, over anything, or through a link.
func TestExtractRefuses(t *testing.T) {
	t.Parallel()
	image := func(members ...bff.Header) []byte {
		var b bytes.Buffer
		w := bff.NewWriter(&b, time.Unix(0, 0))
		for _, m := range members {
			if err := w.WriteHeader(&m); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	file := func(name string) bff.Header { return bff.Header{Name: name, Mode: bff.TypeRegular | 0o644} }
	dir := func(name string) bff.Header { return bff.Header{Name: name, Mode: bff.TypeDir | 0o755} }
	// The Writer refuses such names: they are put in afterwards, and the header's checksum with them.
	renamed := func(name string) []byte {
		plain := "./" + strings.Repeat("x", len(name)-2)
		return installptest.Rename(image(file(plain)), plain, name)
	}
	for name, image := range map[string][]byte{
		"file twice":        image(file("./a"), file("./a")),
		"directory twice":   image(dir("./a"), dir("./a")),
		"file as directory": image(file("./a"), file("./a/b")),
		"directory as file": image(file("./a/b"), file("./a")),
		"parent":            renamed("./../outside"),
		"parent in between": renamed("./a/../../outside"),
		"empty component":   renamed("./a//b"),
		"current directory": renamed("./a/./b"),
		"ends with a slash": renamed("./abc/"),
		"symbolic link":     installptest.AsSymlink(image(file("./a")), "./a"),
		"backslash":         renamed("./a\\..\\b"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, err := extracted(t, image)
			if err == nil {
				t.Error("Extract = nil, want an error")
			}
			if outside, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "outside*")); err != nil || len(outside) > 0 {
				t.Errorf("there is %v, %v", outside, err)
			}
		})
	}
}

// A link that is there already is not followed; an interruption ends it.
func TestExtractIntoLink(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "opt")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	image := installptest.Write(t, installptest.Example())
	if err := whole(t.Context(), bytes.NewReader(image), root); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Extract = %v, want ErrExist", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := whole(ctx, bytes.NewReader(image), root); !errors.Is(err, context.Canceled) {
		t.Errorf("Extract = %v, want context.Canceled", err)
	}
}

// Nothing of an image can get out of the directory.
func ExampleSome() {
	dir, err := os.MkdirTemp("", "image")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer root.Close()
	left, err := extract.Some(context.Background(), installptest.Small("Mail", "#!/usr/bin/ksh\nexit 0\n"), root, []string{"lpp_name"})
	if err != nil || len(left) > 0 {
		fmt.Println(left, err)
		return
	}
	text, err := root.ReadFile("lpp_name")
	fmt.Print(string(text[:49]), "\n", err)
	// Output:
	// 4 R I mailtools.sendmail {
	// mailtools.sendmail.rte
	// <nil>
}

// Other hands read the same out of an image: sum -r the checksums, GNU ar the names of the control files.
func TestForeignTools(t *testing.T) {
	t.Parallel()
	image := installptest.Write(t, installptest.Family())
	dir, err := extracted(t, image)
	if err != nil {
		t.Fatal(err)
	}
	tool := func(name string, args ...string) string {
		out, err := exec.Command(name, args...).Output()
		if err != nil {
			t.Skipf("%s: %v: not compared with it", name, err)
		}
		return string(out)
	}
	for _, f := range installptest.Open(t, image).Image().Filesets {
		for _, s := range f.Usr.Inventory {
			if s.Type != installp.Regular || s.Volatile {
				continue
			}
			got := strings.Fields(tool("sum", "-r", filepath.Join(dir, s.Path)))
			if diff := cmp.Diff(strings.Fields(s.Checksum), got[:2]); diff != "" {
				t.Errorf("%s, -inventory +sum:\n%s", s.Path, diff)
			}
		}
	}
	var want []string
	for _, m := range installptest.TakeApart(t, image).Libraries[installptest.UsrLib] {
		want = append(want, m.Name)
	}
	got := tool("ar", "--target=aixcoff-rs6000", "t", filepath.Join(dir, installptest.UsrLib))
	if diff := cmp.Diff(want, strings.Fields(got)); diff != "" {
		t.Errorf("control files, -ours +ar:\n%s", diff)
	}
}

// Names are bytes: what is no UTF-8, or has blanks, is a file as any other; what leads elsewhere is none.
func TestExtractNames(t *testing.T) {
	t.Parallel()
	var image bytes.Buffer
	w := bff.NewWriter(&image, time.Unix(0, 0))
	if err := errors.Join(w.WriteHeader(&bff.Header{Name: "./abcd", Mode: bff.TypeRegular | 0o644}), w.Close()); err != nil {
		t.Fatal(err)
	}
	for name, made := range map[string]bool{"./\xe4 \xfcx": true, "./\xc3\xa4 b": true, "./../x": false, "./\xe4/..": false} {
		dir, err := extracted(t, installptest.Rename(bytes.Clone(image.Bytes()), "./abcd", name))
		if _, missing := os.Lstat(filepath.Join(dir, name)); (err == nil) != made || made && missing != nil {
			t.Errorf("%q: %v, %v", name, err, missing)
		}
	}
}

// Names of one file are links to it. A file of one name, or without a number, is none of those.
func TestExtractLinks(t *testing.T) {
	t.Parallel()
	var image bytes.Buffer
	w := bff.NewWriter(&image, time.Unix(0, 0))
	large := strings.Repeat("0123456789abcdef", 20<<10) // more than is copied at once
	for _, name := range []string{"./a", "./b", "./c", "./d", "./e"} {
		data := map[string]string{"./a": large, "./b": "b", "./c": "c"}[name]
		err := w.WriteHeader(&bff.Header{Name: name, Mode: bff.TypeRegular | 0o644, Size: int64(len(data))})
		if _, err2 := w.Write([]byte(data)); errors.Join(err, err2) != nil {
			t.Fatal(err, err2)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	links := func(name string, n uint16, inode, size uint32) {
		h := image.Bytes()[installptest.Header(image.Bytes(), name):]
		binary.LittleEndian.PutUint16(h[6:], n)
		binary.LittleEndian.PutUint32(h[8:], inode)
		binary.LittleEndian.PutUint32(h[24:], size)
		installptest.Seal(h)
	}
	links("./a", 2, 7, uint32(len(large)))
	links("./b", 1, 7, 1)
	links("./c", 2, 0, 1)
	links("./d", 2, 7, uint32(len(large)))
	links("./e", 2, 0, 1)
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	left, err := extract.Some(t.Context(), bytes.NewReader(image.Bytes()), root, nil)
	if err != nil || len(left) != 1 || left[0].Name != "./e" {
		t.Errorf("left out %v, %v", left, err)
	}
	a, err := os.Stat(filepath.Join(dir, "a"))
	d, err2 := os.Stat(filepath.Join(dir, "d"))
	if err != nil || err2 != nil || !os.SameFile(a, d) || a.Size() != int64(len(large)) {
		t.Errorf("a and d: %v, %v, %v", a, err, err2)
	}
}
