package installp_test

import (
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

// contentsOf is an image taken apart, to be put together again with one thing wrong.
type contentsOf struct {
	members   []rawMember
	libraries map[string][]libraryMember // by name of the member
}

type rawMember struct {
	bff.Header
	data string
}

func takeApart(t testing.TB, image []byte) *contentsOf {
	t.Helper()
	c := &contentsOf{libraries: map[string][]libraryMember{}}
	for r := bff.NewReader(bytes.NewReader(image)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return c
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		c.members = append(c.members, rawMember{*h, string(data)})
		if filepath.Base(h.Name) == "liblpp.a" {
			c.libraries[h.Name] = library(t, data)
		}
	}
}

func (c *contentsOf) image(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := bff.NewWriter(&b, time.Unix(1443657600, 0))
	for _, m := range c.members {
		if files, ok := c.libraries[m.Name]; ok {
			m.data = pack(t, files)
		}
		m.Size = int64(len(m.data))
		if err := w.WriteHeader(&m.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pack(t testing.TB, files []libraryMember) string {
	t.Helper()
	var b bytes.Buffer
	w := ar.NewWriter(&b, ar.Small)
	for _, f := range files {
		f.Size = int64(len(f.text))
		if err := w.WriteHeader(&f.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (c *contentsOf) member(name string) *rawMember {
	return &c.members[slices.IndexFunc(c.members, func(m rawMember) bool { return m.Name == name })]
}
