package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/imagetool"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

// emulator runs programs for AIX on this machine.
func (p *Project) emulator() (*emulate.Emulator, error) {
	b, err := p.CrossBuilder()
	if err != nil {
		return nil, err
	}
	return &emulate.Emulator{Machine: b.Machine, Cache: b.Cache, SDK: cross.SDK()}, nil
}

// Emulate runs an AIX program. The command is the program's path and its arguments. The program's / is the directory root, or without one the
// machine that this build keeps for it.
func (p *Project) Emulate(ctx context.Context, words []string, root *string) error {
	const example = `mage emulate "/opt/sendmail/sbin/makemap -l"`
	if len(words) == 0 {
		return &fault.Error{Code: "emulate-command", What: "there is no program to run", Do: "say for example: " + example}
	}
	if strings.HasPrefix(words[0], "-") { // mage takes an option for the command when it comes first
		return &fault.Error{
			Code: "emulate-command", What: "there is no program to run", Found: words[0] + " stands in the place of the command",
			Do: "write it behind the command: " + example + " -root=DIRECTORY",
		}
	}
	if root != nil && *root == "" { // as from a variable that is not set; it would mean this checkout
		return &fault.Error{
			Code: "emulate-root", What: "the option -root names no directory", Do: "name the directory that is to be the program's /, or leave the option out",
		}
	}
	var dir string
	var err error
	if root != nil {
		dir = *root
	} else if dir, err = p.emulated(ctx); err != nil {
		return err
	}
	e, err := p.emulator()
	if err != nil {
		return err
	}
	lacks, err := e.Lacks(ctx, dir, words[0])
	if err != nil {
		return p.ExplainCache(err)
	}
	if lacks != nil {
		p.Log.WithField("lacks", strings.Join(lacks, " ")).Warn(`the program ends at its first call of a library that is not here: "mage emulate:setup" brings them`)
	}
	err = e.Run(ctx, emulate.Request{Root: dir, Program: words[0], Args: words[1:], Stdin: os.Stdin, Stdout: p.out, Stderr: p.errOut})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
		f.Where, f.Found = "in "+p.Shown(dir), "" // what it said has just been shown
	}
	return p.ExplainCache(err)
}

// emulated is a directory that is / for the programs of this build: a copy of what was staged, with its modes. It is made where there is none, and then it
// is the user's: whatever lies in it stays.
func (p *Project) emulated(ctx context.Context) (string, error) {
	j, err := p.job(ctx)
	if err != nil {
		return "", err
	}
	if !j.canRun() {
		return "", &fault.Error{
			Code: "emulate-target", What: "cannot run programs for " + j.Target.String(), Found: "programs for AIX that were built on another system can be run, and no others",
			Do: "set SENDMAIL_TARGET to one of AIX's, such as aix7.2-64, or name a directory with -root=DIRECTORY",
		}
	}
	dir := filepath.Join(j.dir, "emulated")
	made := dir + ".manifest" // of what it is a copy of
	return dir, j.locked(ctx, func() error {
		if _, err := os.Stat(dir); err == nil {
			then, err := regular.Read(made, maxManifest)
			now, err2 := regular.Read(j.manifest(), maxManifest)
			if err := errors.Join(err, err2); err != nil {
				return checkout.Explain(err)
			}
			if !bytes.Equal(then, now) {
				j.Log.WithField("directory", j.Shown(dir)).Warn("the programs there are of an earlier build: remove the directory to have it made anew")
			}
			return nil
		} else if !errors.Is(err, fs.ErrNotExist) {
			return checkout.Explain(err)
		}
		if _, err := j.run(ctx, "stage"); err != nil {
			return err
		}
		j.Log.WithField("directory", j.Shown(dir)).Info("making a / for the programs: it is yours from now on")
		text, err := regular.Read(j.manifest(), maxManifest)
		if err != nil {
			return err
		}
		return checkout.Explain(errors.Join(j.copyStaged(dir+".new"), os.WriteFile(made, text, 0o644), os.Rename(dir+".new", dir)))
	})
}

// copyStaged copies what was staged to a new directory, with the modes of the manifest but for the set-id bits, which would be the user's own.
func (j *job) copyStaged(dir string) error {
	if err := errors.Join(os.RemoveAll(dir), os.CopyFS(dir, os.DirFS(j.staged()))); err != nil {
		return err
	}
	manifest, err := readManifest(j.manifest())
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

// EmulateSetup compiles the libraries that programs which were linked with OpenSSL and SASL need to run here, for both widths, once.
func (p *Project) EmulateSetup(ctx context.Context) error {
	e, err := p.emulator()
	if err != nil {
		return err
	}
	for _, bits := range []int{64, 32} {
		_, made, err := e.LibraryDir(ctx, bits)
		if err != nil {
			return p.ExplainCache(err)
		}
		if made {
			continue
		}
		log := p.Log.WithField("step", "emulate").WithField("bits", bits)
		log.Info("compiling OpenSSL and SASL from the distribution's source: some minutes, once; what is interrupted goes on the next time")
		start := time.Now()
		if _, err := e.MakeLibraries(ctx, bits, p.Settings.Jobs); err != nil {
			return checkout.Explain(p.ExplainCache(err))
		}
		log.WithField("elapsed", time.Since(start).Round(time.Second).String()).Info("done")
	}
	return nil
}

// canRun tells whether the target's programs run here.
func (j *job) canRun() bool { return j.Target.OS == target.AIX && j.SDK }

// prove runs the sendmail that is in the image, far enough to see that it starts, has what the options promise, and reads the
// configuration that comes with it. It tells what it saw.
func (j *job) prove(ctx context.Context) (string, error) {
	if !j.canRun() {
		return "none: programs for " + j.Target.String() + " cannot be run here", nil
	}
	dir := filepath.Join(j.dir, "proof")
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)); err != nil {
		return "", err
	}
	image, _, err := regular.Open(j.image())
	if err != nil {
		return "", err
	}
	defer image.Close() // only read
	if err := imagetool.Into(ctx, image, dir); err != nil {
		return "", err
	}
	e, err := j.emulator()
	if err != nil {
		return "", err
	}
	layout := j.site.Layout
	// The root part lies where installp copies it from.
	conf := "/usr/lpp/" + j.plan.Package + "/inst_root" + layout.ConfDir
	var out bytes.Buffer
	err = e.Run(ctx, emulate.Request{
		Root: dir, Program: layout.Prefix + "/sbin/sendmail", Args: []string{"-C" + conf + "/sendmail.cf.default", "-d0.1", "-bt"},
		Stdin: strings.NewReader("3,0 someone\n"), Stdout: &out, Stderr: &out,
	})
	err = j.ExplainCache(err)
	if fault.Code(err) == "emulate-missing" {
		j.Log.WithError(err).Warn("the programs in this image have not been run")
		return `none: no emulator here; "mage setup" brings it`, nil
	}
	if err != nil && fault.Code(err) != "command-failed" {
		return "", err // it did not come to run, or not to its end
	}
	version := "Version " + j.release.Version
	words := strings.FieldsFunc(out.String(), func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '=' }) // as in CDB=1
	for _, word := range append([]string{"returns: $# local $: someone", version}, j.site.Proofs()...) {
		if !slices.Contains(words, word) && (!strings.Contains(word, " ") || !strings.Contains(out.String(), word)) {
			return "", errors.Join(err, &fault.Error{
				Code: "proof-failed", What: "the sendmail in the image does not do what it should", Where: j.Shown(j.image()),
				Found: fmt.Sprintf("it does not say %q but\n%s", word, &out), Do: "report this as a fault of sendmail-aix, with the build record",
			})
		}
	}
	return strings.Join(append([]string{"sendmail runs: " + version}, j.site.Proofs()...), " "), err
}
