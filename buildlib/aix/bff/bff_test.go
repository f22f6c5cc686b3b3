package bff_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

var epoch = time.Unix(1443657600, 0)

// member is a header with its data, as tests write and read them.
type member struct {
	bff.Header
	data string
}

func directory(name string, mode uint32) member {
	return member{Header: bff.Header{Name: name, Mode: bff.TypeDir | mode}}
}

func file(name string, mode uint32, data string) member {
	return member{bff.Header{Name: name, Mode: bff.TypeRegular | mode, Size: int64(len(data))}, data}
}

func write(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := bff.NewWriter(&b, epoch)
	for _, m := range members {
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

func read(r io.Reader) ([]member, error) {
	var members []member
	for archive := bff.NewReader(r); ; {
		h, err := archive.Next()
		if err == io.EOF {
			return members, nil
		}
		if err != nil {
			return members, err
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			return members, err
		}
		members = append(members, member{*h, string(data)})
	}
}

// sample returns an archive that AIX wrote. The project holds no file that others made: the directory named by AIX_SAMPLES does.
func sample(t testing.TB, name string) []byte {
	t.Helper()
	dir := os.Getenv("AIX_SAMPLES")
	if dir == "" {
		t.Skip("AIX_SAMPLES is not set: not compared with what AIX wrote")
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bytediff shows the rows of 16 bytes in which two archives differ, or "" when they are equal.
func bytediff(got, want []byte) string {
	var b strings.Builder
	for at := 0; at < max(len(got), len(want)); at += 16 {
		g, w := row(got, at), row(want, at)
		if bytes.Equal(g, w) {
			continue
		}
		fmt.Fprintf(&b, "%06x  got  % -48x %q\n        want % -48x %q\n", at, g, g, w, w)
		if b.Len() > 2000 {
			return b.String() + "...\n"
		}
	}
	return b.String()
}

func row(b []byte, at int) []byte {
	return b[min(at, len(b)):min(at+16, len(b))]
}

func unhex(t testing.TB, lines ...string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(lines, ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
