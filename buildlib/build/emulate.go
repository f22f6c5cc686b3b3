package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/imagetool"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

// Emulation is an AIX program to be run on this machine.
type Emulation struct {
	Words    []string // the program's path and its arguments
	Root     *string  // the directory that is the program's /; nil is the one that this build keeps for it
	In       io.Reader
	Out, Err io.Writer
}

// Emulate runs an AIX program.
func Emulate(ctx context.Context, c *checkout.Checkout, r Emulation) error {
	const example = `mage emulate "/opt/sendmail/sbin/makemap -l"`
	if len(r.Words) == 0 {
		return &fault.Error{Code: "emulate-command", What: "there is no program to run", Do: "say for example: " + example}
	}
	if strings.HasPrefix(r.Words[0], "-") { // mage takes an option for the command when it comes first
		return &fault.Error{
			Code: "emulate-command", What: "there is no program to run", Found: r.Words[0] + " stands in the place of the command",
			Do: "write it behind the command: " + example + " -root=DIRECTORY",
		}
	}
	if r.Root != nil && *r.Root == "" { // as from a variable that is not set; it would mean this checkout
		return &fault.Error{
			Code: "emulate-root", What: "the option -root names no directory", Do: "name the directory that is to be the program's /, or leave the option out",
		}
	}
	var dir string
	var err error
	if r.Root != nil {
		dir = *r.Root
	} else if dir, err = emulated(ctx, c); err != nil {
		return err
	}
	e, err := c.Emulator()
	if err != nil {
		return err
	}
	lacks, err := e.Lacks(ctx, dir, r.Words[0])
	if err != nil {
		return c.ExplainCache(err)
	}
	if lacks != nil {
		c.Log.WithField("lacks", strings.Join(lacks, " ")).Warn(`the program ends at its first call of a library that is not here: "mage emulate:setup" brings them`)
	}
	err = e.Run(ctx, emulate.Request{Root: dir, Program: r.Words[0], Args: r.Words[1:], Stdin: r.In, Stdout: r.Out, Stderr: r.Err})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
		f.Where, f.Found = "in "+c.Shown(dir), "" // what it said has just been shown
	}
	return c.ExplainCache(err)
}

// emulated is a directory that is / for the programs of this build: a copy of what was staged, with its modes. It is made where there is none, and then it
// is the user's: whatever lies in it stays.
func emulated(ctx context.Context, c *checkout.Checkout) (string, error) {
	b, err := Prepare(ctx, c)
	if err != nil {
		return "", err
	}
	if !b.CanRun() {
		return "", &fault.Error{
			Code: "emulate-target", What: "cannot run programs for " + b.Target.String(), Found: "programs for AIX that were built on another system can be run, and no others",
			Do: "set SENDMAIL_TARGET to one of AIX's, such as aix7.2-64, or name a directory with -root=DIRECTORY",
		}
	}
	dir := filepath.Join(b.Dir, "emulated")
	made := dir + ".manifest" // of what it is a copy of
	return dir, b.locked(ctx, func() error {
		if _, err := os.Stat(dir); err == nil {
			then, err := regular.Read(made, maxManifest)
			now, err2 := regular.Read(b.Manifest(), maxManifest)
			if err := errors.Join(err, err2); err != nil {
				return fault.Explain(err)
			}
			if !bytes.Equal(then, now) {
				b.checkout.Log.WithField("directory", b.checkout.Shown(dir)).Warn("the programs there are of an earlier build: remove the directory to have it made anew")
			}
			return nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return fault.Explain(err)
		}
		if _, err := b.run(ctx, "stage"); err != nil {
			return err
		}
		b.checkout.Log.WithField("directory", b.checkout.Shown(dir)).Info("making a / for the programs: it is yours from now on")
		text, err := regular.Read(b.Manifest(), maxManifest)
		if err != nil {
			return err
		}
		return fault.Explain(errors.Join(b.copyStaged(dir+".new"), os.WriteFile(made, text, 0o644), os.Rename(dir+".new", dir)))
	})
}

// copyStaged copies what was staged to a new directory, with the modes of the manifest but for the set-id bits, which would be the user's own.
func (b *Build) copyStaged(dir string) error {
	if err := errors.Join(os.RemoveAll(dir), os.CopyFS(dir, os.DirFS(b.Staged()))); err != nil {
		return err
	}
	manifest, err := readManifest(b.Manifest())
	if err != nil {
		return err
	}
	for _, e := range slices.Backward(manifest) { // a directory after what is in it
		if e.Type == stage.Link {
			continue
		}
		if err := os.Chmod(filepath.Join(dir, filepath.FromSlash(e.Path)), os.FileMode(e.Mode).Perm()); err != nil {
			return err
		}
	}
	return nil
}

// prove runs the sendmail that is in the image, far enough to see that it starts, has what the options promise, and reads the
// configuration that comes with it. It tells what it saw.
func (b *Build) prove(ctx context.Context) (string, error) {
	if !b.CanRun() {
		return "none: programs for " + b.Target.String() + " cannot be run here", nil
	}
	dir := filepath.Join(b.Dir, "proof")
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)); err != nil {
		return "", err
	}
	image, _, err := regular.Open(b.Image())
	if err != nil {
		return "", err
	}
	defer image.Close() // only read
	if err := imagetool.Into(ctx, image, dir); err != nil {
		return "", err
	}
	e, err := b.checkout.Emulator()
	if err != nil {
		return "", err
	}
	b.checkout.Log.WithField("step", "proof").Info("running the sendmail in the image")
	layout := b.Site.Layout
	// The root part lies where installp copies it from.
	conf := "/usr/lpp/" + b.Packaging.Package + "/inst_root" + layout.ConfDir
	var out bytes.Buffer
	err = e.Run(ctx, emulate.Request{
		Root: dir, Program: layout.Prefix + "/sbin/sendmail", Args: []string{"-C" + conf + "/sendmail.cf.default", "-d0.1", "-bt"},
		Stdin: strings.NewReader("3,0 someone\n"), Stdout: &out, Stderr: &out,
	})
	err = b.checkout.ExplainCache(err)
	if fault.Code(err) == "emulate-missing" {
		b.checkout.Log.WithError(err).Warn("the programs in this image have not been run")
		return `none: no emulator here; "mage rehearse" brings it where it may`, nil
	}
	if err != nil && fault.Code(err) != "command-failed" {
		return "", err // it did not come to run, or not to its end
	}
	version := "Version " + b.Release.Version
	words := strings.FieldsFunc(out.String(), func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '=' }) // as in CDB=1
	for _, word := range append([]string{"returns: $# local $: someone", version}, b.Site.Proofs()...) {
		if !slices.Contains(words, word) && (!strings.Contains(word, " ") || !strings.Contains(out.String(), word)) {
			return "", errors.Join(err, &fault.Error{
				Code: "proof-failed", What: "the sendmail in the image does not do what it should", Where: b.checkout.Shown(b.Image()),
				Found: fmt.Sprintf("it does not say %q but\n%s", word, &out), Do: "report this as a fault of sendmail-aix, with the build record",
			})
		}
	}
	return strings.Join(append([]string{"sendmail runs: " + version}, b.Site.Proofs()...), " "), err
}
