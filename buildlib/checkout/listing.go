package checkout

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
)

// Listing is the effective settings, in the order that they are shown.
type Listing struct {
	Settings []Effective `json:"settings"`
	Notes    []string    `json:"notes,omitempty"` // what else there is to know of them
}

// Effective is one setting.
type Effective struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	From    string `json:"from"` // where the value comes from
	Meaning string `json:"meaning"`
}

// WriteText shows a line for each setting.
func (l *Listing) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "SETTING\tVALUE\tFROM\tMEANING")
	for _, s := range l.Settings {
		value := s.Value
		if value == "" {
			value = "-"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", s.Name, fault.Line(value), s.From, s.Meaning)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, note := range l.Notes {
		fmt.Fprintf(w, "\n%s\n", fault.Line(note))
	}
	return nil
}

// IsStandard reports whether a setting has the value that it has where nobody sets it.
func (s *Settings) IsStandard(name string) bool {
	return slices.ContainsFunc(table, func(row setting) bool { return row.name == name && row.get(s) == row.standard })
}

// List lists the settings. What detecting found stands in for those that leave it to the machine.
func (s *Settings) List(found map[string]string) *Listing {
	var l Listing
	for _, row := range table {
		e := Effective{row.name, row.get(s), s.origin[row.name], row.help}
		if row.name == "source" {
			e.Value = fetch.Shown(e.Value)
		}
		if e.Value == "" && found[row.name] != "" {
			e.Value, e.From = found[row.name], "chosen for this machine"
		}
		l.Settings = append(l.Settings, e)
	}
	return &l
}
