package siteconfig

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// builtins are the words that an m4 somewhere takes for a call even without a parenthesis behind them. sendmail's header.m4 removes
// format, hpux and unix; the other builtins stay macros inside every value.
var builtins = wordSet(`builtin changecom changequote changeword debugfile debugmode decr define defn divert divnum dnl
	dumpdef errprint esyscmd eval ifdef ifelse incr index indir len m4exit m4wrap maketemp mkstemp patsubst popdef pushdef regexp
	shift sinclude substr symbols syscmd sysval traceoff traceon translit undefine undivert
	APPENDDEF PREPENDDEF PUSHDIVERT POPDIVERT`) // not "include": Build hides that one word from m4 with sed, on the way in and out

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		set[w] = true
	}
	return set
}

var (
	wordForm = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)
	// macroForm are names that sendmail's m4 files use for their own: confCC, bldOS, smcheck, __HOST__.
	macroForm = regexp.MustCompile(`^(conf[A-Z_].*|bld[A-Z].*|__[A-Z]+__|_SRC_PATH_|smcheck)$`)
	pathForm  = regexp.MustCompile(`^/[A-Za-z0-9/._+-]*$`)
	valueForm = regexp.MustCompile(`^[A-Za-z0-9/._+=:"\\ -]*$`)
)

// checkWords refuses what m4 would replace.
func checkWords(text string) error {
	for _, w := range wordForm.FindAllString(text, -1) {
		if builtins[w] || macroForm.MatchString(w) {
			return fmt.Errorf("%q is a word that m4 replaces", w)
		}
	}
	return nil
}

// checkValue refuses values that would not reach the Makefile as they are. Quotes and # end m4 text or a make line, $ and parentheses
// call macros, line feeds end a make variable, and a comma ends a value that is appended to.
func checkValue(name, value string) error {
	form := valueForm
	text := value
	switch {
	case name == "confLDOPTS":
		text = strings.ReplaceAll(text, ",", "")
	case strings.Contains(value, ","):
		return fmt.Errorf("%s: a comma in %q: sendmail's m4 files lose what follows it", name, value)
	case name == "confINST_DEP":
		text = strings.NewReplacer("${DESTDIR}", "", "${MSPQ}", "").Replace(text) // variables of sendmail's own Makefile
	}
	if !form.MatchString(text) {
		return fmt.Errorf("%s: %q holds a character that m4, make or the shell would take for its own", name, value)
	}
	if err := checkWords(text); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// checkPath refuses a path that could not be written into a Makefile, or that would mean another one when seen from elsewhere.
func checkPath(what, dir string) error {
	f := &fault.Error{Code: "path-unusable", What: "cannot use this path as " + what, Found: fmt.Sprintf("%q", dir)}
	switch {
	case !path.IsAbs(dir) || path.Clean(dir) != dir || dir == "/":
		f.Do = "give an absolute path without . and .. and without a slash at the end"
	case !pathForm.MatchString(dir):
		f.Do = "use letters, digits and / . _ + - alone: others mean something to m4, make or the shell"
	default:
		err := checkWords(dir)
		if err == nil {
			return nil
		}
		f.Err, f.Do = err, "use another one"
	}
	return f
}
