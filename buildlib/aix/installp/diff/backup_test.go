package diff_test

import (
	"bytes"
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
