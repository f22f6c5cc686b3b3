package diff

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
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
		"the same":           {archive(t, "a.o", program), archive(t, "a.o", program), ""},
		"other dates":        {archive(t, "a.o", program), strings.Replace(archive(t, "a.o", program), "1           ", "2           ", 1), "content"},
		"a program":          {program, other, "content; - libc.a(shr_64.o) [res_querydomain]; + libc.a(shr_64.o) [res_querydomxin]"},
		"in an archive":      {archive(t, "a.o", program, "b", "x"), archive(t, "a.o", other, "b", "x"), "content; member a.o content; a.o - libc.a(shr_64.o) [res_querydomain]; a.o + libc.a(shr_64.o) [res_querydomxin]"},
		"another member":     {archive(t, "a.o", "x"), archive(t, "b.o", "x"), "content; member a.o 1 bytes -> ; member b.o  -> 1 bytes"},
		"a longer member":    {archive(t, "a.o", "x", "b", "xx"), archive(t, "a.o", "xx", "b", "x"), "content; member a.o size 1 -> 2; member b size 2 -> 1"},
		"no archive before":  {"text", "text 2", "size 4 -> 6"},
		"damaged programs":   {program[:100], program[:99] + "x", "content"},
		"in an archive, cut": {archive(t, "a.o", program[:100]), archive(t, "a.o", program[:99]+"x"), "content; member a.o content"},
		"not one any more":   {archive(t, "a.o", program), "<bigaf>\n", fmt.Sprintf("size %d -> 8", len(archive(t, "a.o", program)))},
		"one at last":        {"<bigaf>\n", archive(t, "a.o", program), fmt.Sprintf("size 8 -> %d", len(archive(t, "a.o", program)))},
		"damaged":            {archive(t, "a.o", "x")[:247], archive(t, "a.o", "y")[:247], "content"},
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
}

// What cannot be read is an error, at each place; and so is a disk on which nothing can be put down.
func TestUnread(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "xcoff", "testdata", "program64"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"program": string(data), "archive": archive(t, "a.o", string(data), "b", strings.Repeat("b", 5000)), "text": strings.Repeat("text", 100)} {
		for _, at := range []int{0, 4, 8, 100} {
			_, err := readContent(&installp.Member{Header: bff.Header{Size: int64(len(text))}}, io.MultiReader(strings.NewReader(text[:at]), iotest.ErrReader(iotest.ErrTimeout)), strings.NewReader(text))
			if !errors.Is(err, iotest.ErrTimeout) {
				t.Errorf("%s, unread from %d on: %v", name, at, err)
			}
		}
		for _, broken := range []int64{0, 40, 90, 400} {
			_, err := readContent(&installp.Member{Header: bff.Header{Size: int64(len(text))}}, strings.NewReader(text), installptest.Unread([]byte(text), broken))
			if (name == "text") != (err == nil) || err != nil && !errors.Is(err, iotest.ErrTimeout) {
				t.Errorf("%s, whose disk breaks at %d: %v", name, broken, err)
			}
		}
	}
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	for text, want := range map[string]error{string(data): fs.ErrNotExist, "text": nil} {
		m := &installp.Member{Header: bff.Header{Size: int64(len(text))}, Packed: true}
		if _, err := readContent(m, strings.NewReader(text), nil); !errors.Is(err, want) {
			t.Errorf("%.4q without a directory: %v", text, err)
		}
	}
}
