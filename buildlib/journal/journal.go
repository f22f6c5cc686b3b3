// Package journal keeps what a report tells of a build and neither image nor record may carry, as it is another in each run: when steps ran and how
// long they took, what stopped the last run, which images were made, and what was seen of them. It is one file in the directory of a build, and
// reports alone read it: where it is damaged, they say less.
package journal

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

const (
	name   = "journal.json"
	format = 1
	// maxSize is a hundred times what a journal has.
	maxSize = 32 << 20
	// keptImages are the one that is there and the one before it.
	keptImages = 2
)

// Journal is what is kept of one release for one target.
type Journal struct {
	Format      int     `json:"format"`
	Run         Run     `json:"run"`         // the last one
	Steps       []Span  `json:"steps"`       // when each last ran
	Directories []Span  `json:"directories"` // when each was last compiled
	Images      []Image `json:"images"`      // the newest first
}

// Run is one run of steps.
type Run struct {
	Started  time.Time `json:"started"`
	Seconds  float64   `json:"seconds"`
	Wanted   string    `json:"wanted"`         // the step that was asked for
	Problems []Problem `json:"problems"`       // that stopped it
	Step     string    `json:"step,omitempty"` // that was stopped
}

// Span is the time that a step or a directory took.
type Span struct {
	Name    string    `json:"name"`
	Because string    `json:"because,omitempty"` // why it ran
	Needs   []string  `json:"needs,omitempty"`   // what had to be done before
	Started time.Time `json:"started"`
	Seconds float64   `json:"seconds"`
	Failed  bool      `json:"failed,omitempty"`

	Objects  int     `json:"objects,omitempty"`  // of a directory: that were compiled by themselves, among those of others
	Work     float64 `json:"work,omitempty"`     // of a directory: seconds of all pieces of it
	Critical float64 `json:"critical,omitempty"` // of a directory: seconds of it that nothing could be done beside
}

// Problem is a fault in fields.
type Problem struct {
	Code  string `json:"code,omitempty"`
	What  string `json:"what"`
	Where string `json:"where,omitempty"`
	Found string `json:"found,omitempty"`
	Cause string `json:"cause,omitempty"`
	Do    string `json:"do,omitempty"`
}

// Image is one that was made here.
type Image struct {
	Name      string           `json:"name"`
	SHA256    string           `json:"sha256"`
	Made      time.Time        `json:"made"`
	Size      int64            `json:"size"`
	Record    string           `json:"record"` // the record's text
	Sizes     map[string]int64 `json:"sizes"`  // of the files in it
	Proof     string           `json:"proof,omitempty"`
	Rehearsal *Rehearsal       `json:"rehearsal,omitempty"`
}

// Rehearsal is what came of rehearsing an image's life.
type Rehearsal struct {
	Verdict string    `json:"verdict"`
	When    time.Time `json:"when"`
	Over    []string  `json:"over"`   // images that it was installed over
	Shells  []string  `json:"shells"` // under which
	Missing []string  `json:"missing_shells"`
	Left    []string  `json:"left"` // what the removal left: "+", "~" or "-", path, and what it is
	Removed bool      `json:"removed"`
	Cuts    int       `json:"cuts"`    // how many times the power went off
	Strayed int       `json:"strayed"` // of them led elsewhere than without
	Said    string    `json:"said"`    // by the command that failed
}

// Load reads the journal of a build's directory. What is missing or damaged has nothing to tell.
func Load(dir string) *Journal {
	j := new(Journal)
	text, err := regular.Read(filepath.Join(dir, name), maxSize)
	if err != nil || json.Unmarshal(text, j) != nil || j.Format != format {
		return &Journal{Format: format}
	}
	return j
}

// Update changes the journal of a build's directory. Whoever does it holds the build's lock.
func Update(dir string, change func(*Journal)) error {
	j := Load(dir)
	change(j)
	text, err := json.Marshal(j)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return tree.WriteFile(filepath.Join(dir, name), text, 0o644)
}

// Put adds spans to a list, each in the place of an earlier one of its name.
func Put(list []Span, spans ...Span) []Span {
	for _, s := range spans {
		if i := slices.IndexFunc(list, func(o Span) bool { return o.Name == s.Name }); i >= 0 {
			list[i] = s
		} else {
			list = append(list, s)
		}
	}
	return list
}

// Add puts an image before those that are there, unless it is the newest of them already.
func (j *Journal) Add(image Image) {
	if len(j.Images) > 0 && j.Images[0].SHA256 == image.SHA256 {
		return
	}
	j.Images = slices.DeleteFunc(j.Images, func(o Image) bool { return o.SHA256 == image.SHA256 })
	j.Images = slices.Insert(j.Images, 0, image)
	j.Images = j.Images[:min(len(j.Images), keptImages)]
}

// Image finds one by its hash; nil for one that is not here.
func (j *Journal) Image(sha256 string) *Image {
	for i := range j.Images {
		if j.Images[i].SHA256 == sha256 {
			return &j.Images[i]
		}
	}
	return nil
}

// Saw notes what was seen of an image in the journal beside it. An image that the journal does not know is left alone.
func Saw(ctx context.Context, file string, change func(*Image)) error {
	sum, err := regular.Sum(ctx, file)
	dir := filepath.Dir(file)
	if err != nil || Load(dir).Image(sum) == nil {
		return err
	}
	return Update(dir, func(j *Journal) {
		if image := j.Image(sum); image != nil {
			change(image)
		}
	})
}

// Last finds, below the directory build of a checkout, the directory of the build that was run last; "" when there is none.
func Last(build string) (dir string) {
	files, _ := filepath.Glob(filepath.Join(build, "*", "*", name)) // the pattern is valid
	var started time.Time
	for _, file := range files {
		if j := Load(filepath.Dir(file)); j.Run.Started.After(started) {
			dir, started = filepath.Dir(file), j.Run.Started
		}
	}
	return dir
}

// Of gives the journals of a target, of all releases, below the directory build of a checkout.
func Of(build, target string) (all []*Journal) {
	files, _ := filepath.Glob(filepath.Join(build, "*", target, name)) // a target's name is plain
	for _, file := range files {
		all = append(all, Load(filepath.Dir(file)))
	}
	return all
}

// Problems takes an error apart into those that were joined.
func Problems(err error) []Problem {
	if err == nil {
		return nil
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		var all []Problem
		for _, one := range several.Unwrap() {
			all = append(all, Problems(one)...)
		}
		return all
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return []Problem{{What: err.Error()}}
	}
	p := Problem{Code: f.Code, What: f.What, Where: f.Where, Found: f.Found, Do: f.Do}
	if f.Err != nil {
		p.Cause = f.Err.Error()
	}
	return []Problem{p}
}
