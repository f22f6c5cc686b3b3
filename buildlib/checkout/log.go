package checkout

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/terminal"
)

// keptLogs is how many runs' logs stay in build/log.
const keptLogs = 20

// newLogger makes the one logger of a run: short on the console, complete in a file of its own under dir. Where no file can be made,
// as in a checkout that belongs to somebody else, there is none: looking at settings needs no log, and a build will say itself that
// it cannot write.
func newLogger(dir, form string, c Console, status *terminal.Status) (*logrus.Logger, *os.File) {
	log := logrus.New()
	log.SetOutput(io.Discard)
	log.SetLevel(logrus.DebugLevel)
	console := &sink{out: c.Err, least: logrus.InfoLevel, formatter: &logrus.TextFormatter{DisableTimestamp: true, DisableColors: true}}
	if c.Verbose {
		console.least = logrus.DebugLevel
	}
	switch {
	case form == "json":
		console.formatter = &logrus.JSONFormatter{}
	case status != nil:
		console.out, console.formatter = status, forPeople{}
	}
	log.AddHook(console)
	file, err := newLogFile(dir)
	if err != nil {
		log.WithError(err).Debug("this run has no log file")
		return log, nil
	}
	log.AddHook(&sink{out: file, least: logrus.DebugLevel, formatter: &logrus.TextFormatter{DisableColors: true, FullTimestamp: true}})
	return log, file
}

func newLogFile(dir string) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if err := pruneLogs(dir); err != nil {
		return nil, err
	}
	return os.CreateTemp(dir, time.Now().UTC().Format("20060102T150405Z")+"-*.log")
}

// sink is one place that log entries go to. Several goroutines may log at once.
type sink struct {
	lock      sync.Mutex
	out       io.Writer
	least     logrus.Level
	formatter logrus.Formatter
}

// Levels implements logrus.Hook.
func (s *sink) Levels() []logrus.Level { return logrus.AllLevels[:s.least+1] }

// Fire implements logrus.Hook.
func (s *sink) Fire(e *logrus.Entry) error {
	text, err := s.formatter.Format(e)
	if err != nil {
		return err
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	_, err = s.out.Write(text)
	return err
}

// pruneLogs keeps the newest logs. Their names begin with the time.
func pruneLogs(dir string) error {
	logs, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		return err
	}
	slices.SortFunc(logs, func(a, b string) int { return cmp.Compare(b, a) })
	var problems []error
	for _, old := range logs[min(len(logs), keptLogs-1):] {
		if err := os.Remove(old); err != nil && !errors.Is(err, os.ErrNotExist) { // another run may prune too
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

// noColor reports whether the user wants plain text (no-color.org).
func noColor(environ []string) bool {
	value, _ := Lookup(environ, "NO_COLOR")
	return value != ""
}

// forPeople formats entries for a terminal: what it is about first, then what happened, then the rest.
type forPeople struct{}

// subjects are the fields that say what an entry is about, the first that there is.
var subjects = []string{"directory", "file", "patch", "lock", "image", "setting", "release", "command", "step"}

const (
	red, yellow, dim, plain = "\x1b[1;31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"
)

// Format implements logrus.Formatter.
func (forPeople) Format(e *logrus.Entry) ([]byte, error) {
	var b bytes.Buffer
	switch e.Level {
	case logrus.ErrorLevel, logrus.FatalLevel, logrus.PanicLevel:
		b.WriteString(red + "error: " + plain)
	case logrus.WarnLevel:
		b.WriteString(yellow + "warning: " + plain)
	}
	about := ""
	for _, name := range subjects {
		if _, ok := e.Data[name]; ok {
			about = name
			fmt.Fprintf(&b, "%s: ", fault.Line(fmt.Sprint(e.Data[name])))
			break
		}
	}
	b.WriteString(fault.Line(e.Message))
	for _, name := range slices.Sorted(maps.Keys(e.Data)) {
		if name != about {
			fmt.Fprintf(&b, "%s  %s %s%s", dim, name, fault.Line(fmt.Sprint(e.Data[name])), plain)
		}
	}
	return append(b.Bytes(), '\n'), nil
}
