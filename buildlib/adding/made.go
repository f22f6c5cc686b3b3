package adding

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/series"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
)

// Made is a new release, and what is left to do before it can be shipped.
type Made struct {
	Release  string   `json:"release"`
	Dir      string   `json:"dir"`
	From     string   `json:"from"`
	Date     string   `json:"date"`
	Files    int      `json:"files"` // of its source
	Tree     string   `json:"tree"`
	Size     int64    `json:"size,omitempty"`      // of its tarball
	SHA256   string   `json:"sha256,omitempty"`    // of its tarball
	SignedBy string   `json:"signed_by,omitempty"` // fingerprint of the key, or "unknown"
	Patches  []Ported `json:"patches"`
	Left     []string `json:"left"` // to do, in this order
}

const unknownKey = "unknown"

func (a *adding) made() *Made {
	d := &a.draft
	v := &Made{
		Release: a.Version, Dir: a.c.Shown(d.Dir), From: d.From.Version, Date: d.Date.Format(time.DateOnly), Files: len(a.files), Tree: d.Tree,
		Size: d.Size, SHA256: d.SHA256, SignedBy: a.signer, Patches: a.ported,
	}
	add := func(format string, args ...any) { v.Left = append(v.Left, fmt.Sprintf(format, args...)) }
	each := func(such func(*Ported) bool, do string) {
		var names []string
		for i := range v.Patches {
			if p := &v.Patches[i]; such(p) {
				names = append(names, cmp.Or(p.As, p.Patch+", of "+p.Of))
			}
		}
		if names != nil {
			add("%s\n%s", do, strings.Join(names, "\n"))
		}
	}
	left := func(p *Ported) bool {
		return p.Outcome == LeftOut && (p.Of == v.From || p.Upstream == "" && p.Of != series.Spare)
	}
	mage := "SENDMAIL_RELEASE=" + a.Version + " SENDMAIL_SOURCE=" + quoted(a.setting()) + " mage "
	add("build it, to try it: SENDMAIL_TARGET=host %spackage", mage)
	each(func(p *Ported) bool { return left(p) && p.tls && p.Upstream == "" },
		"if sendmail/tls.c does not compile, it may be for want of these, left out below; without it: SENDMAIL_WITH=-starttls")
	switch {
	case a.tarball == "":
		add("pin upstream's tarball in release.toml when you have it: nothing says yet that this source is the one that was published")
	case a.draft.Unproven:
		add("compare %s, the fingerprint of the key that signed the tarball, with what upstream publishes: nobody but the tarball\n"+
			"has that key. If it is the same, take the \"# \" off [signature] in release.toml", a.signer)
	case a.signer != "" && d.Signature.Fingerprint == "":
		add("find out whose the signature beside the tarball is, and add key and fingerprint to release.toml")
	}
	if a.tarball != "" {
		add("see whether an address in release.toml has the tarball: SENDMAIL_RELEASE=%s mage fetch", a.Version)
	}
	each(func(p *Ported) bool { return p.isTaken() && p.Upstream != "" }, "read: taken, and by its header upstream has it")
	each(func(p *Ported) bool { return p.isTaken() && p.vague }, "read: taken, and what it changes stands elsewhere, too")
	each(func(p *Ported) bool { return left(p) && p.Upstream != "" }, "see whether upstream has all of it, as the header says")
	each(func(p *Ported) bool { return left(p) && p.Upstream == "" && p.Verdict == patchset.Fuzz },
		"copy from the other release, name it in series, and read what "+mage+"patches:refresh makes of it")
	each(func(p *Ported) bool { return left(p) && p.Upstream == "" && p.Verdict != patchset.Fuzz },
		"make each that this release needs, and what the README says of the installed system counts on them: "+mage+"patch,\nedit in build/"+a.Version+"/<target>/source, mage patches:new TOPIC")
	if len(a.known) > 0 {
		add("answer each of %d advisories in %s/advisories.toml: mage check:advisories", len(a.known), v.Dir)
	}
	add("%spatches:check; then git add %s, and name it in the README's table of settings", mage, v.Dir)
	return v
}

// setting is the source as the setting takes it, from any directory, as far as it is no secret.
func (a *adding) setting() string {
	if a.source.Kind == fetch.Git {
		return "git::" + a.source.String()
	}
	return a.source.String()
}

// plainWord is what a shell takes as it is.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

func quoted(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// WriteText tells what was made, what became of each patch, and what is left to do.
func (v *Made) WriteText(out io.Writer) error {
	fmt.Fprintf(out, "%s: sendmail %s of %s, %d files, tree %s\n", v.Dir, v.Release, v.Date, v.Files, v.Tree)
	switch {
	case v.SHA256 == "":
		fmt.Fprintln(out, "no tarball is pinned: SENDMAIL_SOURCE must name the source")
	case v.SignedBy == "":
		fmt.Fprintf(out, "tarball %s, no signature beside it\n", v.SHA256)
	default:
		fmt.Fprintf(out, "tarball %s, signed by %s\n", v.SHA256, strings.Replace(v.SignedBy, unknownKey, "a key that nobody here knows", 1))
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nPATCH\tOF\tOUTCOME\tHUNKS\tUPSTREAM SINCE\tAS")
	for i := range v.Patches {
		p := &v.Patches[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", p.Patch, p.Of, p.Outcome, p.hunks(), cmp.Or(p.Upstream, "-"), cmp.Or(p.As, "-"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, p := range v.Patches {
		for _, f := range p.Found {
			if p.Outcome == LeftOut && p.Of == v.From && f.Verdict != patchset.Offset { // what only moved does not keep it out
				fmt.Fprintf(out, "\n%s, %s: %s\n  %s\n", p.Patch, f.Where, f.Verdict, strings.ReplaceAll(fault.Lines(f.Found), "\n", "\n  "))
			}
		}
	}
	fmt.Fprintln(out, "\nleft to do, in this order:")
	var err error
	for i, do := range v.Left {
		_, err = fmt.Fprintf(out, "%2d. %s\n", i+1, strings.ReplaceAll(fault.Lines(do), "\n", "\n    "))
	}
	return err
}

// hunks counts those that say why the outcome is what it is.
func (p *Ported) hunks() string {
	n := 0
	for _, f := range p.Found {
		if f.Verdict != patchset.Offset || p.isTaken() {
			n++
		}
	}
	switch p.Outcome {
	case Taken:
		return fmt.Sprintf("%d fit", p.Hunks)
	case Moved:
		return fmt.Sprintf("%d of %d moved", n, p.Hunks)
	case There:
		return fmt.Sprintf("%d in there", p.Hunks)
	}
	return fmt.Sprintf("%d of %d: %s", n, p.Hunks, p.Verdict)
}
