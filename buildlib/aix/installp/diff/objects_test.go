package diff

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
)

func archive(t *testing.T, members ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := ar.NewWriter(&b, ar.Big)
	for i := 0; i < len(members); i += 2 {
		if err := w.WriteHeader(&ar.Header{Name: members[i], Mode: 0o644, Size: int64(len(members[i+1])), ModTime: time.Unix(1, 0)}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, members[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Archives are compared member by member, whether they can be read at any place or, because they are packed, once from the front.
func TestArchives(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "xcoff", "testdata", "program64"))
	if err != nil {
		t.Fatal(err)
	}
	program := string(data)
	other := strings.Replace(program, "res_querydomain", "res_querydomxin", 1)
	read := func(data string, isPacked bool) *content {
		m := &installp.Member{Header: bff.Header{Size: int64(len(data))}, Packed: isPacked}
		image := io.ReaderAt(strings.NewReader(data))
		if isPacked {
			image = strings.NewReader("") // its bytes are not those of the member
		}
		c, err := readContent(m, strings.NewReader(data), image)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for name, test := range map[string]struct{ before, after, want string }{
		"the same":          {archive(t, "a.o", program), archive(t, "a.o", program), ""},
		"other dates":       {archive(t, "a.o", program), strings.Replace(archive(t, "a.o", program), "1           ", "2           ", 1), "content"},
		"a program":         {program, other, "content; - libc.a(shr_64.o) [res_querydomain]; + libc.a(shr_64.o) [res_querydomxin]"},
		"in an archive":     {archive(t, "a.o", program, "b", "x"), archive(t, "a.o", other, "b", "x"), "content; member a.o content; a.o - libc.a(shr_64.o) [res_querydomain]; a.o + libc.a(shr_64.o) [res_querydomxin]"},
		"another member":    {archive(t, "a.o", "x"), archive(t, "b.o", "x"), "content; member a.o 1 bytes -> ; member b.o  -> 1 bytes"},
		"a longer member":   {archive(t, "a.o", "x", "b", "xx"), archive(t, "a.o", "xx", "b", "x"), "content; member a.o size 1 -> 2; member b size 2 -> 1"},
		"no archive before": {"text", "text 2", "size 4 -> 6"},
		"damaged":           {archive(t, "a.o", "x")[:247], archive(t, "a.o", "y")[:247], "content"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, isPacked := range []bool{false, true} {
				var d Difference
				read(test.before, isPacked).changes(&d, "", read(test.after, isPacked))
				var words []string
				for _, a := range d.Attributes {
					word := a.Name
					if a.Before != "" || a.After != "" {
						word += " " + a.Before + " -> " + a.After
					}
					words = append(words, word)
				}
				for _, i := range d.Imports {
					words = append(words, strings.TrimSpace(i.Member+map[bool]string{false: " - ", true: " + "}[i.Added]+i.Library)+" ["+strings.Join(i.Names, " ")+"]")
				}
				if diff := cmp.Diff(test.want, strings.Join(words, "; ")); diff != "" {
					t.Errorf("packed %v, -want +got:\n%s", isPacked, diff)
				}
			}
		})
	}
	if _, err := readContent(&installp.Member{Header: bff.Header{Size: 10}}, iotest.ErrReader(io.ErrUnexpectedEOF), nil); err == nil {
		t.Error("no error of what cannot be read")
	}
}
