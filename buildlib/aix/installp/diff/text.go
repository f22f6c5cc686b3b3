package diff

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// What a list or the difference of a text may take of a screen.
const (
	maxList  = 12
	maxNames = 6
)

// String tells the differences in lines for a person. Lists are cut when they get long.
func (all Differences) String() string {
	var b strings.Builder
	heading := ""
	for len(all) > 0 {
		first := &all[0]
		if first.Fileset != heading && first.Kind != Fileset {
			if heading = first.Fileset; heading != "" {
				b.WriteString(fault.Line("fileset "+heading) + "\n")
			}
		}
		var lines []string
		for len(all) > 0 && all[0].Fileset == first.Fileset && all[0].Kind == first.Kind && (all[0].Name == first.Name || first.Kind == Object) {
			lines, all = append(lines, all[0].lines()...), all[1:]
		}
		if more := len(lines) - maxList; more > 0 {
			lines = append(lines[:maxList], fmt.Sprintf("  ... and %d more", more))
		}
		for _, line := range lines {
			text := fault.Lines(installp.Shorten(line)) // for the tabs of scripts
			b.WriteString(strings.ReplaceAll(text, "\n", `\x0a`) + "\n")
		}
	}
	return b.String()
}

func (d *Difference) lines() []string {
	sign, there := "+", d.After
	if d.After == "" {
		sign, there = "-", d.Before
	}
	switch d.Kind {
	case Space:
		return []string{"only the space that is asked for differs, and perhaps the form: what is in the images is the same"}
	case Form:
		return []string{"only the form differs: what is in the images, and what they ask for, is the same"}
	case Members:
		return []string{fmt.Sprintf("members that no fileset installs: %s -> %s", d.Before, d.After)}
	case Package, Type, Platform, Date:
		return []string{fmt.Sprintf("%s %s -> %s", d.Kind, d.Before, d.After)}
	case Signature:
		return []string{fmt.Sprintf("signature %s -> %s", cmp.Or(d.Before, "none"), cmp.Or(d.After, "none"))}
	case Fileset:
		return []string{fmt.Sprintf("%s fileset %s %s", sign, d.Fileset, there)}
	case Requisite, Supersedes, Fix:
		return []string{fmt.Sprintf("  %s %s %s", sign, d.Kind, there)}
	case Section:
		return []string{fmt.Sprintf("  %s section %s: %s", sign, d.Name, there)}
	case Text:
		text := string(diff.Diff("a/"+d.Name, []byte(d.Before), "b/"+d.Name, []byte(d.After)))
		_, text, _ = strings.Cut(text, "\n") // its first line is a command
		return strings.Split("  "+strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  "), "\n")
	case Object:
		if d.Before != "" || d.After != "" {
			return []string{fmt.Sprintf("  %s %s: %s", sign, d.Name, there)}
		}
		return d.changes()
	default:
		return []string{fmt.Sprintf("  %s %s -> %s", d.Kind, d.Before, d.After)}
	}
}

// changes tells of an object that both images have: a line, and the imports below it.
func (d *Difference) changes() []string {
	var words []string
	for _, a := range d.Attributes {
		switch {
		case a.Before == "" && a.After == "": // content
			words = append(words, a.Name)
		case strings.HasSuffix(a.Name, attrImports) && a.Before != "" && a.After != "":
			words = append(words, fmt.Sprintf("%s not compared (%s and %s, where more than %d are many)", a.Name, a.Before, a.After, maxImports))
		default:
			words = append(words, fmt.Sprintf("%s %s -> %s", a.Name, cmp.Or(a.Before, "none"), cmp.Or(a.After, "none")))
		}
	}
	all := []string{"  ~ " + d.Name + ": " + strings.Join(words, ", ")}
	for _, i := range d.Imports {
		sign, text := "-", strings.Join(i.Names[:min(len(i.Names), maxNames)], " ")
		if i.Added {
			sign = "+"
		}
		if more := len(i.Names) - maxNames; more > 0 {
			text += fmt.Sprintf(" and %d more", more)
		}
		in := ""
		if i.Member != "" {
			in = i.Member + " "
		}
		all = append(all, fmt.Sprintf("      %s %simports from %s: %s", sign, in, i.Library, text))
	}
	return all
}
