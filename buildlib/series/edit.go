package series

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
)

// Edited is the patches that were written anew for edits to become part of one.
type Edited struct {
	Files []string `json:"files"` // paths in the checkout: the patch, and those after it that moved
}

// WriteText writes a path in each line.
func (v *Edited) WriteText(w io.Writer) error {
	_, err := fmt.Fprintln(w, strings.Join(v.Files, "\n"))
	return err
}

// Into makes the edits part of a patch of the series, which is named by its file or its number. Later patches are taken off the edited tree
// and put on again: where that cannot be done, the edits belong to a later one.
func (e *Edits) Into(ctx context.Context, c *checkout.Checkout, name string) (v *Edited, err error) {
	at := slices.IndexFunc(e.Series.Patches, func(p *patchset.Patch) bool {
		return p.Name == name || p.Name == name+".patch" || len(name) == 4 && strings.HasPrefix(p.Name, name+"-")
	})
	if at < 0 {
		var names []string
		for _, p := range e.Series.Patches {
			names = append(names, p.Name)
		}
		return nil, &fault.Error{
			Code: "patch-name", What: fmt.Sprintf("the series has no patch %q", name), Where: c.Shown(e.Series.Dir),
			Found: strings.Join(names, "\n"), Do: "name one by its file or its number, such as 0004",
		}
	}
	err = e.against(ctx, c, e.Series, func(dir, _ string) error {
		before, after := filepath.Join(dir, "before"), filepath.Join(dir, "after")
		if err := e.apply(ctx, &patchset.Series{Dir: e.Series.Dir, Patches: e.Series.Patches[:at]}, before); err != nil {
			return err
		}
		if err := tree.Copy(ctx, e.Edited, after, e.Time); err != nil {
			return err
		}
		for _, later := range slices.Backward(e.Series.Patches[at+1:]) {
			if err := takeOff(ctx, c, later, after); err != nil {
				return err
			}
		}
		text, err := diff(ctx, c.Machine, filepath.Join(dir, "git-edit"), before, after)
		if err != nil {
			return err
		}
		all := map[string][]byte{e.Series.Patches[at].Name: []byte(e.Series.Patches[at].Head() + text)}
		if err := e.settle(ctx, filepath.Join(dir, "patches"), all); err != nil {
			return err
		}
		var texts []patchset.Rewritten
		v = new(Edited)
		for _, p := range e.Series.Patches[at:] {
			if text, ok := all[p.Name]; ok {
				texts = append(texts, patchset.Rewritten{Name: p.Name, Text: text})
				v.Files = append(v.Files, c.Shown(filepath.Join(e.Series.Dir, p.Name)))
			}
		}
		return writeAll(e.Series.Dir, texts)
	})
	return v, err
}

// takeOff takes a patch off a tree that has it.
func takeOff(ctx context.Context, c *checkout.Checkout, p *patchset.Patch, dir string) error {
	err := c.Machine.Run(ctx, host.Cmd{
		Argv: []string{"git", "apply", "-R", "-p1", "--whitespace=nowarn"}, Dir: dir, Env: gitEnv(dir), Stdin: strings.NewReader(string(p.Text)),
	})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
		return &fault.Error{
			Code: "patch-edit", Finding: true, What: "the edits touch what a later patch changes", Where: p.Name, Found: f.Found,
			Do: "put them into that patch, or make a new one of them",
		}
	}
	return err
}

// settle adds to the patches that are to be written those after them that have moved. All together must make the edited tree.
func (e *Edits) settle(ctx context.Context, dir string, texts map[string][]byte) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	load := func() (*patchset.Series, error) {
		list := ""
		for _, p := range e.Series.Patches {
			text, ok := texts[p.Name]
			if !ok {
				text = p.Text
			}
			if err := tree.WriteFile(filepath.Join(dir, p.Name), text, 0o644); err != nil {
				return nil, err
			}
			list += p.Name + "\n"
		}
		if err := tree.WriteFile(filepath.Join(dir, "series"), []byte(list), 0o644); err != nil {
			return nil, err
		}
		return patchset.Load(dir)
	}
	s, err := load()
	if err != nil {
		return err
	}
	moved, _, err := s.Refresh(ctx, e.Pristine)
	if err != nil {
		return err
	}
	for _, m := range moved {
		texts[m.Name] = m.Text
	}
	if s, err = load(); err != nil {
		return err
	}
	made := filepath.Join(dir, "made")
	if err := e.apply(ctx, s, made); err != nil {
		return err
	}
	want, err := tree.List(ctx, e.Edited)
	if err != nil {
		return err
	}
	got, err := tree.List(ctx, made)
	if err != nil {
		return err
	}
	want = slices.DeleteFunc(want, func(entry tree.Entry) bool { return Leftover(entry.Path) })
	for _, d := range tree.Compare(want, got) {
		return &fault.Error{
			Code: "patch-edit", Finding: true, What: "with the edits in this patch the series would not make the edited tree", Where: d.Path(),
			Do: "put them into a later patch, or make a new one of them",
		}
	}
	return nil
}
