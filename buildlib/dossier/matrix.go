package dossier

import (
	"os"
	"path/filepath"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/journal"
)

// Matrix is what came of several targets and releases.
type Matrix struct {
	Rows []Row `json:"rows"`
}

// Row is one of them.
type Row struct {
	Release  string            `json:"release"`
	Target   string            `json:"target"`
	State    State             `json:"state"`
	Image    string            `json:"image,omitempty"` // the file
	SHA256   string            `json:"sha256,omitempty"`
	Size     int64             `json:"size,omitempty"`
	Seconds  float64           `json:"seconds"`
	Step     string            `json:"step,omitempty"` // that failed
	Problems []journal.Problem `json:"problems"`
}

// Add adds what came of a release for a target: the image, as seen from the checkout, or what is wrong, in a line. The journal has the rest.
func (m *Matrix) Add(c *checkout.Checkout, release, target, image, sha256, wrong string) {
	run := journal.Load(filepath.Join(c.Path("build"), release, target)).Run
	r := Row{Release: release, Target: target, State: Good, Image: image, SHA256: sha256, Seconds: run.Seconds}
	if wrong != "" {
		r.State, r.Problems = Bad, []journal.Problem{{What: wrong}}
		if len(run.Problems) > 0 && run.Problems[0].What == wrong { // of this run: it got as far as its steps
			r.Step, r.Problems = run.Step, run.Problems
		} else {
			r.Seconds = 0
		}
	} else if info, err := os.Stat(c.Path(image)); err == nil {
		r.Size = info.Size()
	}
	m.Rows = append(m.Rows, r)
}
