package pipeline

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sirupsen/logrus"
)

// keptLogs is how many runs' logs stay in build/log.
const keptLogs = 20

// newLogger makes the one logger of a run: short on the console, complete in a file of its own under dir.
func newLogger(dir string, environ []string, form string, c Console) (*logrus.Logger, *os.File, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, fmt.Errorf("making the directory for logs: %w", err)
	}
	if err := pruneLogs(dir); err != nil {
		return nil, nil, err
	}
	file, err := os.CreateTemp(dir, time.Now().UTC().Format("20060102T150405Z")+"-*.log")
	if err != nil {
		return nil, nil, fmt.Errorf("starting the log of this run: %w", err)
	}
	color := c.Terminal && !slices.ContainsFunc(environ, func(pair string) bool { return strings.HasPrefix(pair, "NO_COLOR=") && pair != "NO_COLOR=" })
	log := logrus.New()
	log.SetOutput(io.Discard)
	log.SetLevel(logrus.DebugLevel)
	console := &sink{out: c.Err, least: logrus.InfoLevel, formatter: &logrus.TextFormatter{DisableTimestamp: true, ForceColors: color, DisableColors: !color}}
	if c.Verbose {
		console.least = logrus.DebugLevel
	}
	if form == "json" {
		console.formatter = &logrus.JSONFormatter{}
	}
	log.AddHook(console)
	log.AddHook(&sink{out: file, least: logrus.DebugLevel, formatter: &logrus.TextFormatter{DisableColors: true, FullTimestamp: true}})
	return log, file, nil
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
