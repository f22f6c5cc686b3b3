// Package compile drives sendmail's own build program, devtools/bin/Build, one directory at a time, in parallel.
package compile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Builder compiles one patched source tree for one configuration.
type Builder struct {
	Machine host.Machine
	Source  string   // the patched tree; nothing is written into it
	Objects string   // absolute directory for the object trees
	Site    string   // absolute path of site.config.m4
	Extra   []string // directories to build besides those of upstream's list, such as libmilter
	Name    string   // what the machine calls itself; see [MachineName]
	// Key stands for all that decides what the objects are: source, site.config.m4, compiler. Objects of another key are
	// removed; directories finished under the same key are kept, so that an interrupted build goes on where it was, unless they
	// are no longer as they were left.
	Key    string
	Env    []string // such as OBJECT_MODE=64, MAKE, M4; see [host.Cmd]
	Jobs   int      // directories at a time, and files in each
	LogDir string   // one log per directory goes here
	Log    logrus.FieldLogger
	Status func(string) // is told how far it is, as in "[7/10] sendmail"; nil is not
}

// Build compiles every directory and returns them in the order of upstream's list. The first failure stops the rest.
func (b *Builder) Build(ctx context.Context) ([]Directory, error) {
	directories, err := Directories(b.Source, b.Extra)
	if err != nil {
		return nil, err
	}
	if err := b.prepare(); err != nil {
		return nil, err
	}
	return directories, schedule(ctx, directories, b.Jobs, b.directory, func(done int, name string) {
		if b.Status != nil {
			b.Status(fmt.Sprintf("[%d/%d] %s", done+1, len(directories), name))
		}
	})
}

// prepare makes the object root belong to the present key.
//
// Build names the directory above the objects after the machine, its level or the release of its kernel included, and makes a new one,
// without our site.config.m4, when that changes. But it takes one without the release (obj.AIX.PPC) when that is there, so we make it.
// A second one, of whatever name, is what something else has left: then nothing here is believed.
func (b *Builder) prepare() error {
	if err := os.MkdirAll(b.LogDir, 0o755); err != nil {
		return err
	}
	keyFile := filepath.Join(b.Objects, ".key")
	// What cannot be read is not believed, either: removing it tells why.
	if key, err := os.ReadFile(keyFile); err == nil && string(key) == b.Key {
		found, err := os.ReadDir(b.Objects)
		found = slices.DeleteFunc(found, func(e fs.DirEntry) bool { return !strings.HasPrefix(e.Name(), "obj") })
		if err == nil && len(found) == 1 && found[0].Name() == filepath.Base(b.ObjectDir("")) {
			return nil
		}
	}
	if err := os.RemoveAll(b.Objects); err != nil {
		return err
	}
	if err := os.MkdirAll(b.ObjectDir(""), 0o755); err != nil {
		return err
	}
	return tree.WriteFile(keyFile, []byte(b.Key), 0o644)
}

// directory compiles one directory, unless an earlier run of the same key has finished it.
func (b *Builder) directory(ctx context.Context, d Directory) error {
	log := b.Log.WithField("directory", d.Name)
	done := filepath.Join(b.Objects, ".done-"+d.Name)
	if left, err := os.ReadFile(done); err == nil {
		if now, err := b.digest(ctx, d.Name); err == nil && now == string(left) {
			log.Debug("already compiled")
			return nil
		}
	}
	start := time.Now()
	// A compiler that was killed may have left half an object file. Its directory is not worth the risk.
	if err := os.RemoveAll(b.ObjectDir(d.Name)); err != nil {
		return err
	}
	logFile := filepath.Join(b.LogDir, "compile-"+d.Name+".log")
	if err := os.Remove(logFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// Build reads the site file only while it makes the object directory, and refuses -f afterwards. The first call makes
	// sm_os.h alone: every object needs this link, none names it as a prerequisite, and without the dependency step (which we
	// switch off) make -j would race for it.
	// -S skips the search for libraries, whose result site.config.m4 leaves out of the account anyway.
	if err := b.run(ctx, d, logFile, "-S", "-f", b.Site, "sm_os.h"); err != nil {
		return err
	}
	if err := b.run(ctx, d, logFile, "-j"+strconv.Itoa(max(1, b.Jobs))); err != nil {
		return err
	}
	log.WithField("elapsed", time.Since(start).Round(10*time.Millisecond).String()).Info("compiled")
	left, err := b.digest(ctx, d.Name)
	if err != nil {
		return err
	}
	return tree.WriteFile(done, []byte(left), 0o644)
}

// digest is the hash of all that lies in a directory's object directory.
func (b *Builder) digest(ctx context.Context, name string) (string, error) {
	listing, err := tree.List(ctx, b.ObjectDir(name))
	return listing.Hash(), err
}

func (b *Builder) run(ctx context.Context, d Directory, log string, args ...string) error {
	return b.Machine.Run(ctx, host.Cmd{
		Argv: append([]string{"sh", "Build", "-O", b.Objects}, args...),
		Dir:  filepath.Join(b.Source, d.Name),
		Env:  b.Env,
		Log:  log,
	})
}

// ObjectDir is where the objects of a source directory lie.
func (b *Builder) ObjectDir(name string) string {
	return filepath.Join(b.Objects, "obj."+b.Name, name)
}

// MachineName is what Build calls a machine, without the release of its system: AIX.PPC, Linux.x86_64. It takes the same letters away.
func MachineName(ctx context.Context, m host.Machine) (string, error) {
	system, err := m.Output(ctx, host.Cmd{Argv: []string{"uname", "-s"}})
	if err != nil || system == "AIX" {
		return system + ".PPC", err // AIX's uname -m is the number of the machine
	}
	processor, err := m.Output(ctx, host.Cmd{Argv: []string{"uname", "-m"}})
	return strings.NewReplacer("/", "-", " ", "").Replace(system + "." + processor), err
}
