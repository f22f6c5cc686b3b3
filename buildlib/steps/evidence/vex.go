package evidence

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// The parts of an OpenVEX document, version 0.2.0 of its specification.
type (
	vex struct {
		Context    string      `json:"@context"`
		ID         string      `json:"@id"`
		Author     string      `json:"author"`
		Timestamp  string      `json:"timestamp"`
		Version    int         `json:"version"`
		Tooling    string      `json:"tooling"`
		Statements []statement `json:"statements"`
	}
	statement struct {
		Vulnerability vulnerability `json:"vulnerability"`
		Timestamp     string        `json:"timestamp"`
		Products      []product     `json:"products"`
		Status        string        `json:"status"`
		Notes         string        `json:"status_notes,omitempty"`
		Justification string        `json:"justification,omitempty"`
		Impact        string        `json:"impact_statement,omitempty"`
		Action        string        `json:"action_statement,omitempty"`
	}
	vulnerability struct {
		ID          string `json:"@id,omitempty"`
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	product struct {
		ID            string            `json:"@id"`
		Identifiers   map[string]string `json:"identifiers,omitempty"`
		Hashes        map[string]string `json:"hashes,omitempty"`
		Subcomponents []product         `json:"subcomponents,omitempty"`
	}
)

// VEX is an OpenVEX document: what is said of the image to each advisory. It is as old as the last answer in it, or as the image.
func (f *Facts) VEX() ([]byte, error) {
	image := product{
		ID: f.purl(), Identifiers: map[string]string{"purl": f.purl()}, Hashes: map[string]string{"sha-256": f.Record.SHA256},
		Subcomponents: []product{{ID: f.upstream(), Identifiers: map[string]string{"purl": f.upstream(), "cpe23": f.cpe()}}},
	}
	doc := vex{
		Context: "https://openvex.dev/ns/v0.2.0", ID: Project + "/vex/" + f.Record.SHA256, Author: "The sendmail-aix developers", Version: 1,
		Tooling: "sendmail-aix " + f.Record.Tools["sendmail-aix"], Statements: []statement{},
	}
	last := f.Record.Time
	for i := range f.Known {
		a := &f.Known[i]
		s := statement{
			Vulnerability: vulnerability{ID: reference(a), Name: a.ID, Description: a.Title}, Products: []product{image},
			Status: "under_investigation", Timestamp: a.Published.Format(time.RFC3339),
		}
		if answer := f.answer(a); answer != nil {
			s.say(answer)
			if answer.Reviewed.After(last) {
				last = answer.Reviewed
			}
		}
		doc.Statements = append(doc.Statements, s)
	}
	doc.Timestamp = last.UTC().Format(time.RFC3339)
	return encode(&doc)
}

func (s *statement) say(a *release.Answer) {
	s.Timestamp = a.Reviewed.Format(time.RFC3339)
	switch a.Status {
	case release.Fixed:
		s.Status, s.Notes = "fixed", "by "+a.Patch+". "+a.Evidence
	case release.NotAffected:
		s.Status, s.Justification, s.Impact = "not_affected", string(a.Justification), a.Evidence
	case release.Affected:
		s.Status, s.Notes, s.Action = "affected", a.Evidence, a.Reason
	}
}

// Said is what an OpenVEX text of [Facts.VEX] says to each advisory, by its name.
func Said(text []byte) (map[string]Saying, error) {
	var doc vex
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("reading OpenVEX: %w", err)
	}
	said := make(map[string]Saying)
	for _, s := range doc.Statements {
		if _, twice := said[s.Vulnerability.Name]; twice || s.Vulnerability.Name == "" || s.Status == "" {
			return nil, errors.New("reading OpenVEX: a statement has no name or no status, or is there twice")
		}
		said[s.Vulnerability.Name] = s.saying()
	}
	return said, nil
}

// Saying is what is said to one advisory.
type Saying struct {
	Status string // with the justification, if there is one
	Words  string // what is said of it
}

func (s *statement) saying() Saying {
	status := s.Status
	if s.Justification != "" {
		status += ", " + s.Justification
	}
	return Saying{status, s.Notes + "\n" + s.Impact + "\n" + s.Action}
}

// Says is what an image that is made now would say.
func Says(a *release.Answer) Saying {
	var s statement
	s.say(a)
	return s.saying()
}
