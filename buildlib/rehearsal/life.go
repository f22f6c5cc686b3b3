package rehearsal

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/ops"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// accountsOfAIX are files of AIX's own that a package may leave changed: users and groups stay, as files may belong to them.
var accountsOfAIX = []string{"/etc/group", "/etc/passwd"}

// Life is what was done on one box, as a session at a terminal.
type Life struct {
	Shell    string   `json:"shell"`
	Root     string   `json:"root"`               // the directory that is the box's file system
	Supplied []string `json:"supplied,omitempty"` // requisites that the box was given, "name level"
	Steps    []Step   `json:"steps"`
	Left     []string `json:"left"` // what the removal left on the disk: "+", "~" or "-", path, and what it is; nil when it was not reached
	// Differs are the commands that did not go as they did under the first shell.
	Differs []string `json:"differs,omitempty"`
}

// Step is one command of a session.
type Step struct {
	Command string `json:"command"`
	Status  int    `json:"status"` // 0 or 1
	Output  string `json:"output"`
}

// Transcript is the session as it would be seen.
func (l *Life) Transcript() string {
	var s strings.Builder
	for _, requisite := range l.Supplied {
		fmt.Fprintf(&s, "(this box gets the requisite %s)\n\n", requisite)
	}
	for _, step := range l.Steps {
		fmt.Fprintf(&s, "# %s\n%s\n", step.Command, step.Output)
	}
	if l.Left != nil {
		s.WriteString("The removal left, besides what was there before the installation:\n  ")
		s.WriteString(cmp.Or(strings.Join(l.Left, "\n  "), "nothing") + "\n")
	}
	return s.String()
}

// compare notes what is not as in another life.
func (l *Life) compare(other *Life) {
	for i, step := range l.Steps {
		if i >= len(other.Steps) || step != other.Steps[i] {
			l.Differs = append(l.Differs, step.Command)
		}
	}
	if len(l.Differs) == 0 && l.Transcript() != other.Transcript() {
		l.Differs = []string{"what is left"}
	}
}

// live rehearses all that is done with a package in its life: images of the same package are installed one over the other, the oldest first,
// the last one twice and then by force; all is removed and installed again. In between lppchk looks at everything.
//
// The error has all that went wrong: a step that failed, or did something where it should do nothing; a file of AIX's own that was
// not as before after the removal.
func live(ctx context.Context, in *ops.Installp, images []*preview.Media) (*Life, error) {
	l := &Life{Shell: in.Shell, Root: in.Root()}
	before, err := in.Picture()
	if err != nil {
		return l, err
	}
	last := images[len(images)-1]
	all := preview.Options{Names: []string{last.Image.Package}, Dependents: true}
	var problem error
	act := func(command string, do func() error) {
		if ctx.Err() != nil || problem != nil {
			return // what comes after a failure shows nothing
		}
		var out bytes.Buffer
		in.Out = &out
		step := Step{Command: command}
		if problem = do(); problem != nil {
			step.Status = 1
		}
		step.Output = fault.Lines(out.String())
		l.Steps = append(l.Steps, step)
	}
	check := func() { act("lppchk -v; lppchk -c; lppchk -l", in.Check) }
	if l.Supplied, err = supply(in.DB, images); err != nil {
		return l, err
	}
	apply := func(m *preview.Media, flags string, o preview.Options) {
		act("installp "+flags+" "+filepath.Base(m.File)+" all", func() error { return in.Apply(ctx, m, o) })
	}
	for _, m := range images {
		apply(m, "-apXd", preview.Options{Preview: true})
		if m.Image.IsUpdate() {
			if err := reject(ctx, in, m, apply, act); err != nil {
				return l, err
			}
		}
		apply(m, "-aXd", preview.Options{})
		check()
	}
	installed, err := in.Picture()
	if err != nil {
		return l, err
	}
	apply(last, "-aXd", preview.Options{})
	if !last.Image.IsUpdate() { // documented: not for updates
		apply(last, "-aFXd", preview.Options{Force: true})
	}
	check()
	act("lslpp -l "+all.Names[0]+"*", in.Lslpp)
	act("installp -ugX "+all.Names[0], func() error {
		if err := same(in.Box, installed, "installing the same again, by force too"); err != nil {
			return err
		}
		if err := in.Deinstall(ctx, all); err != nil {
			return err
		}
		after, err := in.Picture()
		l.Left = append([]string{}, after.Since(before)...)
		return errors.Join(err, untouched(l.Left))
	})
	for _, m := range images {
		apply(m, "-aXd", preview.Options{})
	}
	check()
	act("(compared with the first installation)", func() error { return same(in.Box, installed, "removing and installing again") })
	if last.Image.IsUpdate() {
		act("installp -cX all", func() error { return in.Commit(ctx, preview.Options{}) })
		check()
	}
	return l, errors.Join(problem, context.Cause(ctx))
}

// reject applies an update and takes it back, after which all must be as before it.
func reject(
	ctx context.Context, in *ops.Installp, m *preview.Media, apply func(*preview.Media, string, preview.Options), act func(string, func() error),
) error {
	before, err := look(in)
	if err != nil {
		return err
	}
	var names []string
	for i := range m.Image.Filesets {
		names = append(names, m.Image.Filesets[i].Name)
	}
	apply(m, "-aXd", preview.Options{})
	act("installp -rX "+strings.Join(names, " "), func() error {
		if err := in.Reject(ctx, preview.Options{Names: names}); err != nil {
			return err
		}
		after, err := look(in)
		if changes := after.Since(before); len(changes) > 0 {
			return database.Failure("the rejection of the update has not brought back what was there before it", m.File, strings.Join(changes, "\n"),
				"let the un- scripts take back what the others do")
		}
		return err
	})
	return nil
}

// supply gives the box the filesets that the images require and it lacks. How scripts fare without them is not what a life is for.
func supply(db *database.DB, images []*preview.Media) (lacks []string, err error) {
	levels, err := db.Installed()
	if err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, m := range images {
		for i := range m.Image.Filesets {
			own[m.Image.Filesets[i].Name] = true
		}
	}
	var supplied []box.Fileset
	for _, m := range images {
		for i := range m.Image.Filesets {
			for _, lack := range database.Lacking(m.Image.Filesets[i].Requisites, levels) {
				name, level, _ := strings.Cut(lack, " ")
				if own[name] || slices.Contains(lacks, lack) {
					continue
				}
				at, err := vrmf.Parse(level)
				if err != nil {
					return nil, err
				}
				lacks = append(lacks, lack)
				supplied = append(supplied, box.Fileset{
					Package: name, Name: name, Level: at, State: string(database.Committed), Text: "Supplied for the rehearsal",
				})
			}
		}
	}
	return lacks, db.Supply(supplied)
}

// untouched finds what the removal has not left as it was.
func untouched(left []string) error {
	touched := slices.DeleteFunc(slices.Clone(left), func(change string) bool {
		return change[0] == '+' || slices.Contains(accountsOfAIX, strings.Fields(change)[1])
	})
	if len(touched) == 0 {
		return nil
	}
	return database.Failure("the package has changed what is not its own, and not put it back", "after the removal", strings.Join(touched, "\n"),
		"let unconfig or unpost_i take back what the other scripts do")
}

// same compares the box with how it was.
func same(b *box.Box, before box.Picture, after string) error {
	now, err := b.Picture()
	if err != nil {
		return err
	}
	if changes := slices.DeleteFunc(now.Since(before), isSaved); len(changes) > 0 {
		return database.Failure("the disk is not as it was after the first installation", "after "+after, strings.Join(changes, "\n"),
			"let the scripts come to the same end whatever is there already")
	}
	return nil
}

// isSaved reports whether a change is one where installp keeps configuration files while levels change: what stays there does so by their
// method, whatever scripts do.
func isSaved(change string) bool {
	name := strings.Fields(change)[1]
	return slices.ContainsFunc([]database.Part{database.Usr, database.Root}, func(p database.Part) bool {
		return name == p.SaveConfig() || strings.HasPrefix(name, p.SaveConfig()+"/")
	})
}
