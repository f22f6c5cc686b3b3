// Package dossier is what can be told of an image, or of the run that should have made one, from what lies there: the image, its record, the journal
// of its build, the patches and advisories of the checkout. It makes nothing and runs nothing.
package dossier

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/journal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// Dossier is what is known of one image. Lists are empty, and other parts null, where nothing is.
type Dossier struct {
	Page       string       `json:"page,omitempty"` // where the same is written as HTML
	Release    string       `json:"release"`
	Target     string       `json:"target"`
	Image      *Image       `json:"image"`
	Failure    *Failure     `json:"failure"` // of the last run
	Verdicts   []Verdict    `json:"verdicts"`
	Advisories []Advisory   `json:"advisories"`
	Changes    *Changes     `json:"changes"` // since the last image of this target
	Time       *Timeline    `json:"time"`
	Patches    []Patch      `json:"patches"`
	Imports    []Library    `json:"imports"`
	Files      []File       `json:"files"` // the largest first
	Disk       *Disk        `json:"disk"`
	MadeFrom   []Ingredient `json:"made_from"`
	Notes      []string     `json:"notes"` // what could not be told, and why
}

// Image is the file itself.
type Image struct {
	File     string    `json:"file"`
	SHA256   string    `json:"sha256"`
	Size     int64     `json:"size"`
	Time     time.Time `json:"time"` // that everything in it carries, by its record
	Filesets []Fileset `json:"filesets"`
	Beside   []string  `json:"beside"` // names of the files of its name that lie there: record, digest, bill of materials, signatures
}

// Fileset is one of an image.
type Fileset struct {
	Name     string   `json:"name"`
	Level    string   `json:"level"`
	Title    string   `json:"title"`
	Meanings []string `json:"meanings"` // of its requisites, in words
}

// State is what a verdict comes to.
type State string

// The states.
const (
	Good   State = "good"
	Open   State = "open" // somebody has to know or to decide something
	Bad    State = "bad"
	NotRun State = "not run"
)

// Verdict is what one check came to.
type Verdict struct {
	Name    string   `json:"name"` // build, record, verify, patches, advisories, rehearsal, proof
	State   State    `json:"state"`
	Text    string   `json:"text"`
	Details []string `json:"details"`
}

// Failure is what stopped the last run.
type Failure struct {
	Step     string            `json:"step"` // "" where it was none
	When     time.Time         `json:"when"`
	Problems []journal.Problem `json:"problems"`
}

// Advisory is one with the answer of the image's release.
type Advisory struct {
	ID        string         `json:"id"`
	Title     string         `json:"title"`
	Status    release.Status `json:"status"`
	Patch     string         `json:"patch,omitempty"`
	Reason    string         `json:"reason,omitempty"`
	Evidence  string         `json:"evidence"`
	Reference string         `json:"reference"`
	Reviewed  string         `json:"reviewed"` // the day
}

// Changes is what is not as in the image before.
type Changes struct {
	Before      Before        `json:"before"`
	Differences []step.Change `json:"differences"` // of settings, inputs and tools
	Files       []FileChange  `json:"files"`
	Size        int64         `json:"size"` // of the image, more than before
}

// Before is the image before.
type Before struct {
	Image   string    `json:"image"`
	SHA256  string    `json:"sha256"`
	Release string    `json:"release"`
	Made    time.Time `json:"made"`
}

// FileChange is a file that is not as before. A size that is not known is 0.
type FileChange struct {
	Path   string `json:"path"`
	Change string `json:"change"` // new, gone, changed
	Was    int64  `json:"was"`
	Now    int64  `json:"now"`
}

// Patch is one that the image was made with.
type Patch struct {
	Name     string   `json:"name"` // without .patch
	Kind     string   `json:"kind"`
	Subject  string   `json:"subject"`
	Resolves []string `json:"resolves"`
	Upstream string   `json:"upstream"`
	State    string   `json:"state"` // of the checkout's: same, other, gone, new
}

// Library is what the programs take from one member of a library.
type Library struct {
	From     string   `json:"from"`
	Programs int      `json:"programs"`
	Symbols  []Symbol `json:"symbols"`
	Evidence []Count  `json:"evidence"` // the strongest of each symbol, counted; the most frequent kind first
}

// Symbol is one that is taken, with how it is known that AIX has it.
type Symbol struct {
	Name     string   `json:"name"`
	Evidence []string `json:"evidence"`
	Why      string   `json:"why,omitempty"` // it is a guess
}

// Count is how many are of a kind.
type Count struct {
	Kind   string `json:"kind"`
	Number int    `json:"number"`
}

// File is an installed one.
type File struct {
	Path string `json:"path"`
	Size int64  `json:"size"`
}

// Disk is what an installation brings, and what a removal was seen to leave.
type Disk struct {
	Places    []Place            `json:"places"`
	Rehearsal *journal.Rehearsal `json:"rehearsal"`
}

// Place is a directory that files come below.
type Place struct {
	Path  string `json:"path"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
}

// Ingredient is one thing that the image was made from.
type Ingredient struct {
	Kind  string `json:"kind"` // setting, input, tool
	Name  string `json:"name"`
	Value string `json:"value"`
}

// WriteText shows the verdicts, and how much there is of the rest; the page and the document have all.
func (d *Dossier) WriteText(w io.Writer) error {
	var b strings.Builder
	line := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-12s%s\n", label, fault.Line(fmt.Sprintf(format, args...)))
	}
	fmt.Fprintln(&b, fault.Line(d.Title()))
	if d.Image != nil {
		line("image", "%s, %s", d.Image.File, Bytes(d.Image.Size))
		line("sha256", "%s", d.Image.SHA256)
	}
	for _, v := range d.Verdicts {
		line(v.Name, "%s: %s", v.State, v.Text)
		for _, detail := range v.Details {
			line("", "  %s", detail)
		}
	}
	if d.Failure != nil {
		for _, p := range d.Failure.Problems {
			f := fault.Error{What: p.What, Where: p.Where, Found: p.Found, Do: p.Do}
			fmt.Fprintf(&b, "\n%s\n\n", f.Error())
		}
	}
	if c := d.Changes; c != nil {
		line("changes", "%s since %s of %s: %s, %s", Bytes(c.Size, "+"), short(c.Before.SHA256), c.Before.Release,
			count(len(c.Differences), "difference in what it is made from", "differences in what it is made from"), count(len(c.Files), "file", "files"))
	}
	if d.Time != nil {
		var parts []string
		for _, p := range d.Time.Critical {
			parts = append(parts, strings.TrimSpace(p.Step+" "+p.Name)+" "+Seconds(p.Seconds))
		}
		line("time", "%s: %s", Seconds(d.Time.Total), strings.Join(parts, ", "))
	}
	for _, note := range d.Notes {
		line("note", "%s", note)
	}
	if d.Page != "" {
		line("page", "%s", d.Page)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Title names the image, or what should have become one.
func (d *Dossier) Title() string {
	switch {
	case d.Release != "":
		return "sendmail " + d.Release + " for " + Target(d.Target)
	case d.Image != nil && len(d.Image.Filesets) > 0:
		return d.Image.Filesets[0].Name + " " + d.Image.Filesets[0].Level
	}
	return "An image"
}

// Target is the name of a target in words.
func Target(name string) string {
	level, width, ok := strings.Cut(strings.TrimPrefix(name, "aix"), "-")
	if !ok || !strings.HasPrefix(name, "aix") {
		return cmp.Or(map[string]string{"host": "the machine that made it"}[name], name)
	}
	return "AIX " + level + ", " + width + " bits"
}

// Bytes is a size as people read it, with a sign in front of it if one is given for sizes from 0 on.
func Bytes(n int64, plus ...string) string {
	sign := strings.Join(plus, "")
	if n < 0 {
		sign, n = "−", -n
	}
	switch {
	case n < 1000:
		return fmt.Sprintf("%s%d B", sign, n)
	case n < 999_500:
		return fmt.Sprintf("%s%.1f kB", sign, float64(n)/1e3)
	}
	return fmt.Sprintf("%s%.2f MB", sign, float64(n)/1e6)
}

// Seconds is a time as people read it.
func Seconds(s float64) string {
	switch {
	case s < 10:
		return fmt.Sprintf("%.2f s", s)
	case s < 100:
		return fmt.Sprintf("%.1f s", s)
	}
	return fmt.Sprintf("%d min %02d s", int(s+0.5)/60, int(s+0.5)%60)
}

// most is how much of a text is told where the whole stands elsewhere.
const most = 90

// Brief is the beginning of a long text, such as a command.
func Brief(text string) string {
	runes := []rune(text)
	if len(runes) <= most+10 {
		return text
	}
	return strings.TrimRight(string(runes[:most]), " ") + " …"
}

func count(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}

func short(sha256 string) string { return sha256[:min(12, len(sha256))] }
