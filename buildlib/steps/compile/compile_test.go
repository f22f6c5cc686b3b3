package compile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

func writeTree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDirectories(t *testing.T) {
	tree := map[string]string{
		"Makefile":              "SHELL= /bin/sh\nSUBDIRS= libsm libsmutil sendmail \\\n\t makemap rmail\n# libmilter: requires pthread\nBUILD=   ./Build\n",
		"libsm/Makefile.m4":     "bldPRODUCT_START(`library', `libsm')\n",
		"libsm/a.c":             "12345",
		"libsmutil/Makefile.m4": "",
		"sendmail/Makefile.m4":  "bldPUSH_SMLIB(`sm')\nbldPUSH_SMLIB(`smutil')\nbldPUSH_SMLIB(`sm')\n",
		"sendmail/a.c":          "1234567",
		"sendmail/b.c":          "123",
		"sendmail/b.h":          "123",
		"makemap/Makefile.m4":   "bldPUSH_SMLIB(`sm')\n",
		"rmail/Makefile.m4":     "bldPUSH_SMLIB(`sm')\ndefine(`bldNO_INSTALL', `true')\n",
		"libmilter/Makefile.m4": "ifdef(`bldNO_INSTALL', `', `')\n",
	}
	want := []Directory{
		{"libsm", nil, 5, 0},
		{"libsmutil", nil, 0, 0},
		{"sendmail", []string{"libsm", "libsmutil"}, 10, 0},
		{"makemap", []string{"libsm"}, 0, 0},
		{"libmilter", nil, 0, 0},
	}
	got, err := Directories(writeTree(t, tree), []string{"libmilter", "libsm"})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Directories() error %v (-want +got):\n%s", err, diff)
	}

	for name, change := range map[string][2]string{
		"no list":             {"Makefile", "all:\n"},
		"name that leads out": {"Makefile", "SUBDIRS= libsm ../evil\n"},
		"unknown library":     {"makemap/Makefile.m4", "bldPUSH_SMLIB(`smdb')\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := writeTree(t, tree)
			if err := os.WriteFile(filepath.Join(dir, change[0]), []byte(change[1]), 0o644); err != nil {
				t.Fatal(err)
			}
			if _, err := Directories(dir, nil); fault.Code(err) != "source-layout" {
				t.Errorf("Directories() = %v, want a source-layout fault", err)
			}
		})
	}
	if _, err := Directories(t.TempDir(), nil); fault.Code(err) != "source-layout" {
		t.Errorf("Directories(empty) = %v, want a source-layout fault", err)
	}
}

var plan = []Directory{
	{"libsm", nil, 30, 0}, {"libsmutil", nil, 5, 0}, {"libsmdb", nil, 3, 0},
	{"sendmail", []string{"libsm", "libsmutil"}, 100, 0},
	{"makemap", []string{"libsm", "libsmutil", "libsmdb"}, 4, 0},
	{"rmail", []string{"libsm"}, 2, 0},
	{"libmilter", nil, 20, 0},
}

func TestScheduleOrder(t *testing.T) {
	var order, told []string
	err := schedule(t.Context(), plan, 1, func(_ context.Context, d Directory) error {
		order = append(order, d.Name)
		return nil
	}, func(done int, name string) { told = append(told, fmt.Sprint(done, " ", name)) })
	want := "libsm libsmutil sendmail libmilter libsmdb makemap rmail"
	if got := strings.Join(order, " "); got != want || err != nil {
		t.Errorf("order = %s, %v, want %s", got, err, want)
	}
	if got := strings.Join(told, ", "); got != "0 libsm, 1 libsmutil, 2 sendmail, 3 libmilter, 4 libsmdb, 5 makemap, 6 rmail" {
		t.Errorf("told of %s", got)
	}
}

func TestScheduleParallel(t *testing.T) {
	var lock sync.Mutex
	done, running, most := make(map[string]bool), 0, 0
	meet := make(chan struct{})
	err := schedule(t.Context(), plan, 3, func(_ context.Context, d Directory) error {
		lock.Lock()
		for _, need := range d.Needs {
			if !done[need] {
				t.Errorf("%s started before %s was done", d.Name, need)
			}
		}
		running++
		most = max(most, running)
		lock.Unlock()
		if d.Name == "libsm" || d.Name == "libsmutil" { // the two meet: they can only both get on if both run at once
			select {
			case meet <- struct{}{}:
			case <-meet:
			}
		}
		lock.Lock()
		running--
		done[d.Name] = true
		lock.Unlock()
		return nil
	}, func(int, string) {})
	if err != nil || len(done) != len(plan) || most > 3 {
		t.Errorf("schedule() = %v, %d of %d done, %d at once, want all done and at most 3 at once", err, len(done), len(plan), most)
	}
}

func TestScheduleFailure(t *testing.T) {
	broken := errors.New("broken")
	var ran []string
	var lock sync.Mutex
	err := schedule(t.Context(), plan, 2, func(ctx context.Context, d Directory) error {
		lock.Lock()
		ran = append(ran, d.Name)
		lock.Unlock()
		if d.Name == "libsm" {
			return broken
		}
		<-ctx.Done() // the failure must end the others
		return context.Cause(ctx)
	}, func(int, string) {})
	if !errors.Is(err, broken) || len(ran) != 2 {
		t.Errorf("schedule() = %v after %q, want %v after two directories", err, ran, broken)
	}
	circle := []Directory{{"a", []string{"b"}, 1, 0}, {"b", []string{"a"}, 1, 0}}
	if err := schedule(t.Context(), circle, 2, nil, nil); err == nil {
		t.Error("schedule(circle) = nil, want an error")
	}
}

func FuzzSubdirectories(f *testing.F) {
	f.Add([]byte("SUBDIRS= libsm libsmutil sendmail \\\n\t makemap\n"))
	f.Add([]byte("SUBDIRS= \\"))
	f.Fuzz(func(t *testing.T, makefile []byte) {
		names, err := subdirectories(makefile)
		for _, name := range names {
			if filepath.Base(name) != name || name == ".." || err != nil {
				t.Errorf("subdirectories() = %q, %v", names, err)
			}
		}
	})
}
