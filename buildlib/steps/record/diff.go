package record

import (
	"fmt"
	"io"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
)

// Difference is what two records do not have in common.
type Difference struct {
	Before  string        `json:"before"` // the records' files
	After   string        `json:"after"`
	Changes []step.Change `json:"changes"`
}

// WriteText shows a line for each change.
func (d *Difference) WriteText(w io.Writer) error {
	for _, c := range d.Changes {
		if _, err := fmt.Fprintln(w, fault.Line(c.String())); err != nil {
			return err
		}
	}
	return nil
}

// Compare reads two records and tells what is not the same in them: what the images were made of first, then what came out. That anything is
// is a finding.
func Compare(before, after string) (*Difference, error) {
	a, err := Load(before)
	if err != nil {
		return nil, err
	}
	b, err := Load(after)
	if err != nil {
		return nil, err
	}
	d := &Difference{Before: before, After: after, Changes: append(a.Origins(b), a.results(b)...)}
	if len(d.Changes) > 0 {
		err = &fault.Error{Code: "record-differs", Finding: true, What: "the records differ", Where: after, Found: fmt.Sprintf("%d changes, listed above", len(d.Changes)), Do: "look for the first that you did not expect"}
	}
	return d, err
}

// Origins is what decided an image and is not the same in another record.
func (r *Record) Origins(other *Record) []step.Change {
	all := step.Compare("setting", r.Settings, other.Settings)
	all = append(all, step.Compare("input", r.Inputs, other.Inputs)...)
	return append(all, r.Machines(other)...)
}

// Machines is what of the machines is not the same.
func (r *Record) Machines(other *Record) []step.Change {
	all := step.Compare("tool", r.Tools, other.Tools)
	if r.Machine == nil || other.Machine == nil {
		return all // one of them does not say
	}
	all = append(all, step.Compare("machine", r.Machine, other.Machine)...)
	return append(all, step.Compare("sysroot", r.Sysroot, other.Sysroot)...)
}

// results is what came out and is not the same.
func (r *Record) results(other *Record) []step.Change {
	head := func(r *Record) map[string]string {
		m := map[string]string{"name": r.Image, "sha256": r.SHA256, "time": r.Time.UTC().Format(time.RFC3339)}
		if r.Signed != nil {
			m["signed"] = r.Signed.SHA256
		}
		return m
	}
	return append(step.Compare("image", head(r), head(other)), step.Compare("file", r.Files, other.Files)...)
}
