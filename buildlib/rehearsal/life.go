package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// accountsOfAIX are files of AIX's own that a package may leave changed: users and groups stay, as files may belong to them.
var accountsOfAIX = []string{"/etc/group", "/etc/passwd"}

// Life rehearses all that is done with a package in its life, and prints it as a session at a terminal: images of the same package are
// installed one over the other, the oldest first, the last one twice and then by force; all is removed and installed again. In between
// lppchk looks at everything. At the end it tells what the removal left on the disk.
//
// The error has all that went wrong: a step that failed, or did something where it should do nothing; a file of AIX's own that was
// not as before after the removal.
func (b *Box) Life(ctx context.Context, images ...*Media) error {
	before, err := b.Picture()
	if err != nil {
		return err
	}
	last := images[len(images)-1]
	all := Options{Names: []string{last.Image.Package}, Dependents: true}
	var problems []error
	act := func(command string, do func() error) {
		if ctx.Err() != nil || len(problems) > 0 {
			return // what comes after a failure shows nothing
		}
		fmt.Fprintf(b.out, "# %s\n", command)
		if err := do(); err != nil {
			problems = append(problems, err)
		}
		fmt.Fprintln(b.out)
	}
	check := func() { act("lppchk -v; lppchk -c; lppchk -l", b.Check) }
	if err := b.supply(images); err != nil {
		return err
	}
	for _, m := range images {
		name := filepath.Base(m.File)
		act("installp -apXd "+name+" all", func() error { return b.Apply(ctx, m, Options{Preview: true}) })
		act("installp -aXd "+name+" all", func() error { return b.Apply(ctx, m, Options{}) })
		check()
	}
	name := filepath.Base(last.File)
	installed, err := b.Picture()
	if err != nil {
		return err
	}
	act("installp -aXd "+name+" all", func() error { return b.Apply(ctx, last, Options{}) })
	act("installp -aFXd "+name+" all", func() error {
		if last.Image.IsUpdate() {
			fmt.Fprintln(b.out, "(not for updates)")
			return nil
		}
		return b.Apply(ctx, last, Options{Force: true})
	})
	check()
	act("lslpp -l "+all.Names[0]+"*", func() error { return b.List() })
	var left []string
	act("installp -ugX "+all.Names[0], func() error {
		if err := b.same(installed, "installing the same again, by force too"); err != nil {
			return err
		}
		if err := b.Deinstall(ctx, all); err != nil {
			return err
		}
		after, err := b.Picture()
		left = after.Since(before)
		return errors.Join(err, untouched(left))
	})
	for _, m := range images {
		act("installp -aXd "+filepath.Base(m.File)+" all", func() error { return b.Apply(ctx, m, Options{}) })
	}
	check()
	act("(compared with the first installation)", func() error { return b.same(installed, "removing and installing again") })
	if left != nil || len(problems) == 0 {
		fmt.Fprintf(b.out, "The removal left, besides what was there before the installation:\n%s\n", indented(left))
	}
	return errors.Join(append(problems, context.Cause(ctx))...)
}

// supply gives the box the filesets that the images require and it lacks. How scripts fare without them is not what a life is for.
func (b *Box) supply(images []*Media) error {
	levels, err := b.installed()
	if err != nil {
		return err
	}
	own := map[string]bool{}
	for _, m := range images {
		for i := range m.Image.Filesets {
			own[m.Image.Filesets[i].Name] = true
		}
	}
	var lines string
	for _, m := range images {
		for i := range m.Image.Filesets {
			for _, lack := range lacking(m.Image.Filesets[i].Requisites, levels) {
				name, level, _ := strings.Cut(lack, " ")
				line := fmt.Sprintf("%s:%s:%s: : :C: :Supplied for the rehearsal: : : : : : :0:0:/:\n", name, name, level)
				if own[name] || strings.Contains(lines, line) {
					continue
				}
				fmt.Fprintf(b.out, "(this box gets the requisite %s)\n\n", lack)
				lines += line
			}
		}
	}
	return errors.Join(b.root.WriteFile(suppliedFile, []byte(lines), 0o644), b.publish())
}

// untouched finds what the removal has not left as it was.
func untouched(left []string) error {
	touched := slices.DeleteFunc(slices.Clone(left), func(change string) bool {
		return change[0] == '+' || slices.Contains(accountsOfAIX, strings.Fields(change)[1])
	})
	if len(touched) == 0 {
		return nil
	}
	return failure("the package has changed what is not its own, and not put it back", "after the removal", strings.Join(touched, "\n"),
		"let unconfig or unpost_i take back what the other scripts do")
}

// same compares the box with how it was.
func (b *Box) same(before Picture, after string) error {
	now, err := b.Picture()
	if err != nil {
		return err
	}
	if changes := now.Since(before); len(changes) > 0 {
		return failure("the disk is not as it was after the first installation", "after "+after, strings.Join(changes, "\n"),
			"let the scripts come to the same end whatever is there already")
	}
	return nil
}

func indented(lines []string) string {
	if len(lines) == 0 {
		return "  nothing"
	}
	return "  " + strings.Join(lines, "\n  ")
}

// List prints what lslpp -l has, of what was installed here: each part, with its levels (observed).
func (b *Box) List() error {
	fmt.Fprintf(b.out, "  %-26s %7s  %-10s %s\n  %s\n", "Fileset", "Level", "State", "Description", strings.Repeat("-", 76))
	for i, p := range []part{usrPart, rootPart} {
		all, err := b.records(p)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			continue
		}
		if i > 0 {
			fmt.Fprintln(b.out)
		}
		fmt.Fprintln(b.out, "Path: "+p.objrepos())
		for _, r := range all {
			for i, l := range r.Levels {
				name := r.Fileset
				if i > 0 {
					name = "" // named on the first line only
				}
				// The level ends in column 36 and pushes on what is too long; the state begins in 39, the title in 50.
				fmt.Fprintf(b.out, "  %-24s%10s  %-10s %s\n", name, l.Level, l.State, r.Text)
			}
		}
	}
	return nil
}
