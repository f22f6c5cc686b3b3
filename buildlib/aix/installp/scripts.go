package installp

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Step is a point in a fileset's life at which installp runs a script of it, called after the suffix of the control file.
type Step string

// The steps, in the order of an installation, then of a removal. A step that fails (exit status not 0) fails the whole; a failed
// installation runs the un- scripts of the steps already done.
const (
	PreRm    Step = "pre_rm"   // of the new fileset, before an older level's files go
	PreI     Step = "pre_i"    // before files are restored; users and groups are created here
	PostI    Step = "post_i"   // after files are restored, before the inventory is checked
	Config   Step = "config"   // last
	PreD     Step = "pre_d"    // before anything else of a removal, which it may forbid
	Unconfig Step = "unconfig" // stop daemons, undo config
	UnpostI  Step = "unpost_i" // before files are removed
	UnpreI   Step = "unpre_i"  // after files are removed
)

var steps = []Step{PreRm, PreI, PostI, Config, PreD, Unconfig, UnpostI, UnpreI}

// Scripts are the texts of one part's scripts.
type Scripts map[Step]string

// interpreter is a first line that names a Korn shell where AIX has them (W30). installp executes the file, so this line decides;
// IBM's scripts have /bin/ksh (S3).
var interpreter = regexp.MustCompile(`^#! ?/(usr/)?bin/ksh(93)?( -[a-z]+)?$`)

func (c *checker) checkScripts(f *Fileset, part string, scripts Scripts) {
	for _, step := range slices.Sorted(maps.Keys(scripts)) {
		text, where := scripts[step], fmt.Sprintf("fileset %s, %s part, script %s", f.Name, part, step)
		if !slices.Contains(steps, step) {
			c.add("installp-script", fmt.Sprintf("installp runs no script called %q", step), where, "", "use one of "+join(steps))
			continue
		}
		if text == "" {
			c.add("installp-script", "a script is empty", where, "", "leave it out")
			continue
		}
		c.checkText(where, text)
		first, _, _ := strings.Cut(text, "\n")
		if !interpreter.MatchString(first) {
			c.add("installp-script", "a script does not name its interpreter", where, fmt.Sprintf("the first line %q", first), "begin it with #!/usr/bin/ksh")
		}
		if last := lastCommand(text); last != "exit 0" {
			c.add("installp-script", "a script does not say that it succeeded", where, fmt.Sprintf("the last command %q", last),
				"end it with the line \"exit 0\": installp takes the status of whatever ran last")
		}
	}
}

// lastCommand is the last line that is neither blank nor a comment.
func lastCommand(script string) string {
	last := ""
	for line := range strings.Lines(script) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			last = line
		}
	}
	return last
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

func join[S ~string](values []S) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}
