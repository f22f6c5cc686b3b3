// Package step runs a chain of steps and skips those whose inputs have not changed.
//
// What counts is content: a step is up to date when each of its inputs has the digest it had at the last success, and each of its
// outputs is still what that success left behind. Times of files are never looked at.
package step

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// Step is one stage of a build: what it reads, what it writes, and how it makes the one of the other.
type Step struct {
	Name string
	// Reads decide whether the step runs. They are looked at after the steps before it have run.
	Reads []Read
	// Writes are the files and directories the step makes. Later steps may rely on them.
	Writes []string
	// Run does the work. It is given what was read, by name, and must cope with what an interrupted run of itself left behind.
	Run func(ctx context.Context, read map[string]string) error
}

// Read is one thing that a step reads, under a name that means something to the user, such as "setting with" or
// "patches/8.15.2/0001-aix.patch": the value itself, the path of what an earlier step wrote, or a function that looks.
type Read struct {
	Name  string
	Value string
	Path  string
	Of    func(context.Context) (string, error)
}

// Chain is a list of steps in the order they run, each relying on those before it.
type Chain struct {
	Steps  []Step
	State  string                            // directory of the records of success
	Digest func(path string) (string, error) // digest of a file or a whole directory, mode and names included
	Log    logrus.FieldLogger
	Status func(step string) // is told what runs now, and "" after it; nil is not
	// Ended is told of each step that was run, well or not; nil is not.
	Ended func(step, because string, start time.Time, err error)

	made map[string]string // digests of outputs that this run has looked at; nothing but the steps changes them
}

// Made gives the digest of an output of an earlier step, for the inputs of a later one.
func (c *Chain) Made(path string) (string, error) {
	if digest, ok := c.made[path]; ok {
		return digest, nil
	}
	digest, err := c.Digest(path)
	if err == nil {
		c.Know(path, digest)
	}
	return digest, err
}

// Know takes the digest of an output from the step that makes it, which has looked at it last.
func (c *Chain) Know(path, digest string) {
	if c.made == nil {
		c.made = make(map[string]string)
	}
	c.made[path] = digest
}

// look takes the digests of all outputs at once, where a run has made them all before: then most often nothing has changed, and all are needed. What
// cannot be read, whoever needs it is told.
func (c *Chain) look(steps []Step) {
	c.made = nil
	if _, err := os.Stat(c.recordFile(steps[len(steps)-1].Name)); err != nil {
		return
	}
	var lock sync.Mutex
	var all sync.WaitGroup
	for _, s := range steps {
		for _, path := range s.Writes {
			all.Go(func() {
				if digest, err := c.Digest(path); err == nil {
					lock.Lock()
					defer lock.Unlock()
					c.Know(path, digest)
				}
			})
		}
	}
	all.Wait()
}

// Read gives the values and digests of what is read, by name.
func (c *Chain) Read(ctx context.Context, reads []Read) (map[string]string, error) {
	values := make(map[string]string)
	for _, r := range reads {
		var err error
		switch {
		case r.Of != nil:
			if r.Value, err = r.Of(ctx); err != nil {
				return nil, err
			}
		case r.Path != "":
			if r.Value, err = c.Made(r.Path); err != nil {
				return nil, fmt.Errorf("looking at what a step reads: %w", err)
			}
		}
		values[r.Name] = r.Value
	}
	return values, nil
}

// record is what is remembered of a success.
type record struct {
	Inputs  map[string]string `json:"inputs"`
	Outputs map[string]string `json:"outputs"`
}

// Change is one thing that is not as it was.
type Change struct {
	What string `json:"what"` // kind of thing, such as "input" or "output", or "" for a step that has never succeeded
	Name string `json:"name"`
	Was  string `json:"was"` // digest or value at the last success; "" when it was not there
	Now  string `json:"now"`
}

// String tells the change in one line.
func (c Change) String() string {
	switch {
	case c.What == "":
		return "never completed"
	case c.Was == "":
		return fmt.Sprintf("%s %s is new: %s", c.What, c.Name, short(c.Now))
	case c.Now == "":
		return fmt.Sprintf("%s %s is gone", c.What, c.Name)
	}
	return fmt.Sprintf("%s %s changed from %s to %s", c.What, c.Name, short(c.Was), short(c.Now))
}

// short cuts a digest to what a person compares; other values stay whole.
func short(s string) string {
	if len(s) != 64 {
		return s
	}
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'f') {
			return s
		}
	}
	return s[:12]
}

// Ran is one step that was run.
type Ran struct {
	Step    string  `json:"step"`
	Because string  `json:"because"`
	Seconds float64 `json:"seconds"`
}

// Run brings the chain up to date, up to and with the step named last, and tells which steps it ran.
func (c *Chain) Run(ctx context.Context, last string) (ran []Ran, err error) {
	steps, err := c.upTo(last)
	if err != nil {
		return nil, err
	}
	c.look(steps)
	for _, s := range steps {
		if err := ctx.Err(); err != nil {
			return ran, context.Cause(ctx)
		}
		inputs, changes, err := c.changes(ctx, s)
		if err != nil {
			return ran, err
		}
		log := c.Log.WithField("step", s.Name)
		if len(changes) == 0 {
			log.Debug("up to date")
			continue
		}
		start := time.Now()
		log.WithField("because", changes[0].String()).Info("start")
		// Until the step has succeeded again, nothing is known of its outputs.
		if err := os.RemoveAll(c.recordFile(s.Name)); err != nil {
			return ran, err
		}
		for _, path := range s.Writes {
			delete(c.made, path)
		}
		err = c.run(ctx, s, inputs)
		if err == nil {
			err = c.save(s, inputs)
		}
		if c.Ended != nil {
			c.Ended(s.Name, changes[0].String(), start, err)
		}
		if err != nil {
			return ran, err
		}
		ran = append(ran, Ran{s.Name, changes[0].String(), time.Since(start).Seconds()})
		log.WithField("elapsed", time.Since(start).Round(time.Millisecond).String()).Info("done")
	}
	return ran, nil
}

func (c *Chain) run(ctx context.Context, s Step, read map[string]string) error {
	if c.Status != nil {
		c.Status(s.Name)
		defer c.Status("")
	}
	return s.Run(ctx, read)
}

// Why tells what would make the step run now: the changes of the first step of the chain, up to and with this one, that has any.
// No change means that the step is up to date.
func (c *Chain) Why(ctx context.Context, name string) (first string, changes []Change, err error) {
	steps, err := c.upTo(name)
	if err != nil {
		return "", nil, err
	}
	c.look(steps)
	for _, s := range steps {
		if _, changes, err = c.changes(ctx, s); err != nil || len(changes) > 0 {
			return s.Name, changes, err
		}
	}
	return name, nil, nil
}

// Names lists the steps in order.
func (c *Chain) Names() []string {
	names := make([]string, len(c.Steps))
	for i, s := range c.Steps {
		names[i] = s.Name
	}
	return names
}

// ErrUnknown is the error for a step that the chain does not have.
var ErrUnknown = errors.New("no such step")

func (c *Chain) upTo(last string) ([]Step, error) {
	for i, s := range c.Steps {
		if s.Name == last {
			return c.Steps[:i+1], nil
		}
	}
	return nil, fmt.Errorf("%s: %w", last, ErrUnknown)
}

// changes compares a step's inputs and outputs with those of its last success.
func (c *Chain) changes(ctx context.Context, s Step) (inputs map[string]string, changes []Change, err error) {
	if inputs, err = c.Read(ctx, s.Reads); err != nil {
		return nil, nil, err
	}
	was, err := c.load(s.Name)
	if err != nil {
		return nil, nil, err
	}
	if was == nil {
		return inputs, []Change{{}}, nil
	}
	changes = Compare("input", was.Inputs, inputs)
	now := make(map[string]string)
	for _, path := range s.Writes {
		digest, err := c.Made(path)
		gone := errors.Is(err, fs.ErrNotExist) || errors.Is(err, regular.ErrIrregular) || errors.Is(err, syscall.ELOOP) // something else took its place
		if err != nil && !gone {
			return nil, nil, fmt.Errorf("looking at the output of step %s: %w", s.Name, err)
		}
		if err == nil {
			now[c.outputName(path)] = digest
		}
	}
	return inputs, append(changes, Compare("output", was.Outputs, now)...), nil
}

// Compare lists what two sets of named digests or values do not have in common, by name. What is the kind of thing they name.
func Compare(what string, was, now map[string]string) []Change {
	names := make(map[string]string)
	maps.Copy(names, was)
	maps.Copy(names, now)
	var changes []Change
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if was[name] != now[name] {
			changes = append(changes, Change{what, name, was[name], now[name]})
		}
	}
	return changes
}

// outputName makes the record independent of where the project lies, so that a moved checkout stays up to date.
func (c *Chain) outputName(path string) string {
	if rel, err := filepath.Rel(filepath.Dir(c.State), path); err == nil {
		return filepath.ToSlash(rel)
	}
	return path
}

func (c *Chain) recordFile(name string) string { return filepath.Join(c.State, name+".json") }

// maxRecord is far more than a step's record can have.
const maxRecord = 16 << 20

// load returns nil for a step without a usable record: a half-written or foreign one only costs the work of doing the step again.
func (c *Chain) load(name string) (*record, error) {
	text, err := regular.Read(c.recordFile(name), maxRecord)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.Is(err, regular.ErrIrregular), errors.Is(err, regular.ErrTooLarge):
		c.Log.WithField("step", name).WithError(err).Warn("record of the last run is no record, doing the step again")
		return nil, nil
	case err != nil:
		return nil, err
	}
	var r record
	if err := json.Unmarshal(text, &r); err != nil || r.Inputs == nil || r.Outputs == nil {
		c.Log.WithField("step", name).Warn("record of the last run is damaged, doing the step again")
		return nil, nil
	}
	return &r, nil
}

func (c *Chain) save(s Step, inputs map[string]string) error {
	r := record{Inputs: inputs, Outputs: make(map[string]string)}
	for _, path := range s.Writes {
		digest, err := c.Made(path)
		if err != nil {
			return fmt.Errorf("step %s did not leave its output: %w", s.Name, err)
		}
		r.Outputs[c.outputName(path)] = digest
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.State, 0o755); err != nil {
		return err
	}
	return tree.WriteFile(c.recordFile(s.Name), append(text, '\n'), 0o644)
}
