// Package pipeline wires the rooms together: settings on one side, the targets that mage shows on the other.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/siteconfig"
	"github.com/sendmail-aix/sendmail-aix/buildlib/target"
)

// Project is one checkout of sendmail-aix with its settings, on one machine.
type Project struct {
	root     string // absolute
	environ  []string
	settings *Settings
	machine  *host.Local
	log      *logrus.Logger
	out      io.Writer // results, stable for scripts
	errOut   io.Writer // progress
	terminal bool      // whether errOut is one
	logFile  *os.File
}

// Console is where a run reports to.
type Console struct {
	Out, Err io.Writer
	Terminal bool // whether Err is a terminal
	Verbose  bool // show debug messages
}

// Open reads the settings of the project in directory root and starts the run's log.
func Open(root string, environ []string, c Console) (*Project, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	settings, err := LoadSettings(root, environ)
	if err != nil {
		return nil, err
	}
	return open(root, environ, settings, c)
}

// plainDirectory is a path that survives sendmail's build system: m4, make and the shell take it apart unquoted.
var plainDirectory = regexp.MustCompile(`^[A-Za-z0-9_./+@%=-]+$`)

func open(root string, environ []string, settings *Settings, c Console) (p *Project, err error) {
	if !plainDirectory.MatchString(root) {
		return nil, &fault.Error{
			Code: "project-path", What: "sendmail's build system cannot work in this directory", Where: root,
			Found: "characters other than letters, digits and _ . / + @ % = -",
			Do:    "move the checkout to a directory with a plain name",
		}
	}
	p = &Project{
		root: root, environ: environ, settings: settings, machine: host.NewLocal(environ), out: c.Out, errOut: c.Err, terminal: c.Terminal,
	}
	if settings.Sysroot != "/" {
		sysroot, err := filepath.Abs(settings.Sysroot)
		if err != nil {
			return nil, err
		}
		p.machine.Root = sysroot
	}
	if p.log, p.logFile, err = newLogger(filepath.Join(root, "build", "log"), environ, settings.Log, c); err != nil {
		return nil, err
	}
	return p, nil
}

// Close ends the run's log.
func (p *Project) Close() error { return p.logFile.Close() }

// Settings shows the effective settings and where each came from.
func (p *Project) Settings(context.Context) error {
	_, err := io.WriteString(p.out, p.settings.String())
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

// Clean removes what was built. The cache of downloads, which other checkouts share, stays.
func (p *Project) Clean(context.Context) error {
	entries, err := os.ReadDir(p.path("build"))
	if err != nil {
		return err
	}
	var problems []error
	for _, e := range entries {
		if e.Name() != "log" { // this run writes its log there
			problems = append(problems, os.RemoveAll(p.path("build", e.Name())))
		}
	}
	return errors.Join(problems...)
}

func (p *Project) path(elements ...string) string {
	return filepath.Join(append([]string{p.root}, elements...)...)
}

// cacheDir holds downloads. Several checkouts share it.
func (p *Project) cacheDir() (string, error) {
	for _, variable := range []string{"XDG_CACHE_HOME", "HOME"} {
		for _, pair := range p.environ {
			if dir, ok := strings.CutPrefix(pair, variable+"="); ok && filepath.IsAbs(dir) {
				if variable == "HOME" {
					dir = filepath.Join(dir, ".cache")
				}
				return filepath.Join(dir, "sendmail-aix"), nil
			}
		}
	}
	return "", &fault.Error{
		Code: "no-cache", What: "there is no directory to keep downloads in", Where: "environment",
		Found: "neither XDG_CACHE_HOME nor HOME is an absolute path", Do: "set HOME",
	}
}

// layout is where the package's files will be on the target. Each directory is named after the prefix, so that packages with
// different prefixes do not share their configuration or their queue.
func (p *Project) layout() siteconfig.Layout {
	name := filepath.Base(p.settings.Prefix)
	return siteconfig.Layout{Prefix: p.settings.Prefix, ConfDir: "/etc/opt/" + name, StateDir: "/var/opt/" + name}
}

// detect describes the target that the settings ask for.
func (p *Project) detect(ctx context.Context) (*target.Target, error) {
	return target.Detect(ctx, p.machine, target.Request{
		Name: p.settings.Target, Compiler: p.settings.Compiler, OpenSSL: p.settings.OpenSSL, SASL: p.settings.SASL,
	})
}

// with is the project with another value of one setting, which must be a valid one.
func (p *Project) with(name, value, origin string) *Project {
	other, settings := *p, *p.settings
	settings.origin = maps.Clone(p.settings.origin)
	for _, row := range table {
		if row.name == name && row.set(&settings, value) == nil {
			settings.origin[name] = origin
		}
	}
	other.settings = &settings
	return &other
}

// lock makes a second run in the same directory wait for the first.
func (p *Project) lock(ctx context.Context, dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	type locked struct {
		unlock func()
		err    error
	}
	got := make(chan locked, 1)
	go func() {
		unlock, err := lockedfile.MutexAt(filepath.Join(dir, ".lock")).Lock()
		got <- locked{unlock, err}
	}()
	patience := time.NewTimer(time.Second)
	defer patience.Stop()
	for {
		select {
		case l := <-got:
			return l.unlock, l.err
		case <-patience.C:
			p.log.WithField("directory", dir).Info("waiting for another run to finish")
		case <-ctx.Done():
			// The goroutine goes on waiting; the process is about to end.
			return nil, context.Cause(ctx)
		}
	}
}
