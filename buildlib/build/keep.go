package build

import (
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/journal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/compile"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

// diary is what a run has to tell the journal at its end. Directories are compiled several at a time.
type diary struct {
	lock          sync.Mutex
	steps, pieces []journal.Span
}

func (d *diary) step(name, because string, start time.Time, err error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.steps = append(d.steps, journal.Span{Name: name, Because: because, Started: start.UTC(), Seconds: time.Since(start).Seconds(), Failed: err != nil})
}

// piece is told of a directory, or of a piece of the work on one. The first that fails ends the others.
func (d *diary) piece(of compile.Directory, start time.Time, err error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	failed := err != nil && !slices.ContainsFunc(d.pieces, func(s journal.Span) bool { return s.Failed })
	d.pieces = append(d.pieces, journal.Span{Name: of.Name, Needs: of.Needs, Objects: of.Objects, Started: start.UTC(), Seconds: time.Since(start).Seconds(), Failed: failed})
}

// keep writes the journal. An image is as good without: what goes wrong is a warning.
func (b *Build) keep(last string, start time.Time, made *Result, problem error) {
	d := &b.diary
	run := journal.Run{Started: start.UTC(), Seconds: time.Since(start).Seconds(), Wanted: last, Problems: journal.Problems(problem)}
	if n := len(d.steps); problem != nil && n > 0 && d.steps[n-1].Failed {
		run.Step = d.steps[n-1].Name
	}
	err := journal.Update(b.Dir, func(j *journal.Journal) {
		j.Run, j.Steps, j.Directories = run, journal.Put(j.Steps, d.steps...), journal.Put(j.Directories, journal.Fold(d.pieces)...)
		if made == nil || made.SHA256 == "" || len(j.Images) > 0 && j.Images[0].SHA256 == made.SHA256 {
			return
		}
		image, err := b.memory(made)
		if err != nil {
			b.checkout.Log.WithError(err).Warn("the journal does not have what a later report would compare with this image")
			return
		}
		j.Add(image)
	})
	d.steps, d.pieces = nil, nil
	if err != nil {
		b.checkout.Log.WithError(err).Warn("the journal, which reports are made of, could not be written")
	}
}

// memory is what the journal has of an image.
func (b *Build) memory(made *Result) (journal.Image, error) {
	image := journal.Image{Name: filepath.Base(b.Image()), SHA256: made.SHA256, Made: time.Now().UTC(), Sizes: make(map[string]int64)}
	manifest, err := readManifest(b.Manifest())
	if err != nil {
		return image, err
	}
	for _, e := range manifest {
		if e.Type == stage.File {
			image.Sizes[e.Path] = e.Size
		}
	}
	info, err := os.Stat(b.Image())
	if err != nil {
		return image, err
	}
	text, err := regular.Read(b.Record(), maxManifest)
	image.Size, image.Record = info.Size(), string(text)
	return image, err
}
