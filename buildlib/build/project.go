// Package build wires the rooms together: settings on one side, the targets that mage shows on the other.
package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

// Project is one checkout of sendmail-aix with its settings, on one machine.
type Project struct {
	root     string // absolute
	environ  []string
	settings *Settings
	machine  *host.Local
	sysroot  string // absolute: a directory or an archive; empty when none is set
	log      *logrus.Logger
	out      *results  // stable for scripts
	errOut   io.Writer // progress
	terminal bool      // whether errOut is one
	logFile  *os.File
	memory   *tree.Memory // of files that take long to read, in the cache
}

// Console is where a run reports to.
type Console struct {
	Out, Err io.Writer
	Terminal bool // whether Err is a terminal
	Verbose  bool // show debug messages
}

// results is standard output. It remembers the first write that failed: a list that did not arrive whole is no success.
type results struct {
	w   io.Writer
	err error
}

func (r *results) Write(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.w.Write(p)
	if err != nil {
		r.err = fmt.Errorf("writing the result: %w", err)
	}
	return n, r.err
}

// Open reads the settings of the project in directory root and starts the run's log.
func Open(root string, environ []string, c Console) (*Project, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(filepath.Join(root, "patches")); err != nil || !info.IsDir() {
		return nil, &fault.Error{
			Code: "project-missing", What: "this is not a checkout of sendmail-aix", Where: root, Found: "no directory patches",
			Do: "run mage in the directory that has magefile.go and patches",
		}
	}
	settings, err := LoadSettings(root, environ)
	if err != nil {
		return nil, err
	}
	return open(root, environ, settings, c)
}

// plainDirectory is a path that survives sendmail's build system: m4, make and the shell take it apart unquoted, and to make a library
// with an equals sign in its path is a variable, a program with a percent sign a pattern.
var plainDirectory = regexp.MustCompile(`^[A-Za-z0-9_./+@-]+$`)

func open(root string, environ []string, settings *Settings, c Console) (*Project, error) {
	if !plainDirectory.MatchString(root) {
		return nil, &fault.Error{
			Code: "project-path", What: "sendmail's build system cannot work in this directory", Where: root,
			Found: "characters other than letters, digits and _ . / + @ -",
			Do:    "move the checkout to a directory with a plain name",
		}
	}
	p := &Project{
		root: root, environ: environ, settings: settings, machine: host.NewLocal(environ),
		out: &results{w: c.Out}, errOut: c.Err, terminal: c.Terminal,
	}
	if settings.Sysroot != "/" {
		sysroot, err := filepath.Abs(settings.Sysroot)
		if err != nil {
			return nil, err
		}
		info, err := os.Stat(sysroot)
		if err != nil || !info.IsDir() && !info.Mode().IsRegular() {
			return nil, &fault.Error{
				Code: "setting-value", What: "sysroot is neither a directory nor an archive", Where: settings.origin["sysroot"], Found: settings.Sysroot,
				Do: "name the directory that has the target's usr/include and usr/lib below it, or a tar archive of that",
			}
		}
		if p.sysroot = sysroot; info.IsDir() { // an archive is for the toolchain alone
			p.machine.Root = sysroot
		}
	}
	p.memory = new(tree.Memory)
	if cache, err := p.cacheDir(); err == nil {
		p.memory = tree.Remember(filepath.Join(cache, "known.json"))
	}
	p.log, p.logFile = newLogger(filepath.Join(root, "build", "log"), environ, settings.Log, c)
	p.machine.Trace = func(c host.Cmd) { p.log.WithField("command", c.String()).WithField("directory", c.Dir).Debug("run") }
	return p, nil
}

// Done ends the run and its log, and gives the run's error: the one it is told, or that a result could not be written. Mage shows an
// error as text; where the log is to be JSON, it is there too.
func (p *Project) Done(err error) error {
	err = explain(errors.Join(err, p.out.err))
	if err != nil {
		err = plainError{err}
		level := logrus.DebugLevel
		if p.settings.Log == "json" {
			level = logrus.ErrorLevel
		}
		p.log.WithField("code", fault.Code(err)).WithError(err).Log(level, "failed")
	}
	p.memory.Save()
	if p.logFile != nil {
		err = errors.Join(err, p.logFile.Close())
	}
	return err
}

// plainError is an error whose text may quote what is not to be sent to a terminal. A fault's text is plain already.
type plainError struct{ error }

func (e plainError) Error() string { return fault.Lines(e.error.Error()) }
func (e plainError) Unwrap() error { return e.error }

// Settings shows the effective settings and where each came from.
func (p *Project) Settings(ctx context.Context) error {
	found := make(map[string]string)
	if w, err := p.detect(ctx); err != nil {
		p.log.WithError(err).Warn("the target cannot be told")
	} else {
		t := w.target
		found["target"], found["compiler"] = t.String(), t.Compiler.String()
		found["openssl"], found["sasl"] = t.OpenSSL.String(), t.SASL.String()
	}
	_, err := io.WriteString(p.out, p.settings.show(found))
	return err
}

// Releases shows the releases that can be built.
func (p *Project) Releases(context.Context) error {
	releases, err := release.List(p.path("patches"))
	if err != nil {
		return err
	}
	for _, r := range releases {
		mark := " "
		if r.Version == p.settings.Release {
			mark = "*"
		}
		fmt.Fprintf(p.out, "%s %-9s %s  %8d bytes\n", mark, r.Version, r.Date.Format(time.DateOnly), r.Size)
		fmt.Fprintf(p.out, "    sha256 %s\n    tree   %s\n    signed by %s\n", r.SHA256, r.Tree, r.Signature.Fingerprint)
		for _, url := range r.URLs {
			fmt.Fprintf(p.out, "    %s\n", url)
		}
	}
	return nil
}

// Clean removes what was built, once no other run is at work there. The cache of downloads, which other checkouts share, stays.
func (p *Project) Clean(ctx context.Context) error {
	locks, err := filepath.Glob(p.path("build", lockDir, "*"))
	if err != nil {
		return err
	}
	for _, name := range locks {
		unlock, err := p.lock(ctx, filepath.Base(name))
		if err != nil {
			return err
		}
		defer unlock()
	}
	entries, err := os.ReadDir(p.path("build"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var problems []error
	for _, e := range entries {
		if e.Name() != "log" && e.Name() != lockDir { // this run uses both
			problems = append(problems, os.RemoveAll(p.path("build", e.Name())))
		}
	}
	return explain(errors.Join(problems...))
}

// explainCache does the same for what is kept between builds, and lies outside of the checkout.
func (p *Project) explainCache(err error) error {
	path, ok := errors.AsType[*fs.PathError](err)
	cache, none := p.cacheDir()
	if !ok || none != nil || fault.Code(err) != "" || !isBelow(path.Path, cache) && !isBelow(cache, path.Path) {
		return err
	}
	f := &fault.Error{
		Code: "cache-unwritable", What: "the directory for downloads and toolchains cannot be used", Where: cache, Err: err,
		Do: "let this user write there, or let XDG_CACHE_HOME name another directory",
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		f.Code, f.What, f.Do = "cache-full", "there is no room left for downloads and toolchains", "make room there, or let XDG_CACHE_HOME name another directory"
	}
	return f
}

// isBelow tells whether a path is a directory or lies in it.
func isBelow(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

func (p *Project) path(elements ...string) string {
	return filepath.Join(append([]string{p.root}, elements...)...)
}

// cacheDir holds downloads. Several checkouts share it.
func (p *Project) cacheDir() (string, error) {
	if dir, _ := lookup(p.environ, "XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "sendmail-aix"), nil
	}
	if home, _ := lookup(p.environ, "HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".cache", "sendmail-aix"), nil
	}
	return "", &fault.Error{
		Code: "no-cache", What: "there is no directory to keep downloads in", Where: "environment",
		Found: "neither XDG_CACHE_HOME nor HOME is an absolute path", Do: "set HOME",
	}
}

// cache is the same, for those who use what is there: sources, and programs that are run. So nobody else may be able to put others there.
func (p *Project) cache() (string, error) {
	dir, err := p.cacheDir()
	if err != nil {
		return "", err
	}
	parts := []string{dir}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", p.explainCache(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			parts = append(parts, filepath.Join(dir, e.Name()))
		}
	}
	for _, part := range parts {
		info, err := os.Stat(part)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", p.explainCache(err)
		}
		f := &fault.Error{Code: "cache-open", What: "the directory for downloads and toolchains is not this user's alone", Where: part}
		owner := int(info.Sys().(*syscall.Stat_t).Uid)
		switch {
		case owner != os.Geteuid() && owner != 0:
			f.Found = fmt.Sprintf("it belongs to the user %d, and this is the user %d", owner, os.Geteuid())
			f.Do = fmt.Sprintf("let XDG_CACHE_HOME name another directory; or, if all in it is yours, as root: chown -R %d %s", os.Geteuid(), dir)
			return "", f
		case info.Mode().Perm()&0o022 != 0:
			f.Found = fmt.Sprintf("mode %04o: others can write to it", info.Mode().Perm())
			f.Do = "if you trust what is in it: chmod -R go-w " + dir + "\notherwise remove it: all that is in it can be had again"
			return "", f
		}
	}
	return dir, nil
}

// layout is where the package's files will be on the target. Each directory is named after the prefix, so that packages with
// different prefixes do not share their configuration or their queue.
func (p *Project) layout() siteconfig.Layout {
	name := filepath.Base(p.settings.Prefix)
	return siteconfig.Layout{Prefix: p.settings.Prefix, ConfDir: "/etc/opt/" + name, StateDir: "/var/opt/" + name}
}

// with is the project with another value of one setting.
func (p *Project) with(name, value, origin string) (*Project, error) {
	other, settings := *p, *p.settings
	settings.origin = maps.Clone(p.settings.origin)
	for _, row := range table {
		if row.name == name {
			if err := row.set(&settings, value); err != nil {
				return nil, fmt.Errorf("%s = %q: %w", name, value, err)
			}
			settings.origin[name] = origin
		}
	}
	other.settings = &settings
	return &other, nil
}

// lockDir is where runs lock each other out, apart from what is locked, which may be removed.
const lockDir = "lock"

// lock makes a second run at the same work wait for the first.
func (p *Project) lock(ctx context.Context, name string) (unlock func(), err error) {
	if err := os.MkdirAll(p.path("build", lockDir), 0o755); err != nil {
		return nil, explain(err)
	}
	type locked struct {
		unlock func()
		err    error
	}
	got := make(chan locked, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(p.path("build", lockDir, name)).Lock()
		got <- locked{unlock, err}
	}()
	patience := time.NewTimer(time.Second)
	defer patience.Stop()
	for {
		select {
		case l := <-got:
			return l.unlock, explain(l.err)
		case <-patience.C:
			p.log.WithField("lock", name).Info("waiting for another run to finish")
		case <-ctx.Done():
			// The goroutine goes on waiting; the process is about to end.
			return nil, context.Cause(ctx)
		}
	}
}
