package installp

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"slices"
)

// LayOut writes what mkinstallp needs into dir, which must not be there. Files get the package's modes and date; own, if it is not nil,
// gives each object its owner, as os.Lchown does: mkinstallp takes the numbers into the image. Without it they belong to whoever runs
// this, and the image that mkinstallp makes of them is wrong.
//
// The directory is for its owner alone: set-id programs are in it.
//
// What the template cannot say is an error: methods for configuration files, and hard links.
func (p *Package) LayOut(dir string, own func(name string, uid, gid int) error) (*Layout, error) {
	l := p.layout(dir)
	if err := errors.Join(p.Validate(), p.checkTemplate(l)); err != nil {
		return nil, err
	}
	pl, err := p.plan()
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(l.Dir, 0o700); err != nil {
		return nil, err
	}
	if err := os.Mkdir(l.Root, 0o755); err != nil {
		return nil, err
	}
	if err := pl.layOutTexts(l); err != nil {
		return nil, err
	}
	w := &rootWriter{plan: pl, root: l.Root, own: own, contents: newCopier()}
	for _, f := range pl.filesets {
		w.fileset(f)
	}
	if _, err := w.contents.finish(w.err); err != nil {
		return nil, err
	}
	return l, w.finish()
}

// layOutTexts writes the template and what it names outside of the build root.
func (pl *plan) layOutTexts(l *Layout) error {
	problems := []error{os.WriteFile(l.Template, []byte(pl.template(l)), 0o644)}
	for _, f := range pl.filesets {
		problems = append(problems, os.WriteFile(l.copyright(f), []byte(f.Copyright), 0o644))
		if text := f.overrideInventory(); text != "" {
			problems = append(problems, os.WriteFile(l.override(f), []byte(text), 0o644))
		}
		for name, scripts := range map[string]Scripts{"usr": f.Usr, "root": f.Root} {
			for step, text := range scripts {
				problems = append(problems, os.WriteFile(l.script(f, name, step), []byte(text), 0o755))
			}
		}
	}
	return errors.Join(problems...)
}

// rootWriter fills the build root. After an error it writes no more.
type rootWriter struct {
	*plan
	root     string
	own      func(name string, uid, gid int) error
	contents *copier
	dirs     []laidOut // their modes and dates are set last: files are still to be put into them
	err      error
}

type laidOut struct {
	name string
	*File
}

func (w *rootWriter) fileset(f *fileset) {
	for _, e := range slices.Concat(f.usr.all(), f.root.all()) {
		w.object(e)
	}
	// mkinstallp puts root files below inst_root, but makes no directories for that: those who build root parts with it make the
	// whole tree of directories there first, with their owners (Apache httpd, aixtools).
	for _, e := range f.root.all() {
		name := w.root + w.pkg.instRoot() + e.Path
		if e.Type == Directory {
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

func (w *rootWriter) object(e *entry) {
	name := w.root + e.Path
	if e.Type == Directory {
		w.directory(name, e.File)
		return
	}
	w.try(func() error { return os.MkdirAll(path.Dir(name), 0o755) })
	if e.Type == Symlink {
		w.try(func() error { return os.Symlink(e.Target, name) })
		w.owner(name, linkOwner, linkGroup)
		return
	}
	w.try(func() error { return w.content(name, e) })
	w.finishObject(name, e.File)
}

func (w *rootWriter) content(name string, e *entry) error {
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(w.contents.copy(out, e), out.Close())
}

func (w *rootWriter) directory(name string, file *File) {
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
func (w *rootWriter) finishObject(name string, file *File) {
	w.owner(name, file.Owner, file.Group)
	w.try(func() error { return os.Chmod(name, fileMode(file.Mode)) })
	w.try(func() error { return os.Chtimes(name, w.pkg.Time, w.pkg.Time) })
}

func (w *rootWriter) owner(name, owner, group string) {
	if w.own != nil {
		w.try(func() error { return w.own(name, int(uid(owner)), int(gid(group))) })
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
