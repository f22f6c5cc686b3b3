package imageverbs

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/command"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/imagetool"
	"github.com/sendmail-aix/sendmail-aix/buildlib/journal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/ops"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// rehearse rehearses the life of a package, and tells the journal beside the last image, if the checkout has built it.
func rehearse(ctx context.Context, c *command.Call) (report.Value, error) {
	result, err := live(ctx, c)
	if result == nil {
		return nil, err
	}
	file := c.Args[len(c.Args)-1]
	if c.Checkout == nil || !isBuilt(ctx, c.Checkout, file) {
		return result, err
	}
	if file, err := filepath.Abs(file); err == nil {
		if unlock, err := c.Checkout.LockBuild(ctx, filepath.Dir(file)); err == nil {
			defer unlock()
			if err := journal.Saw(ctx, file, func(image *journal.Image) { image.Rehearsal = brief(result, c.Args[:len(c.Args)-1]) }); err != nil {
				c.Log.WithError(err).Warn("the journal, which reports are made of, could not be written")
			}
		}
	}
	return result, err
}

// brief is what the journal has of a rehearsal. What it saw under one shell stands for the others, which say so themselves where they differ.
func brief(result *rehearsal.Result, over []string) *journal.Rehearsal {
	r := &journal.Rehearsal{Verdict: string(result.Verdict), When: time.Now().UTC(), Missing: result.Missing, Cuts: len(result.Cuts)}
	for _, file := range over {
		r.Over = append(r.Over, filepath.Base(file))
	}
	for _, cut := range result.Cuts {
		if cut.Found != "" {
			r.Strayed++
		}
	}
	for i, life := range result.Lives {
		r.Shells = append(r.Shells, life.Shell)
		if i == 0 {
			r.Left, r.Removed = life.Left, life.Left != nil
		}
		if last := len(life.Steps) - 1; last >= 0 && life.Steps[last].Status != 0 && r.Said == "" {
			r.Said = "# " + life.Steps[last].Command + "\n" + life.Steps[last].Output
		}
	}
	return r
}

// live rehearses. Where scripts cannot be kept from what is outside of the rehearsal, only images that the
// checkout has built are rehearsed, and those that are trusted.
func live(ctx context.Context, c *command.Call) (*rehearsal.Result, error) {
	cuts, err := strconv.Atoi(cmp.Or(c.Flags["cuts"], "0"))
	if err != nil || cuts < 0 {
		return nil, &fault.Error{Code: "rehearsal-cuts", What: "not a number of power cuts", Where: "-cuts=" + c.Flags["cuts"], Do: "give a number from 0 on; 8 is a beginning"}
	}
	media, err := rehearsal.Open(ctx, c.Args...)
	if err != nil {
		return nil, err
	}
	dir, done, err := stage(ctx, c)
	if err != nil {
		return nil, err
	}
	defer done()
	result, err := rehearsal.Run(ctx, c.Machine, dir, media, rehearsal.Options{Cuts: cuts, Trusted: c.IsSet("trust"), Ours: func(file string) bool {
		return c.Checkout != nil && isBuilt(ctx, c.Checkout, file)
	}})
	if result == nil {
		if c.Checkout == nil && c.Flags["dir"] == "" {
			err = errors.Join(err, os.RemoveAll(dir))
		}
		return nil, err
	}
	for _, life := range result.Lives {
		if c.Checkout != nil {
			life.Root = c.Checkout.Shown(life.Root)
		}
	}
	if result.Reach != "" {
		c.Log.WithField("reach", result.Reach).Warn("this machine has no namespaces to keep scripts in")
	}
	for _, shell := range result.Missing {
		c.Log.WithField("shell", shell).Warn(`not rehearsed under a shell that is not here; in a checkout, "mage setup test" installs it`)
	}
	return result, err
}

// continued is what installp said on the disk that a rehearsal left.
type continued struct {
	Disk   string `json:"disk"`
	Output string `json:"output"`
}

func (v *continued) WriteText(w io.Writer) error {
	_, err := io.WriteString(w, v.Output)
	return err
}

// onDisk does an operation of installp on the disk of a rehearsal, DIRECTORY/SHELL/root as that has named it.
func onDisk(do func(context.Context, *command.Call, *ops.Installp) error) func(context.Context, *command.Call) (report.Value, error) {
	return func(ctx context.Context, c *command.Call) (report.Value, error) {
		disk, err := filepath.Abs(c.Args[0])
		if err != nil {
			return nil, err
		}
		of := filepath.Dir(disk)
		if _, err := os.Stat(filepath.Join(disk, "rehearsal")); err != nil || filepath.Base(disk) != "root" {
			return nil, &fault.Error{
				Code: "rehearsal-disk", What: "this is no disk that a rehearsal has left", Where: c.Args[0], Do: "name the directory that image:rehearse ends with, such as build/rehearsal/dash/root",
			}
		}
		var out strings.Builder
		err = rehearsal.Continue(ctx, c.Machine, filepath.Dir(of), filepath.Base(of), &out, func(ctx context.Context, in *ops.Installp) error { return do(ctx, c, in) })
		return &continued{c.Args[0], out.String()}, err
	}
}

// stage is the directory that a rehearsal is in, empty or missing.
func stage(ctx context.Context, c *command.Call) (dir string, done func(), err error) {
	dir, given := c.Flags["dir"]
	done = func() {}
	switch {
	case given:
		if entries, err := os.ReadDir(dir); dir == "" || err == nil && len(entries) > 0 {
			return "", nil, &fault.Error{
				Code: "rehearsal-directory", What: "the directory to rehearse in is not empty", Where: "-dir=" + dir, Do: "name one that is, or is not there yet",
			}
		}
		dir, err = filepath.Abs(dir) // commands run elsewhere
	case c.Checkout == nil:
		dir, err = os.MkdirTemp("", "rehearsal-")
	default:
		if done, err = c.Checkout.Lock(ctx, "rehearsal"); err != nil {
			return "", nil, err
		}
		dir = c.Checkout.Path("build", "rehearsal")
		if err = os.RemoveAll(dir); err != nil {
			done()
		}
	}
	return dir, done, err
}

// isBuilt reports whether a checkout has built an image: it lies where that is put, with its digest beside it.
func isBuilt(ctx context.Context, c command.Checkout, file string) bool {
	file, err := filepath.Abs(file)
	return err == nil && tree.IsBelow(file, c.Path("build")) && imagetool.HasDigest(ctx, file)
}
