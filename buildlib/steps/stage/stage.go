// Package stage runs sendmail's own install into a root directory of our own, as any user, and writes down what was asked for.
//
// Upstream's makefiles know the owner, group and mode of everything, and set them while they install, which takes root. Here small
// programs stand in for install, chown, chgrp, chmod and mkdir: they copy the file and note the rest. Nothing of that knowledge is
// kept a second time in this project, and the result does not depend on who runs it or on the umask.
package stage

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Stager installs what was compiled.
type Stager struct {
	Machine     host.Machine
	Source      string   // the patched tree, which compile has sent
	Objects     string   // object root, as given to compile
	Directories []string // directories of the source tree to run install in
	Root        string   // absolute; emptied first, filled There and fetched: see [host.Machine]
	Work        string   // directory for the stand-in programs and their notes; emptied first
	LogDir      string
	Env         []string
	M4          []string // the program and its options, for what sendmail's macros make
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
	Expand       bool   // whether it is what sendmail's macros make of the file
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

// asBuild runs what Build would in an object directory that is there, which looks at the machine once more for that. The directory above those is
// named for the machine, and there is one.
const asBuild = `cd obj.*/"$1" && shift && exec "${MAKE-make}" "$@"`

// Stage fills the root and returns its manifest.
func (s *Stager) Stage(ctx context.Context) (Manifest, error) {
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	m := s.Machine
	root, work := m.There(s.Root), m.There(s.Work)
	var installs []host.Cmd
	for _, d := range s.Directories {
		logFile := filepath.Join(s.LogDir, "stage-"+d+".log")
		if err := os.Remove(logFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		installs = append(installs, host.Cmd{
			Argv: []string{"sh", "-c", asBuild, "sh", d, "SENDMAIL_BUILD_FLAGS=-O " + m.There(s.Objects), "DESTDIR=" + root, "INSTALL=" + path.Join(work, "install"), "install"},
			Dir:  m.There(s.Objects),
			Log:  logFile,
			Env: append(slices.Clone(s.Env), "PATH="+work+":"+m.Path(),
				"STAGE_PATH="+m.Path(), "STAGE_ROOT="+root, "STAGE_LOG="+path.Join(work, notes)),
		})
	}
	if err := m.RunAll(ctx, installs...); err != nil {
		return nil, err
	}
	if err := m.Fetch(ctx, s.Root, s.Work); err != nil {
		return nil, err
	}
	text, err := regular.Read(filepath.Join(s.Work, notes), maxText)
	if err != nil {
		return nil, fmt.Errorf("reading what install asked for: %w", err)
	}
	asked, err := parseNotes(string(text), root)
	if err != nil {
		return nil, err
	}
	for _, e := range s.Extra {
		if e.Expand {
			err = s.expand(ctx, e, asked)
		} else {
			err = s.copy(e, asked)
		}
		if err != nil {
			return nil, err
		}
	}
	return s.survey(ctx, asked)
}

// maxText is more than a text ever has, in bytes.
const maxText = 16 << 20

// notes is what the stand-ins write down, among them.
const notes = "notes"

// prepare empties the root, makes the folders and lays out the stand-ins.
func (s *Stager) prepare(ctx context.Context) error {
	root, work := s.Machine.There(s.Root), s.Machine.There(s.Work)
	var files []host.File
	for _, dir := range append(slices.Clone(s.Places), s.Folders...) {
		files = append(files, host.File{Name: path.Join(root, dir), Mode: fs.ModeDir | 0o755})
	}
	for name, file := range map[string]string{"install": "install", "chown": "chown", "chgrp": "chown", "chmod": "chown", "mkdir": "mkdir"} {
		text, err := tools.ReadFile("tools/" + file)
		if err != nil {
			return err
		}
		files = append(files, host.File{Name: path.Join(work, name), Mode: 0o755, Text: string(text)})
	}
	files = append(files, host.File{Name: path.Join(work, notes), Mode: 0o644})
	if err := s.Machine.RemoveAll(ctx, root, work); err != nil {
		return err
	}
	return errors.Join(s.Machine.Put(ctx, files...), os.MkdirAll(s.LogDir, 0o755))
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
