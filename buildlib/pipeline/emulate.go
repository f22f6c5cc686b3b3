package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/target"
)

// emulator runs programs for AIX on this machine.
func (p *Project) emulator() (*emulate.Emulator, error) {
	b, err := p.crossBuilder()
	if err != nil {
		return nil, err
	}
	return &emulate.Emulator{Machine: b.Machine, Cache: filepath.Join(b.Cache, "emulate"), SDK: cross.SDK()}, nil
}

// Emulate runs a program of those that were staged, with the staged files as its /. The command is words with blanks between them.
func (p *Project) Emulate(ctx context.Context, command string) error {
	words := strings.Fields(command)
	if len(words) == 0 {
		return &fault.Error{Code: "emulate-command", What: "there is no program to run", Do: `say for example: mage emulate "/opt/sendmail/sbin/makemap -l"`}
	}
	return p.run(ctx, "stage", func(j *job, _ int) error {
		if !j.canRun() {
			return &fault.Error{
				Code: "emulate-target", What: "cannot run programs for " + j.target.String(), Found: "64-bit programs for AIX can be run, and no others",
				Do: "set SENDMAIL_TARGET to one of the 64-bit targets, such as aix7.2-64",
			}
		}
		e, err := p.emulator()
		if err != nil {
			return err
		}
		err = e.Run(ctx, emulate.Request{Root: j.staged(), Program: words[0], Args: words[1:], Stdin: os.Stdin, Stdout: p.out, Stderr: p.errOut})
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
			f.Where, f.Found = "in "+j.shown(j.staged()), "" // what it said has just been shown
		}
		return p.explainCache(err)
	})
}

// canRun tells whether the target's programs run here.
func (j *job) canRun() bool { return j.target.OS == target.AIX && j.target.Bits == 64 && j.sdk }

// prove runs the sendmail that is in the image, far enough to see that it starts, has what the options promise, and reads the
// configuration that comes with it. It tells what it saw.
func (j *job) prove(ctx context.Context) (string, error) {
	if !j.canRun() {
		return "none: programs for " + j.target.String() + " cannot be run here", nil
	}
	dir := filepath.Join(j.dir, "proof")
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)); err != nil {
		return "", err
	}
	image, err := os.Open(j.image())
	if err != nil {
		return "", err
	}
	defer image.Close() // only read
	if err := extractInto(ctx, image, dir); err != nil {
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
	err = j.explainCache(err)
	if fault.Code(err) == "emulate-missing" {
		j.log.WithError(err).Warn("the programs in this image have not been run")
		return `none: no emulator here; "mage setup" brings it`, nil
	}
	if err != nil && fault.Code(err) != "command-failed" {
		return "", err // it did not come to run, or not to its end
	}
	shown := []string{"Version " + j.release.Version}
	for _, o := range []struct{ option, word string }{{"sasl", "SASLv2"}, {"starttls", "STARTTLS"}} {
		if slices.Contains(j.site.Options, o.option) {
			shown = append(shown, o.word)
		}
	}
	for _, word := range append([]string{"returns: $# local $: someone"}, shown...) {
		if !strings.Contains(out.String(), word) {
			return "", errors.Join(err, &fault.Error{
				Code: "proof-failed", What: "the sendmail in the image does not do what it should", Where: j.shown(j.image()),
				Found: fmt.Sprintf("it does not say %q but\n%s", word, &out), Do: "report this as a fault of sendmail-aix, with the build record",
			})
		}
	}
	return "sendmail runs: " + strings.Join(shown, " "), err
}
