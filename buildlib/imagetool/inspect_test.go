package imagetool

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// backup is an archive of files, names and contents in turn.
func backup(t testing.TB, members ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := bff.NewWriter(&b, time.Unix(0, 0))
	for i := 0; i < len(members); i += 2 {
		err := w.WriteHeader(&bff.Header{Name: members[i], Mode: bff.TypeRegular | 0o644, Size: int64(len(members[i+1]))})
		if _, err2 := w.Write([]byte(members[i+1])); errors.Join(err, err2) != nil {
			t.Fatal(err, err2)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// library is an AIX archive of one member.
func library(t testing.TB, name, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := ar.NewWriter(&b, ar.Big)
	err := w.WriteHeader(&ar.Header{Name: name, Mode: 0o644, Size: int64(len(content)), ModTime: time.Unix(1, 0)})
	if _, err2 := w.Write([]byte(content)); errors.Join(err, err2, w.Close()) != nil {
		t.Fatal(err, err2)
	}
	return b.String()
}

func TestInspect(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../aix/xcoff/testdata/program64")
	if err != nil {
		t.Fatal(err)
	}
	program := string(data)
	dir := t.TempDir()
	for name, content := range map[string]string{
		"program": program, "libx.a": library(t, "shr.o", program), "damaged.a": library(t, "shr.o", program)[:1500], "text": "text", "own/usr/lib/libc.a": library(t, "shr_64.o", program),
		"a.bff": string(backup(t, "./README", "x", "./bin/p", program, "./lib/libx.a", library(t, "shr.o", program), "./usr/lpp/x/liblpp.a", library(t, "x.al", "./a\n"))),
	} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(content), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		file string
		how  Inspection
		want string // programs that are shown
		code string
	}{
		{"program", Inspection{}, "DIR/program", ""},
		{"libx.a", Inspection{}, "DIR/libx.a(shr.o)", ""},
		{"libx.a", Inspection{Member: "shr.o"}, "DIR/libx.a(shr.o)", ""},
		{"libx.a", Inspection{Member: "shr4.o"}, "", "nothing-to-inspect"},
		{"damaged.a", Inspection{}, "", "object-unreadable"},
		{"a.bff", Inspection{}, "./bin/p ./lib/libx.a(shr.o)", ""},
		{"a.bff", Inspection{Member: "/lib/libx.a"}, "./lib/libx.a(shr.o)", ""},
		{"a.bff", Inspection{Member: "lib/libx.a(shr.o)"}, "./lib/libx.a(shr.o)", ""},
		{"a.bff", Inspection{Member: "./README"}, "", "image-kind"},
		{"a.bff", Inspection{Member: "./absent"}, "", "nothing-to-inspect"},
		{"text", Inspection{}, "", "image-kind"},
		{"absent", Inspection{}, "", "image-unreadable"},
		{"program", Inspection{Against: filepath.Join(dir, "own")}, "DIR/program", "imports-missing"},
		{"program", Inspection{Against: filepath.Join(dir, "program")}, "", "usage"},
		{"program", Inspection{Level: "7"}, "", "usage"},
		{"program", Inspection{Level: "aix7.1"}, "DIR/program", ""},
	} {
		i, err := Inspect(t.Context(), nil, filepath.Join(dir, test.file), test.how)
		var got []string
		if i != nil {
			for line := range strings.Lines(text(t, i)) {
				if name, _, ok := strings.Cut(line, ": program"); ok {
					got = append(got, strings.ReplaceAll(name, dir, "DIR"))
				}
			}
		}
		if fault.Code(err) != test.code || strings.Join(got, " ") != test.want {
			t.Errorf("%s %+v: %q, %v; want %q, %s", test.file, test.how, got, err, test.want, test.code)
		}
	}
	i, err := Inspect(t.Context(), nil, filepath.Join(dir, "program"), Inspection{Against: filepath.Join(dir, "own")})
	if shown := text(t, i); !strings.Contains(shown, "  missing:      in libc.a(shr_64.o): errno puts res_querydomain\n") || !strings.Contains(shown, "  not there:    /opt/freeware/lib/libx.so\n") {
		t.Errorf("%v\n%s", err, shown)
	}
	if !strings.Contains(fmt.Sprint(err), "4 imports not in ") {
		t.Error(err)
	}
}
