package preview

import (
	"fmt"
	"slices"
	"strings"

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

// Announce is the report of the verification. In a preview it is framed, and has the space that is needed.
func (p *Preview) Announce(b *box.Box, previewing bool) string {
	var s strings.Builder
	stars := strings.Repeat("*", 79) + "\n"
	if previewing {
		s.WriteString(stars + "installp PREVIEW:  installation will not actually occur.\n" + stars + "\n")
	}
	s.WriteString(Frame("Pre-installation Verification...", 20))
	s.WriteString("Verifying selections...done\nVerifying requisites...done\nResults...\n\n")
	p.announceFailures(&s)
	if p.present() > 0 {
		fmt.Fprintf(&s, warningSection, p.present())
	}
	if len(p.Pass) > 0 {
		s.WriteString("SUCCESSES\n---------\n  Filesets listed in this section passed pre-installation verification\n" +
			"  and will be installed.\n\n  Selected Filesets\n  -----------------\n")
		for _, info := range slices.SortedFunc(slices.Values(p.Pass), byName) {
			s.WriteString(listed(info))
		}
		s.WriteString("\n  << End of Success Section >>\n\n")
	}
	s.WriteString(Frame("BUILDDATE Verification ...", 19) + "Verifying build dates...done\n")
	fmt.Fprintf(&s, "FILESET STATISTICS \n------------------\n%5d  Selected to be installed, of which:\n", len(p.Selected))
	for _, line := range []struct {
		count int
		text  string
	}{{len(p.Pass), "Passed pre-installation verification"}, {len(p.Failures), "FAILED pre-installation verification"},
		{p.present(), "Already installed (directly or via superseding filesets)"}} {
		if line.count > 0 {
			fmt.Fprintf(&s, "%9d  %s\n", line.count, line.text)
		}
	}
	fmt.Fprintf(&s, "  ----\n%5d  Total to be installed\n\n", len(p.Pass))
	if previewing {
		s.WriteString(p.resources(b))
		stars = stars[1:]
		s.WriteString(stars + "End of installp PREVIEW.  No apply operation has actually occurred.\n" + stars)
	}
	return s.String()
}

// present counts the filesets that are installed, at this level or a newer one.
func (p *Preview) present() int { return len(p.warnings) }

const warningSection = `WARNINGS
--------
  Problems described in this section are not likely to be the source of any
  immediate or serious failures, but further actions may be necessary or
  desired.

  Already Installed
  -----------------
  The number of selected filesets that are either already installed
  or effectively installed through superseding filesets is %d.  See
  the summaries at the end of this installation for details.

  NOTE:  Base level filesets may be reinstalled using the "Force"
  option (-F flag), or they may be removed, using the deinstall or
  "Remove Software Products" facility (-u flag), and then reinstalled.

  << End of Warning Section >>

`

func (p *Preview) announceFailures(s *strings.Builder) {
	if len(p.Failures) == 0 {
		return
	}
	s.WriteString("FAILURES\n--------\n  Filesets listed in this section failed pre-installation verification\n" +
		"  and will not be installed.\n\n")
	var requisites []*installp.Info
	for _, r := range p.Failures {
		if r.Text == requisiteFailure {
			requisites = append(requisites, r.Info)
		}
	}
	if len(requisites) > 0 {
		s.WriteString("  Requisite Failures\n  ------------------\n" +
			"  SELECTED FILESETS:  The following is a list of filesets that you asked to\n" +
			"  install.  They cannot be installed until all of their requisite filesets\n" +
			"  are also installed.  See subsequent lists for details of requisites.\n\n")
		for _, info := range requisites {
			s.WriteString("  " + listed(info))
		}
		s.WriteString("\n  MISSING REQUISITES:  The following filesets are required by one or more\n" +
			"  of the selected filesets listed above.  They are not currently installed\n" +
			"  and could not be found on the installation media.\n\n")
		for _, name := range p.Missing {
			s.WriteString("    " + name + "\n")
		}
		s.WriteString("\n")
	}
	// The words for the other reasons are not known, and are our own.
	for _, r := range p.Failures {
		if r.Text != requisiteFailure {
			fmt.Fprintf(s, "  %s:  %s\n", r.Text, At(r.Info))
		}
	}
	s.WriteString("\n  << End of Failure Section >>\n\n")
}

// resources shows the space that is needed, and is there where the box knows.
func (p *Preview) resources(b *box.Box) string {
	var s strings.Builder
	s.WriteString("RESOURCES\n---------\n  Estimated system resource requirements for filesets being installed:\n" +
		"                (All sizes are in 512-byte blocks)\n" +
		"      Filesystem                     Needed Space             Free Space\n")
	var needed, free int64
	for _, system := range fileSystems {
		if p.needed[system] == 0 {
			continue
		}
		room := "-"
		if b.Free != nil {
			room = fmt.Sprint(b.Free[system])
		}
		fmt.Fprintf(&s, "      %-29s%12d %22s\n", system, p.needed[system], room)
		needed, free = needed+p.needed[system], free+b.Free[system]
	}
	room := "-"
	if b.Free != nil {
		room = fmt.Sprint(free)
	}
	fmt.Fprintf(&s, "      %-29s%12s %22s\n      %-29s%12d %22s\n\n", "-----", "--------", "------", "TOTAL:", needed, room)
	return s.String()
}

// Remarks ends a run in which a selected fileset was not installed.
func (p *Preview) Remarks() string {
	all := slices.Concat(p.Failures, p.warnings)
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
