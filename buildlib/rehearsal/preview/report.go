package preview

import (
	"cmp"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
)

// The frames and headings are those of published transcripts of AIX 7.1 to 7.3 (observed), unless said otherwise.

// Frame frames a heading.
func Frame(text string, indent int) string {
	edge := "+" + strings.Repeat("-", 77) + "+\n"
	return edge + strings.Repeat(" ", indent) + text + "\n" + edge
}

// listed is a fileset with its title in a list: the title begins in column 47 and has at most 31 characters.
func listed(info *installp.Info) string {
	text := info.Text
	if len(text) > 30 {
		text = text[:28] + "..."
	}
	return fmt.Sprintf("  %-43s # %s\n", At(info), text)
}

// report is what the verification prints. The words for reasons other than requisites are not known, and are our own.
var report = template.Must(template.New("").Funcs(template.FuncMap{
	"frame": Frame, "listed": listed, "at": At, "stars": func() string { return strings.Repeat("*", 79) },
}).Parse(text))

//go:embed report.tmpl
var text string

// Announce prints the report of the verification. In a preview it is framed, and has the space that is needed.
func (p *Preview) Announce(w io.Writer, b *box.Box, previewing bool) error {
	ofRequisites := func(r Remark) bool { return r.Text == requisiteFailure }
	return report.Execute(w, map[string]any{
		"p": p, "previewing": previewing, "spaces": p.spaces(b),
		"requisites": slices.DeleteFunc(slices.Clone(p.Failures), func(r Remark) bool { return !ofRequisites(r) }),
		"others":     slices.DeleteFunc(slices.Clone(p.Failures), ofRequisites),
		"passing":    slices.SortedFunc(slices.Values(p.Pass), func(a, b *installp.Info) int { return cmp.Compare(a.Name, b.Name) }),
	})
}

// space is what a file system needs, in blocks, and has free, where the box knows that.
type space struct {
	System string
	Needed int64
	Free   string
}

func (p *Preview) spaces(b *box.Box) (all []space) {
	free := func(blocks int64) string {
		if b.Free == nil {
			return "-"
		}
		return fmt.Sprint(blocks)
	}
	var needed, room int64
	for _, system := range fileSystems {
		if blocks := p.needed[system]; blocks != 0 {
			all = append(all, space{system, blocks, free(b.Free[system])})
			needed, room = needed+blocks, room+b.Free[system]
		}
	}
	return append(all, space{"TOTAL:", needed, free(room)})
}

// Remarks ends a run in which a selected fileset was not installed.
func (p *Preview) Remarks() string {
	all := slices.Concat(p.Failures, p.Present)
	if len(all) == 0 {
		return ""
	}
	s := "Pre-installation Failure/Warning Summary\n----------------------------------------\n" +
		"Name                      Level           Pre-installation Failure/Warning\n" + strings.Repeat("-", 79) + "\n"
	for _, r := range all {
		s += fmt.Sprintf("%-25s %-15s %s\n", r.Info.Name, r.Info.Level, r.Text)
	}
	return s + "\n"
}
