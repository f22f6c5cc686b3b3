// Package stage runs sendmail's own install into a root directory of ours, as any user, and writes down what was asked for.
//
// Upstream's makefiles know the owner, group and mode of everything, and set them while they install, which takes root. Here small
// programs stand in for install, chown, chgrp, chmod and mkdir: they copy the file and note the rest. Nothing of that knowledge is
// kept a second time in this project, and the result does not depend on who runs it or on the umask.
package stage

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Stager installs what was compiled.
type Stager struct {
	Machine     host.Machine
	Source      string   // the patched tree
	Objects     string   // object root, as given to compile
	Directories []string // directories of the source tree to run install in
	Root        string   // absolute; emptied first
	Work        string   // directory for the stand-in programs and their notes; emptied first
	LogDir      string
	Path        string // search path of the machine, for the stand-ins
	Env         []string
	// Places are the directories, absolute as on the target, that everything must lie in; they and all below belong to the
	// package, the directories above them do not. Folders are made before install runs: upstream's rules expect them.
	Places  []string
	Folders []string
	Extra   []Extra
}

// Extra is something to install that upstream's install leaves out.
type Extra struct {
	Path         string // absolute, as on the target
	From         string // file or directory to copy; a directory is copied whole; "" makes an empty directory
	Owner, Group string
	Mode         uint32 // of the file, or of all files of a copied directory, whose directories get 0755
}

// Owner and group of what nobody asked anything about: directories above a file, and links.
const (
	defaultOwner = "root"
	defaultGroup = "system"
)

//go:embed tools
var tools embed.FS

// Stage fills the root and returns its manifest.
func (s *Stager) Stage(ctx context.Context) (Manifest, error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	notes := filepath.Join(s.Work, "notes")
	for _, d := range s.Directories {
		logFile := filepath.Join(s.LogDir, "stage-"+d+".log")
		if err := os.Remove(logFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		err := s.Machine.Run(ctx, host.Cmd{
			Argv: []string{"sh", "Build", "-O", s.Objects, "DESTDIR=" + s.Root, "INSTALL=" + filepath.Join(s.Work, "install"), "install"},
			Dir:  filepath.Join(s.Source, d),
			Log:  logFile,
			Env: append(slices.Clone(s.Env),
				"PATH="+s.Work+string(filepath.ListSeparator)+s.Path,
				"STAGE_PATH="+s.Path, "STAGE_ROOT="+s.Root, "STAGE_LOG="+notes),
		})
		if err != nil {
			return nil, err
		}
	}
	text, err := os.ReadFile(notes)
	if err != nil {
		return nil, fmt.Errorf("reading what install asked for: %w", err)
	}
	asked, err := parseNotes(string(text), s.Root)
	if err != nil {
		return nil, err
	}
	for _, e := range s.Extra {
		if err := s.copy(e, asked); err != nil {
			return nil, err
		}
	}
	return s.survey(asked)
}

// prepare empties the root, makes the folders and lays out the stand-ins.
func (s *Stager) prepare() error {
	for _, dir := range []string{s.Root, s.Work} {
		if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
			return err
		}
	}
	for _, dir := range append(slices.Clone(s.Places), s.Folders...) {
		if err := os.MkdirAll(filepath.Join(s.Root, dir), 0o755); err != nil {
			return err
		}
	}
	for name, file := range map[string]string{"install": "install", "chown": "chown", "chgrp": "chown", "chmod": "chown", "mkdir": "mkdir"} {
		text, err := tools.ReadFile("tools/" + file)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(s.Work, name), text, 0o755); err != nil {
			return err
		}
		if err := os.Chmod(filepath.Join(s.Work, name), 0o755); err != nil { // whatever the umask
			return err
		}
	}
	return errors.Join(os.WriteFile(filepath.Join(s.Work, "notes"), nil, 0o644), os.MkdirAll(s.LogDir, 0o755))
}

// ownership is what was asked for one path; fields nobody asked about are "-".
type ownership struct{ owner, group, mode string }

// parseNotes reads the stand-ins' notes. Later ones add to earlier ones, as chown after install would.
func parseNotes(text, root string) (map[string]ownership, error) {
	asked := make(map[string]ownership)
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 5 || f[0] != "own" || !strings.HasPrefix(f[4], root+"/") {
			return nil, fmt.Errorf("damaged staging note %q", line)
		}
		target := path.Clean(strings.TrimPrefix(f[4], root))
		o, ok := asked[target]
		if !ok {
			o = ownership{"-", "-", "-"}
		}
		for i, field := range []*string{&o.owner, &o.group, &o.mode} {
			if f[i+1] != "-" {
				*field = f[i+1]
			}
		}
		asked[target] = o
	}
	return asked, nil
}

// copy puts an extra into the root and notes its ownership.
func (s *Stager) copy(e Extra, asked map[string]ownership) error {
	if e.From == "" {
		asked[e.Path] = e.ownership()
		return os.MkdirAll(filepath.Join(s.Root, e.Path), 0o755)
	}
	return filepath.WalkDir(e.From, func(from string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(e.From, from)
		if err != nil {
			return err
		}
		target := path.Join(e.Path, filepath.ToSlash(rel))
		to := filepath.Join(s.Root, target)
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%s: not a regular file", from)
		}
		text, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		asked[target] = e.ownership()
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, text, 0o644)
	})
}

func (e Extra) ownership() ownership {
	return ownership{e.Owner, e.Group, strconv.FormatUint(uint64(e.Mode), 8)}
}

// survey walks the root, gives every file and directory a plain mode of its own, and writes the manifest of what it finds.
func (s *Stager) survey(asked map[string]ownership) (Manifest, error) {
	var m Manifest
	var strays []string
	err := filepath.WalkDir(s.Root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := "/" + filepath.ToSlash(strings.TrimPrefix(strings.TrimPrefix(file, s.Root), string(filepath.Separator)))
		if !inside(target, s.Places) {
			if target == "/" || slices.ContainsFunc(s.Places, func(p string) bool { return strings.HasPrefix(p, target+"/") }) {
				return os.Chmod(file, 0o755)
			}
			strays = append(strays, target)
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		e := Entry{Path: target, Owner: defaultOwner, Group: defaultGroup, Mode: 0o755}
		o, isAsked := asked[target]
		delete(asked, target)
		switch {
		case d.IsDir():
			e.Type = Directory
			err = os.Chmod(file, 0o755)
		case d.Type() == fs.ModeSymlink:
			e.Type, e.Mode = Link, 0o777
			e.Target, err = os.Readlink(file)
		case d.Type().IsRegular() && isAsked:
			e.Type = File
			if err = errors.Join(os.Chmod(file, 0o644), clearStamps(file)); err == nil {
				e.Size, e.SHA256, err = digest(file)
			}
		default:
			strays = append(strays, target)
		}
		if err == nil && isAsked {
			err = e.apply(o)
		}
		m = append(m, e)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looking at the staging root: %w", err)
	}
	for target := range asked {
		strays = append(strays, target+" (asked for, but not there)")
	}
	if len(strays) > 0 {
		slices.Sort(strays)
		return nil, &fault.Error{
			Code: "stage-stray", What: "install put files where the package has no place", Where: strings.Join(strays, "\n"),
			Do: "a fragment in site.config.m4.d sets the directory they go to: keep it under " + strings.Join(s.Places, ", "),
		}
	}
	slices.SortFunc(m, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	return m, nil
}

// apply puts what was asked for into the entry.
func (e *Entry) apply(o ownership) error {
	if o.owner != "-" {
		e.Owner = o.owner
	}
	if o.group != "-" {
		e.Group = o.group
	}
	if o.mode != "-" {
		mode, err := strconv.ParseUint(o.mode, 8, 12)
		if err != nil {
			return fmt.Errorf("install asked for mode %q of %s, which is not an octal number", o.mode, e.Path)
		}
		e.Mode = uint32(mode)
	}
	return nil
}

func inside(target string, places []string) bool {
	return slices.ContainsFunc(places, func(p string) bool { return target == p || strings.HasPrefix(target, p+"/") })
}

func digest(file string) (size int64, sum string, err error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, "", err
	}
	defer f.Close() // only read
	h := sha256.New()
	size, err = io.Copy(h, f)
	return size, hex.EncodeToString(h.Sum(nil)), err
}
