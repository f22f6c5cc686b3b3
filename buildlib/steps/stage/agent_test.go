package stage

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// agent is in the environment of this test's program when it is the machine.
const agent = "STAGE_TEST_AGENT"

func TestMain(m *testing.M) {
	if os.Getenv(agent) != "" {
		if err := serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// question is a call, and answer what comes of it.
type question struct {
	Method       string
	Names        []string
	Files        []host.File
	Argv, Env    []string
	Dir, Stdin   string
	Root, Packed string
}

type answer struct {
	Texts    []string
	Missing  []string // for each text the error; "" when there is none
	Listing  tree.Listing
	Out, Err string
	Status   int
	Failed   string
}

// serve is the other end.
func serve(in io.Reader, out io.Writer) error {
	var q question
	if err := gob.NewDecoder(in).Decode(&q); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, in)
		cancel() // whoever asked is gone
	}()
	var a answer
	var err error
	m := host.NewLocal(os.Environ())
	switch q.Method {
	case "Run":
		var stdout, stderr bytes.Buffer
		err = m.Run(ctx, host.Cmd{Argv: q.Argv, Dir: q.Dir, Env: q.Env, Stdin: strings.NewReader(q.Stdin), Stdout: &stdout, Stderr: &stderr})
		a.Out, a.Err = stdout.String(), stderr.String()
		if exit, ok := errors.AsType[*host.ExitError](err); ok {
			a.Status, err = exit.Status, nil
		}
	case "Find":
		a.Texts, err = m.Find(ctx, q.Names...)
	case "Stat":
		a.Missing = texts(m.Stat(ctx, q.Names...))
	case "Read":
		var errs []error
		a.Texts, errs = m.Read(ctx, q.Names...)
		a.Missing = texts(errs)
	case "Sums":
		a.Texts, err = m.Sums(ctx, q.Names...)
	case "Send":
		err = unpack(q.Root, q.Packed)
	case "Fetch":
		a.Out, err = pack(q.Root, q.Names)
	case "ReadDir":
		a.Texts, err = m.ReadDir(ctx, q.Names[0])
	case "List":
		a.Listing, err = m.List(ctx, q.Names[0])
	case "Put":
		err = m.Put(ctx, q.Files...)
	case "RemoveAll":
		err = m.RemoveAll(ctx, q.Names...)
	}
	if err != nil {
		a.Failed = err.Error()
	}
	return gob.NewEncoder(out).Encode(a)
}

func texts(errs []error) []string {
	all := make([]string, len(errs))
	for i, err := range errs {
		if err != nil {
			all[i] = err.Error()
		}
	}
	return all
}

// pack makes a tar archive of files and trees, with their names below root.
func pack(root string, names []string) (string, error) {
	var archive strings.Builder
	w := tar.NewWriter(&archive)
	for _, name := range names {
		err := filepath.WalkDir(name, func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			target := ""
			if d.Type() == fs.ModeSymlink {
				if target, err = os.Readlink(file); err != nil {
					return err
				}
			}
			h, err := tar.FileInfoHeader(info, target)
			if err != nil {
				return err
			}
			if h.Name, err = filepath.Rel(root, file); err != nil {
				return err
			}
			if err := w.WriteHeader(h); err != nil || !d.Type().IsRegular() {
				return err
			}
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			_, err = w.Write(text)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	err := w.Close()
	return archive.String(), err
}

// unpack makes files and trees of it.
func unpack(dir, archive string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for r := tar.NewReader(strings.NewReader(archive)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = root.MkdirAll(filepath.Dir(h.Name), 0o755)
		}
		if err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeDir:
			err = root.MkdirAll(h.Name, 0o755)
		case tar.TypeSymlink:
			err = root.Symlink(h.Linkname, h.Name)
		default:
			var text []byte
			if text, err = io.ReadAll(r); err == nil {
				err = root.WriteFile(h.Name, text, h.FileInfo().Mode())
			}
		}
		if err != nil {
			return err
		}
	}
}
