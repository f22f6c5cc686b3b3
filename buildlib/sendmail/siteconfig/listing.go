package siteconfig

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Listing is the options that there are.
type Listing struct {
	Options []Listed `json:"options"`
}

// Listed is one option, and what limits it.
type Listed struct {
	Option    string   `json:"option"`
	Meaning   string   `json:"meaning"`
	Links     []string `json:"links"` // libraries
	OnlyFor   string   `json:"only_for,omitempty"`
	From      string   `json:"from,omitempty"`   // the first release of sendmail that has it
	Before    string   `json:"before,omitempty"` // the first that has it no more
	OpenSSL   string   `json:"openssl,omitempty"`
	Needs     []string `json:"needs,omitempty"`
	Fileset   string   `json:"fileset,omitempty"`
	NotWith   []string `json:"not_with,omitempty"`
	DefaultOn string   `json:"default_on,omitempty"`
}

// List lists the options of a set.
func (s *Set) List() *Listing {
	var l Listing
	for _, f := range s.Options() {
		fileset := f.Packages.Filesets
		if f.Provider != "" { // then it depends on who that is
			fileset = ""
		}
		l.Options = append(l.Options, Listed{
			Option: f.Option, Meaning: f.Summary, Links: f.Libraries, OnlyFor: string(f.Targets), From: f.Since.String(), Before: f.Before.String(),
			OpenSSL: f.OpenSSL.String(), Needs: f.Needs, Fileset: fileset, NotWith: f.Conflicts, DefaultOn: f.Default,
		})
	}
	return &l
}

// WriteText shows a line for each option.
func (l *Listing) WriteText(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "OPTION\tLINKS\tREMARKS\tMEANING")
	for _, o := range l.Options {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", o.Option, cmp.Or(strings.Join(o.Links, " "), "-"), cmp.Or(o.remarks(), "-"), o.Meaning)
	}
	return t.Flush()
}

// remarks are what limits an option, in a few words.
func (o *Listed) remarks() string {
	var words []string
	for _, r := range []struct{ word, value string }{
		{"only for", o.OnlyFor}, {"from", o.From}, {"before", o.Before}, {"openssl", o.OpenSSL}, {"needs", strings.Join(o.Needs, " ")},
		{"fileset", o.Fileset}, {"not with", strings.Join(o.NotWith, " ")}, {"default on", o.DefaultOn},
	} {
		if r.value != "" {
			words = append(words, r.word+" "+r.value)
		}
	}
	return strings.Join(words, "; ")
}
