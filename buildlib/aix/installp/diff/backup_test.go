package diff_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/diff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

// Two backups of files are compared by their members.
func TestBackups(t *testing.T) {
	t.Parallel()
	image := func(date int64, members ...installptest.RawMember) []byte {
		var b bytes.Buffer
		w := bff.NewWriter(&b, time.Unix(date, 0))
		for _, m := range members {
			m.Size = int64(len(m.Data))
			if err := w.WriteHeader(&m.Header); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(m.Data)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	file := func(name string, mode uint32, data string) installptest.RawMember {
		m := installptest.FileMember(name, mode, data)
		m.ModTime = time.Unix(1000, 0)
		return m
	}
	newer := file("./b", 0o644, "b")
	newer.ModTime = time.Unix(2000, 0)
	one := image(1000, file("./a", 0o644, "a"), file("./b", 0o644, "b"), file("./gone", 0o644, "x"))
	for name, test := range map[string]struct {
		before, after []byte
		want          string
	}{
		"the same":         {one, one, ""},
		"another date":     {one, image(5000, file("./a", 0o644, "a"), file("./b", 0o644, "b"), file("./gone", 0o644, "x")), "only the form differs: what is in the images, and what they ask for, is the same\n"},
		"other members":    {one, image(1000, file("./a", 0o600, "a"), newer, file("./new", 0o644, "new")), "  ~ ./a: member -rw-r--r-- 0:0 -> -rw------- 0:0\n  ~ ./b: date 1970-01-01 00:16:40 -> 1970-01-01 00:33:20\n  - ./gone: -rw-r--r-- 0:0, 1 bytes \n  + ./new: -rw-r--r-- 0:0, 3 bytes \n"},
		"another content":  {one, image(1000, file("./a", 0o644, "c"), file("./b", 0o644, "bb"), file("./gone", 0o644, "x")), "  ~ ./a: content\n  ~ ./b: size 1 -> 2\n"},
		"a package before": {installptest.Write(t, installptest.Example()), one, "type a package -> a backup of files\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, err := diff.Images(installptest.Section(test.before), installptest.Section(test.after))
			if d := cmp.Diff(test.want, all.String()); err != nil || d != "" {
				t.Errorf("%v, -want +got:\n%s", err, d)
			}
		})
	}
	if _, err := diff.Images(installptest.Section(one), installptest.Section(one[:200])); err == nil {
		t.Error("a backup that is cut is no error")
	}
}

// Links, devices and access lists are compared as such.
func TestBackupSpecials(t *testing.T) {
	t.Parallel()
	one := func(name, data string, edit func(h []byte)) []byte {
		var b bytes.Buffer
		w := bff.NewWriter(&b, time.Unix(1000, 0))
		err := w.WriteHeader(&bff.Header{Name: name, Mode: bff.TypeRegular | 0o644, Size: int64(len(data)), ModTime: time.Unix(1000, 0)})
		if _, err2 := w.Write([]byte(data)); errors.Join(err, err2, w.Close()) != nil {
			t.Fatal(err, err2)
		}
		image := b.Bytes()
		if h := image[installptest.Header(image, name):]; edit != nil {
			edit(h)
			installptest.Seal(h)
		}
		return image
	}
	device := func(major, minor byte) func([]byte) {
		return func(h []byte) { h[12], h[13], h[48], h[52] = 0x80, 0x21, major, minor }
	}
	list := func(text string) []byte {
		return installptest.Rename(one("./a/xx", text, nil), "./a/xx", "./a/\x7f\x7f")
	}
	hard := func(h []byte) { h[6], h[8], h[24] = 2, 7, 5 }
	for name, test := range map[string]struct {
		before, after []byte
		want          string
	}{
		"a symbolic link":   {one("./a", "", nil), installptest.AsSymlink(one("./a", "", nil), "./a"), "  ~ ./a: member -rw-r--r-- 0:0 -> lrwxrwxrwx 0:0, is none -> sendmail, content\n"},
		"a link gone":       {installptest.AsSymlink(one("./a", "", nil), "./a"), one("./b", "", nil), "  - ./a: lrwxrwxrwx 0:0, 0 bytes sendmail\n  + ./b: -rw-r--r-- 0:0, 0 bytes \n"},
		"another name":      {one("./a", "", nil), one("./a", "", hard), "  ~ ./a: is none -> another name of a file, content\n"},
		"devices":           {one("./a", "", device(2, 7)), one("./a", "", device(2, 8)), "  ~ ./a: is 2,7 -> 2,8\n"},
		"access lists":      {list("s:(OWNER@): a r\n"), list("s:(OWNER@): a w\n"), "  ~ ./a/\\x7f\\x7f: access list [NFS4 s:(OWNER@): a r] -> [NFS4 s:(OWNER@): a w]\n"},
		"nothing but zeros": {one("./a", "", nil), append(one("./a", "", nil), make([]byte, 512)...), "only the form differs: what is in the images, and what they ask for, is the same\n"},
	} {
		all, err := diff.Images(installptest.Section(test.before), installptest.Section(test.after))
		if d := cmp.Diff(test.want, all.String()); err != nil || d != "" {
			t.Errorf("%s: %v, -want +got:\n%s", name, err, d)
		}
	}
}
