// Package checkout is what a run has before it does anything: a checkout of sendmail-aix on one machine, with its settings, its log, and its places in
// the build directory and in the user's cache.
package checkout

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/terminal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

// Checkout is a checkout of sendmail-aix with its settings, on one machine.
type Checkout struct {
	Root     string // absolute
	Environ  []string
	Settings *Settings
	Machine  *host.Local
	Sysroot  string // absolute: a directory or an archive; empty when none is set
	Log      *logrus.Logger
	Status   *terminal.Status // what runs now; nil where that is not shown

	host    *connection  // to the machine that the setting host names
	cache   *cache.Cache // what is kept between builds; its directory is "" where there is none
	console Console
	logFile *os.File
}

// Console is where a run reports to.
type Console struct {
	Err     io.Writer  // progress
	Width   func() int // columns of the terminal that Err is; nil when it is none
	Verbose bool       // show debug messages
}

// Open reads the settings of the project in directory root and starts the run's log.
func Open(root string, environ []string, console Console) (*Checkout, error) {
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
	return open(root, environ, settings, console)
}

// plainDirectory is a path that survives sendmail's build system: m4, make and the shell take it apart unquoted, and to make a library
// with an equals sign in its path is a variable, a program with a percent sign a pattern.
var plainDirectory = regexp.MustCompile(`^[A-Za-z0-9_./+@-]+$`)

func open(root string, environ []string, settings *Settings, console Console) (*Checkout, error) {
	if !plainDirectory.MatchString(root) {
		return nil, &fault.Error{
			Code: "project-path", What: "sendmail's build system cannot work in this directory", Where: root,
			Found: "characters other than letters, digits and _ . / + @ -",
			Do:    "move the checkout to a directory with a plain name",
		}
	}
	c := &Checkout{Root: root, Environ: environ, Settings: settings, Machine: host.NewLocal(environ), console: console, host: new(connection)}
	if err := c.checkLineEnds(); err != nil {
		return nil, err
	}
	if settings.Sysroot != "/" && settings.Host == "" {
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
		if c.Sysroot = sysroot; info.IsDir() { // an archive is for the toolchain alone
			c.Machine.Root = sysroot
		}
	}
	if term, _ := Lookup(environ, "TERM"); console.Width != nil && settings.Log == "text" && !noColor(environ) && term != "dumb" {
		c.Status = terminal.NewStatus(console.Err, console.Width)
	}
	c.Log, c.logFile = newLogger(filepath.Join(root, "build", "log"), settings.Log, console, c.Status)
	for _, name := range settings.foreign {
		c.Log.WithField("variable", name).Warn("this variable is no setting of sendmail-aix, and is passed over")
	}
	c.openCache()
	c.Machine.Memory = c.cache.Memory
	c.Machine.Trace = func(cmd host.Cmd) {
		c.Log.WithField("command", cmd.String()).WithField("directory", cmd.Dir).Debug("run")
	}
	return c, nil
}

// Done ends the run and its log, and returns the run's error as a user is to see it. Mage shows an error as text; where the log is to be
// JSON, it is there too.
func (c *Checkout) Done(err error) error {
	err = fault.Explain(err)
	if err != nil {
		err = plainError{err}
		level := logrus.DebugLevel
		if c.Settings.Log == "json" {
			level = logrus.ErrorLevel
		}
		c.Log.WithField("code", fault.Code(err)).WithError(err).Log(level, "failed")
	}
	c.host.close(c.Log)
	c.cache.Memory.Save()
	if c.logFile != nil {
		err = errors.Join(err, c.logFile.Close())
	}
	return err
}

// Notice shows a text to whoever watches, beside the log; where the log is for machines, it is enough.
func (c *Checkout) Notice(text string) {
	w := c.console.Err
	if c.Status != nil {
		w = c.Status
	}
	if c.Settings.Log == "text" {
		fmt.Fprint(w, text) // a notice that does not arrive is in the log
	}
}

// plainError is an error whose text may quote what is not to be sent to a terminal. A fault's text is plain already.
type plainError struct{ error }

func (e plainError) Error() string { return fault.Lines(e.error.Error()) }
func (e plainError) Unwrap() error { return e.error }

// Path is a path in the checkout.
func (c *Checkout) Path(elements ...string) string {
	return filepath.Join(append([]string{c.Root}, elements...)...)
}

// Shown is a path as the user would write it from the checkout.
func (c *Checkout) Shown(path string) string {
	if rel, err := filepath.Rel(c.Root, path); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return path
}

// Layout is where the package's files will be on the target. Each directory is named after the prefix, so that packages with
// different prefixes do not share their configuration or their queue.
func (c *Checkout) Layout() siteconfig.Layout {
	name := filepath.Base(c.Settings.Prefix)
	return siteconfig.Layout{Prefix: c.Settings.Prefix, ConfDir: "/etc/opt/" + name, StateDir: "/var/opt/" + name}
}

// With is the project with another value of one setting.
func (c *Checkout) With(name, value, origin string) (*Checkout, error) {
	other, settings := *c, *c.Settings
	settings.origin = maps.Clone(c.Settings.origin)
	for _, row := range table {
		if row.name == name {
			if err := row.set(&settings, value); err != nil {
				return nil, fmt.Errorf("%s = %q: %w", name, value, err)
			}
			settings.origin[name] = origin
		}
	}
	other.Settings = &settings
	return &other, nil
}
