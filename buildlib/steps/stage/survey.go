package stage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// From here on all is done to the root that was fetched, on this machine.

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
		text, err := regular.Read(from, maxText)
		if err != nil {
			return err
		}
		asked[target] = e.ownership()
		return errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, text, 0o644))
	})
}

// expand puts into the root what sendmail's macros make of an extra.
func (s *Stager) expand(ctx context.Context, e Extra, asked map[string]ownership) error {
	text, err := regular.Read(e.From, maxText)
	if err != nil {
		return err
	}
	var made bytes.Buffer
	macros := path.Join(s.Machine.There(s.Source), "cf")
	err = s.Machine.Run(ctx, host.Cmd{
		// _NO_MAKEINFO_ keeps the name of the user and of the machine, and the time, out of the result.
		Argv: append(slices.Clone(s.M4), "-D_NO_MAKEINFO_", "-D_CF_DIR_="+macros+"/", path.Join(macros, "m4/cf.m4"), "-"),
		Dir:  macros, Stdin: bytes.NewReader(text), Stdout: &made, Log: filepath.Join(s.LogDir, "stage-"+path.Base(e.Path)+".log"),
	})
	if err != nil {
		return err
	}
	to := filepath.Join(s.Root, e.Path)
	asked[e.Path] = e.ownership()
	return errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, made.Bytes(), 0o644))
}

func (e Extra) ownership() ownership {
	return ownership{e.Owner, e.Group, strconv.FormatUint(uint64(e.Mode), 8)}
}

// survey walks the root, gives every file and directory a plain mode of its own, and writes the manifest of what it finds.
func (s *Stager) survey(ctx context.Context, asked map[string]ownership) (Manifest, error) {
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
			info, failed := d.Info()
			if err = errors.Join(failed, e.apply(o)); err == nil { // a program of this machine can be tried where it is
				err = errors.Join(os.Chmod(file, 0o644|fs.FileMode(e.Mode&0o111)), clearStamps(file))
			}
			if err == nil {
				e.Size = info.Size()
				e.SHA256, err = regular.Sum(ctx, file)
			}
		default:
			strays = append(strays, target)
		}
		if err == nil && isAsked && e.Type != File {
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
