package write

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
)

func (c *checker) checkName(kind, name, where string) {
	const do = "use lower-case letters, digits and dots, as in mailtools.sendmail"
	if reason := installp.BadName(rules.Locale.ReplaceAllString(name, ""), rules.IsOwnNameByte); reason != "" {
		c.add("installp-name", fmt.Sprintf("the %s name %s", kind, reason), where, "", do)
	} else if strings.Contains(name, "..") || strings.HasSuffix(name, ".") {
		c.add("installp-name", fmt.Sprintf("the %s name %q has an empty part", kind, name), where, "", do)
	}
	if first, _, _ := strings.Cut(name, "."); slices.Contains(rules.Reserved, first) {
		c.add("installp-name", fmt.Sprintf("the %s name %q begins like IBM's own", kind, name), where, "", "begin it with a name of your own")
	}
}

// checkTitle looks at the text field. It ends the fileset's line in lpp_name, where '#' begins a comment.
func (c *checker) checkTitle(f *installp.Fileset, where string) {
	text, found := f.Text, fmt.Sprintf("%q", f.Text)
	switch {
	case text == "" || strings.TrimSpace(text) != text:
		c.add("installp-text", "the fileset's text is empty or has blanks around it", where, found, "give it a short title")
	case len(text) > rules.MaxTitle:
		c.add("installp-text", "the fileset's text is too long", where, fmt.Sprintf("%d characters", len(text)),
			fmt.Sprintf("use at most %d; lslpp shows 40", rules.MaxTitle))
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '#' }):
		c.add("installp-text", "the fileset's text has a character that lpp_name cannot hold", where, found, "use printable ASCII without '#'")
	}
}

func (c *checker) checkScripts(f *installp.Fileset, part string, scripts installp.Scripts) {
	for _, step := range slices.Sorted(maps.Keys(scripts)) {
		text, where := scripts[step], fmt.Sprintf("fileset %s, %s part, script %s", f.Name, part, step)
		if !slices.Contains(installp.Steps, step) {
			c.add("installp-script", fmt.Sprintf("installp runs no script called %q", step), where, "", "use one of "+installp.Join(installp.Steps))
			continue
		}
		if text == "" {
			c.add("installp-script", "a script is empty", where, "", "leave it out")
			continue
		}
		c.checkText(where, text)
		first, _, _ := strings.Cut(text, "\n")
		if !rules.Interpreter.MatchString(first) {
			c.add("installp-script", "a script does not name its interpreter", where, fmt.Sprintf("the first line %q", first), "begin it with #!/usr/bin/ksh")
		}
		if last := rules.LastCommand(text); last != "exit 0" {
			c.add("installp-script", "a script does not say that it succeeded", where, fmt.Sprintf("the last command %q", last),
				"end it with the line \"exit 0\": installp takes the status of whatever ran last")
		}
	}
}

// checkText looks at a text that becomes a control file: lines of ASCII, as root's locale on the target is unknown.
func (c *checker) checkText(where, text string) {
	if i := strings.IndexFunc(text, func(r rune) bool { return (r < ' ' && r != '\n' && r != '\t') || r > '~' }); i >= 0 {
		line := 1 + strings.Count(text[:i], "\n")
		c.add("installp-text", "a text is not plain ASCII", fmt.Sprintf("%s, line %d", where, line), fmt.Sprintf("byte %#02x", text[i]),
			"replace it; only printable ASCII, tabs and newlines are safe in every locale")
	}
	if !strings.HasSuffix(text, "\n") {
		c.add("installp-text", "a text does not end with a newline", where, "", "add the newline")
	}
}
