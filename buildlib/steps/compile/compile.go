// Package compile drives sendmail's own build program, devtools/bin/Build, one directory at a time, in parallel.
package compile

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/objects"
)

// Code is the text of this room, to be told from other states of it: what it compiles must be compiled again when it has changed.
//
//go:embed *.go
var Code embed.FS

// Builder compiles one patched source tree for one configuration.
type Builder struct {
	Machine host.Machine
	Source  string   // the patched tree; nothing is written into it
	Objects string   // absolute directory for the object trees, which lie There: see [host.Machine]
	Site    string   // absolute path of site.config.m4
	Extra   []string // directories to build in addition to upstream's list, such as libmilter
	Name    string   // what the machine calls itself; see [MachineName]
	// Key stands for all that decides what the objects are: source, site.config.m4, compiler. Objects of another key are
	// removed; directories finished under the same key are kept, so that an interrupted build goes on where it was, unless they
	// are no longer as they were left.
	Key string
	// Kept has objects that were compiled before, from which those are taken whose sources and commands are the same; nil where none are kept, as
	// on another machine.
	Kept   *objects.Store
	Makes  string   // stands for all that decides what Build makes of a directory, besides the source and what the machine says of itself
	Env    []string // such as OBJECT_MODE=64, MAKE, M4; see [host.Cmd]
	Jobs   int      // directories at a time, and files in each
	LogDir string   // one log per directory goes here
	Log    logrus.FieldLogger
	Status func(string) // gets how far it is, as in "[7/10] sendmail"; nil is not
	// Ended is told of each directory that was compiled, or of each piece of the work on one, such as sendmail/main.o, well or not, by several at
	// once; nil is not.
	Ended func(d Directory, start time.Time, err error)
}

// Build compiles every directory and returns them in the order of upstream's list. The first failure stops the rest.
func (b *Builder) Build(ctx context.Context) ([]Directory, error) {
	directories, err := Directories(b.Source, b.Extra)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(b.LogDir, 0o755); err != nil {
		return nil, err
	}
	if err := b.Machine.Send(ctx, b.Source, b.Site); err != nil {
		return nil, err
	}
	finished, err := b.prepare(ctx, directories)
	if err != nil {
		return nil, err
	}
	var open []Directory
	for _, d := range directories {
		if finished[d.Name] {
			b.Log.WithField("directory", d.Name).Debug("already compiled")
			continue
		}
		d.Needs = slices.DeleteFunc(slices.Clone(d.Needs), func(need string) bool { return finished[need] })
		open = append(open, d)
	}
	if b.Kept != nil {
		return directories, b.pieces(ctx, open)
	}
	return directories, b.each(ctx, open, b.directory)
}

// each does something for all directories, or what else is listed as they are.
func (b *Builder) each(ctx context.Context, all []Directory, do func(context.Context, Directory) error) error {
	timed := func(ctx context.Context, d Directory) error {
		start := time.Now()
		err := do(ctx, d)
		if b.Ended != nil {
			b.Ended(d, start, err)
		}
		return err
	}
	return schedule(ctx, all, b.Jobs, timed, func(done int, name string) {
		if b.Status != nil {
			b.Status(fmt.Sprintf("[%d/%d] %s", done+1, len(all), name))
		}
	})
}

// What lies in the object root beside the objects: the key, and for each directory that was finished the hash of what was left there.
const (
	keyFile  = ".key"
	doneFile = ".done-"
)

// prepare makes the object root belong to the present key, and tells which directories an earlier run of the same key has finished. What
// others have left is removed: a compiler that was killed may have left half an object file.
//
// Build names the directory above the objects after the machine, its level or the release of its kernel included, and makes a new one,
// without our site.config.m4, when that changes. But it takes one without the release (obj.AIX.PPC) when that is there, so we make it.
// A second one, of whatever name, is what something else has left: then nothing here is believed.
func (b *Builder) prepare(ctx context.Context, directories []Directory) (finished map[string]bool, err error) {
	m, root, objects := b.Machine, b.Machine.There(b.Objects), b.Machine.There(b.ObjectDir(""))
	names, _ := m.ReadDir(ctx, root) // what cannot be read is not believed, either: removing it tells why
	names = slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, "obj") })
	var found tree.Listing
	if slices.Equal(names, []string{path.Base(objects)}) {
		found, _ = m.List(ctx, root)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx) // nothing is wrong with what nobody has looked at
	}
	sums, trees := make(map[string]string), make(map[string]tree.Listing)
	for _, e := range found {
		sums[e.Path] = e.SHA256
		if in, ok := strings.CutPrefix(e.Path, path.Base(objects)+"/"); ok {
			directory, file, _ := strings.Cut(in, "/")
			trees[directory] = append(trees[directory], tree.Entry{SHA256: e.SHA256, Mode: e.Mode, Path: file})
		}
	}
	if sums[keyFile] != digest(b.Key) {
		if err := m.RemoveAll(ctx, root); err != nil {
			return nil, err
		}
		return nil, m.Put(ctx, host.File{Name: objects, Mode: fs.ModeDir | 0o755}, host.File{Name: path.Join(root, keyFile), Mode: 0o644, Text: b.Key})
	}
	finished = make(map[string]bool)
	var stale []string
	for _, d := range directories {
		if finished[d.Name] = sums[doneFile+d.Name] == digest(trees[d.Name].Hash()); !finished[d.Name] {
			stale = append(stale, path.Join(objects, d.Name))
		}
	}
	if stale != nil {
		err = m.RemoveAll(ctx, stale...)
	}
	return finished, err
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// directory compiles one directory.
func (b *Builder) directory(ctx context.Context, d Directory) error {
	start := time.Now()
	if err := b.begin(d); err != nil {
		return err
	}
	if err := b.Machine.RunAll(ctx, b.making(d), b.rest(d)); err != nil {
		return err
	}
	return b.done(ctx, d, start)
}

// begin begins the log of a directory.
func (b *Builder) begin(d Directory) error {
	if err := os.Remove(b.logFile(d)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// making is the command that makes the object directory of a directory, with its Makefile.
//
// Build reads the site file only while it makes the object directory, and refuses -f afterwards. The first call makes
// sm_os.h alone: every object needs this link, none names it as a prerequisite, and without the dependency step (which we
// switch off) make -j would race for it.
// -S skips the search for libraries, whose result site.config.m4 leaves out of the account anyway.
func (b *Builder) making(d Directory) host.Cmd {
	return b.run(d, "-S", "-f", b.Machine.There(b.Site), "sm_os.h")
}

// rest is the command that makes all that is not there yet.
func (b *Builder) rest(d Directory) host.Cmd { return b.run(d, "-j"+strconv.Itoa(max(1, b.Jobs))) }

// done notes that a directory is compiled.
func (b *Builder) done(ctx context.Context, d Directory, start time.Time) error {
	b.Log.WithField("directory", d.Name).WithField("elapsed", time.Since(start).Round(10*time.Millisecond).String()).Info("compiled")
	left, err := b.Machine.List(ctx, b.Machine.There(b.ObjectDir(d.Name)))
	if err != nil {
		return err
	}
	return b.Machine.Put(ctx, host.File{Name: path.Join(b.Machine.There(b.Objects), doneFile+d.Name), Mode: 0o644, Text: left.Hash()})
}

func (b *Builder) logFile(d Directory) string {
	return filepath.Join(b.LogDir, "compile-"+d.Name+".log")
}

func (b *Builder) run(d Directory, args ...string) host.Cmd {
	return host.Cmd{
		Argv: append([]string{"sh", "Build", "-O", b.Machine.There(b.Objects)}, args...),
		Dir:  path.Join(b.Machine.There(b.Source), d.Name),
		Env:  b.Env,
		Log:  b.logFile(d),
	}
}

// ObjectDir is where the objects of a source directory lie, by our name for it.
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
