// Package mkinstallp lays a package out for IBM's tool of that name, which makes an image of it on AIX.
package mkinstallp

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
)

// LayOut writes what mkinstallp needs into dir, which must not be there. Files get the package's modes and date; own, if it is not nil,
// gives each object its owner, as os.Lchown does: mkinstallp takes the numbers into the image. Without it they belong to whoever runs
// this, and the image that mkinstallp makes of them is wrong.
//
// The directory is for its owner alone: set-id programs are in it.
//
// What the template cannot say is an error: methods for configuration files, and hard links.
func LayOut(p *installp.Package, dir string, own func(name string, uid, gid int) error) (*Layout, error) {
	l := layout(p, dir)
	if err := errors.Join(write.Check(p), checkTemplate(p, l)); err != nil {
		return nil, err
	}
	pl, err := write.Arrange(p)
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(l.Dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.Mkdir(l.Root, 0o755); err != nil {
		return nil, err
	}
	if err := layOutTexts(pl, l); err != nil {
		return nil, err
	}
	w := &rootWriter{Arrangement: pl, root: l.Root, own: own, contents: write.NewCopier()}
	for _, f := range pl.Filesets {
		w.fileset(f)
	}
	if _, err := w.contents.Finish(w.err); err != nil {
		return nil, err
	}
	return l, w.finish()
}

// layOutTexts writes the template and what it names outside of the build root.
func layOutTexts(pl *write.Arrangement, l *Layout) error {
	text, err := l.fill(pl)
	problems := []error{err, os.WriteFile(l.Template, []byte(text), 0o644)}
	for _, f := range pl.Filesets {
		problems = append(problems, os.WriteFile(l.copyright(f), []byte(f.Copyright), 0o644))
		if text := overrideInventory(f); text != "" {
			problems = append(problems, os.WriteFile(l.override(f), []byte(text), 0o644))
		}
		for name, scripts := range map[string]installp.Scripts{"usr": f.Usr.Scripts, "root": f.Root.Scripts} {
			for step, text := range scripts {
				problems = append(problems, os.WriteFile(l.script(f, name, step), []byte(text), 0o755))
			}
		}
	}
	return errors.Join(problems...)
}

// rootWriter fills the build root. After an error it writes no more.
type rootWriter struct {
	*write.Arrangement
	root     string
	own      func(name string, uid, gid int) error
	contents *write.Copier
	dirs     []laidOut // their modes and dates are set last: files are still to be put into them
	err      error
}

type laidOut struct {
	name string
	*installp.File
}

func (w *rootWriter) fileset(f *write.Fileset) {
	for _, e := range slices.Concat(f.Usr.All(), f.Root.All()) {
		w.object(e)
	}
	// mkinstallp puts root files below inst_root, but makes no directories for that: those who build root parts with it make the
	// whole tree of directories there first, with their owners (Apache httpd, aixtools).
	for _, e := range f.Root.All() {
		name := w.root + w.Pkg.InstRoot() + e.Path
		if e.Type == installp.Directory {
			w.directory(name, e.File)
		} else {
			w.try(func() error { return os.MkdirAll(path.Dir(name), 0o755) })
		}
	}
}

func (w *rootWriter) try(do func() error) {
	if w.err == nil {
		w.err = do()
	}
}

func (w *rootWriter) object(e *write.Entry) {
	name := w.root + e.Path
	if e.Type == installp.Directory {
		w.directory(name, e.File)
		return
	}
	w.try(func() error { return os.MkdirAll(path.Dir(name), 0o755) })
	if e.Type == installp.Symlink {
		w.try(func() error { return os.Symlink(e.Target, name) })
		w.owner(name, installp.LinkOwner, installp.LinkGroup)
		return
	}
	w.try(func() error { return w.content(name, e) })
	w.finishObject(name, e.File)
}

func (w *rootWriter) content(name string, e *write.Entry) error {
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(w.contents.Copy(out, e), out.Close())
}

func (w *rootWriter) directory(name string, file *installp.File) {
	w.try(func() error { return os.MkdirAll(name, 0o755) })
	w.dirs = append(w.dirs, laidOut{name, file})
}

// finish sets what is left of directories, those in others before these.
func (w *rootWriter) finish() error {
	for _, dir := range slices.Backward(w.dirs) {
		w.finishObject(dir.name, dir.File)
	}
	return w.err
}

// finishObject sets the mode after the owner: chown takes the set-id bits away.
func (w *rootWriter) finishObject(name string, file *installp.File) {
	w.owner(name, file.Owner, file.Group)
	w.try(func() error { return os.Chmod(name, fileMode(file.Mode)) })
	w.try(func() error { return os.Chtimes(name, w.Pkg.Time, w.Pkg.Time) })
}

func (w *rootWriter) owner(name, owner, group string) {
	if w.own != nil {
		w.try(func() error { return w.own(name, int(rules.Uid(owner)), int(rules.Gid(group))) })
	}
}

// fileMode translates AIX's set-id bits into those of Go, which stand elsewhere.
func fileMode(mode uint32) fs.FileMode {
	m := fs.FileMode(mode & 0o777)
	for _, bit := range []struct {
		mask uint32
		mode fs.FileMode
	}{{0o4000, fs.ModeSetuid}, {0o2000, fs.ModeSetgid}, {0o1000, fs.ModeSticky}} {
		if mode&bit.mask != 0 {
			m |= bit.mode
		}
	}
	return m
}
