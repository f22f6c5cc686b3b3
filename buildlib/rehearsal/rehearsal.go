// Package rehearsal performs, in a directory of this machine, what the documents say that installp does with an image: it previews,
// applies, updates, commits, rejects, removes and cleans up after an interruption, and runs the package's scripts under a real
// shell, with that directory for their root and stand-ins for the commands of AIX.
//
// Nobody here has an AIX machine, so this proves less than an installation does, and more than reading scripts: that they succeed
// on a first installation, over an older level, after an interruption and twice in a row; that a removal leaves what it should; and
// that nothing of AIX's own is touched.
//
// What the simulation does is known to different degrees, and comments say which:
//
//   - documented: a manual page or support page of IBM says so
//   - observed: seen in the published output of an AIX machine
//   - inferred: our conclusion, because no document tells; scripts should not depend on it
//
// Where documents leave a choice, the one that is harder on the package is taken.
//
// The rooms below: box is the machine (its disk, the prison that scripts run in, AIX's commands), database what is installed on it, preview
// the verification of an image, ops the operations.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/ops"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// Open reads images of one package, the oldest first: each is to be installed over the one before.
func Open(ctx context.Context, files ...string) ([]*preview.Media, error) {
	var media []*preview.Media
	for _, file := range files {
		m, err := preview.Open(ctx, file)
		if err != nil {
			return nil, err
		}
		if len(media) > 0 && m.Image.Package != media[0].Image.Package {
			return nil, &fault.Error{
				Code: "rehearsal-image", What: "the images are not of one package", Where: strings.Join(files, " "),
				Found: m.Image.Package + " and " + media[0].Image.Package, Do: "rehearse each package by itself",
			}
		}
		if len(media) > 0 && !hasNewer(m.Image, media[len(media)-1].Image) {
			return nil, &fault.Error{
				Code: "rehearsal-image", What: "an image has nothing newer than the one before it", Where: strings.Join(files, " "),
				Found: "installp would take its filesets for installed already", Do: "name the older image first; comparing two of one level shows how they differ",
			}
		}
		media = append(media, m)
	}
	return media, nil
}

// hasNewer reports whether an image has a fileset that another one lacks or has at an older level.
func hasNewer(image, than *installp.Image) bool {
	return slices.ContainsFunc(image.Filesets, func(f installp.Info) bool {
		return !slices.ContainsFunc(than.Filesets, func(g installp.Info) bool { return g.Name == f.Name && g.Level.Compare(f.Level) >= 0 })
	})
}

// Result is what came out of a rehearsal.
type Result struct {
	// Reach is what scripts could reach outside their box, where this machine has no namespaces to keep them in.
	Reach   string   `json:"reach,omitempty"`
	Missing []string `json:"missing_shells,omitempty"` // under which it was not rehearsed
	Lives   []*Life  `json:"lives"`                    // one under each shell
	Verdict Verdict  `json:"verdict"`
	Cuts    []Cut    `json:"cuts,omitempty"` // under the first shell
}

// Verdict is what a rehearsal comes to.
type Verdict string

// The verdicts. What passes here may fail on AIX all the same: see the package's comment.
const (
	Passes  Verdict = "passes"
	Fails   Verdict = "fails"
	Unknown Verdict = "unknown" // there is no shell to rehearse under
)

// Options are what is not told from the images.
type Options struct {
	Ours    func(file string) bool // reports whether an image is ours: then its scripts keep to what dash has, too
	Trusted bool                   // scripts of others may run where nothing keeps them in the box
	Cuts    int                    // so many times the power goes off in each operation
}

// WriteText shows the life under the first shell, and for the others only what is different.
func (r *Result) WriteText(w io.Writer) error {
	for i, life := range r.Lives {
		text := life.Shell + " does not say the same:\n\n" + life.Transcript()
		switch {
		case i == 0:
			text = life.Transcript() + "This was " + life.Shell + ". Its disk is in " + life.Root + ".\n"
		case len(life.Differs) == 0:
			text = life.Shell + ": the same\n"
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	if len(r.Cuts) == 0 {
		_, err := fmt.Fprintf(w, "Verdict: %s\n", r.Verdict)
		return err
	}
	bad := 0
	for _, c := range r.Cuts {
		if c.Found != "" {
			bad++
		}
	}
	_, err := fmt.Fprintf(w, "The power went off %d times, each followed by installp -C and the same command again: %d led elsewhere than without.\nVerdict: %s\n",
		len(r.Cuts), bad, r.Verdict)
	return err
}

// Run rehearses the life of a package under each shell that this machine has, those of others under Korn shells, in a directory that is empty or
// missing. Where scripts cannot be kept from what is outside of their box, only our images are rehearsed, and those that are trusted. The error has all that went wrong in a life; the
// result is there all the same.
func Run(ctx context.Context, machine host.Runner, dir string, media []*preview.Media, o Options) (*Result, error) {
	props, err := box.Collect(ctx, machine, filepath.Join(dir, "props"))
	if err != nil {
		return nil, err
	}
	result := &Result{Reach: props.Reach()}
	foreign := slices.IndexFunc(media, func(m *preview.Media) bool { return !o.Ours(m.File) })
	if result.Reach != "" && foreign >= 0 && !o.Trusted {
		return nil, &fault.Error{
			Code: "rehearsal-prison", What: "scripts that somebody else wrote are not run here: nothing would keep them in the box", Where: media[foreign].File,
			Found: "no namespaces for this user; a script could reach " + result.Reach,
			Do:    "let users have namespaces: sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000\nor, if you trust whoever made the image, say so with -trust=true",
		}
	}
	var problems []error
	shells := box.Shells
	if foreign >= 0 && slices.ContainsFunc(box.KornShells, props.Has) {
		shells = box.KornShells
	}
	for _, shell := range shells {
		if !props.Has(shell) {
			result.Missing = append(result.Missing, shell)
			continue
		}
		b, err := props.Box(filepath.Join(dir, shell), shell, io.Discard)
		if err != nil {
			return result, err
		}
		life, err := live(ctx, ops.New(b), media)
		if err = errors.Join(err, b.Close()); err != nil {
			problems = append(problems, fmt.Errorf("under %s: %w", shell, err))
		}
		if result.Lives = append(result.Lives, life); len(result.Lives) > 1 {
			life.compare(result.Lives[0])
		}
		if ctx.Err() != nil {
			break
		}
	}
	if result.Verdict = Passes; len(problems) > 0 {
		result.Verdict = Fails
	} else if len(result.Lives) == 0 {
		result.Verdict = Unknown
	}
	if len(problems) > 0 || len(result.Lives) == 0 || o.Cuts < 1 {
		return result, errors.Join(problems...)
	}
	result.Cuts, err = interrupt(ctx, props, filepath.Join(dir, "cuts"), result.Lives[0].Shell, media, o.Cuts)
	if err != nil || slices.ContainsFunc(result.Cuts, func(c Cut) bool { return c.Found != "" }) {
		result.Verdict = Fails
	}
	return result, err
}

// Continue does more on the disk that a rehearsal under a shell has left in its directory, even one that was killed: a clean-up (installp -C), or
// the rejection of updates (-r). It prints what installp would. The scripts there were trusted when the rehearsal began.
func Continue(ctx context.Context, machine host.Runner, dir, shell string, out io.Writer, do func(context.Context, *ops.Installp) error) error {
	again := filepath.Join(dir, "again") // the other props belong to the disk
	props, err := box.Collect(ctx, machine, again)
	if err == nil {
		var b *box.Box
		if b, err = props.Reopen(filepath.Join(dir, shell), shell, out); err == nil {
			err = errors.Join(do(ctx, ops.New(b)), b.Close())
		}
	}
	return errors.Join(err, os.RemoveAll(again))
}
