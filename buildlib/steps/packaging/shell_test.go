package packaging

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// start is what a command may stand behind.
const start = `(^\s*|[;|&(]\s*|\b(if|while|until)\s+|!\s+)`

// forbidden is what not every shell and every command knows that our scripts may meet: AIX's ksh88, which is its sh, too, ksh93, and the
// mksh and dash of this machine; and AIX's own grep, sed, find and the like. Sources: IBM's manual pages, POSIX.
var forbidden = []struct{ name, pattern string }{
	{"[[ ]]: not in dash", `\[\[`},
	{"== in a test", `\[ [^\]]* == `},
	{"-a or -o in a test: ambiguous", `\[ [^\]]* -[ao] [^\]]*\]`},
	{"function: other variables and traps in ksh", `^\s*function\s`},
	{"local: not in ksh88", `^\s*local\s`},
	{"typeset: not in dash", `\b(typeset|declare)\s`},
	{"(( )) or let: not in dash", `(^|[^$(])\(\(|\blet\s`},
	{"print: not in dash", `^\s*print\s`},
	{"echo with an option", `\becho\s+-`},
	{"echo with a backslash: each shell makes something else of it", `\becho\s[^|;&]*\\[a-z0]`},
	{"source: not in dash", `^\s*source\s`},
	{"&> or |&: something else in ksh", `&>[^&]|\|&`},
	{"<<< or <( ): not in ksh88", `<<<|[<>]\(`},
	{"$'..': not in ksh88", `(^|[\s=])\$'`},
	{"{a..b}: not in ksh88", `\{[^}\s]*\.\.[^}]*\}`},
	{"${x/a/b}, ${x:1:2}: not in ksh88", `\$\{\w+(/|:\d)`},
	{"+=: not in ksh88", `^\s*\w+\+=`},
	{"an array: not in dash", `^\s*\w+=\(|\$\{\w+\[`},
	{"trap by name", `\btrap\s.*\b(EXIT|ERR|DEBUG)\b`},
	{"set -e or pipefail: un-scripts go on", `\bset -[a-z]*[eo]`},
	{"which, whence or type: test -x instead", start + `(which|whence|type)\s`},
	{"a command that AIX has not", start + `(mktemp|readlink|realpath|stat|getent|seq|tac|timeout|flock|install|pgrep|pkill)\s`},
	{"an option that AIX's grep has not", `\bgrep\s+(\S+\s+)*-\w*[oABP]`},
	{"an option that AIX's sed has not", `\bsed\s+-\w*[iEr]`},
	{"an option that AIX's sort, head, cp, find, date or hostname has not",
		`\bsort -[gV]|\bhead -c|\b(cp|mv) -\w*[aunv]|\bfind\s.*-(maxdepth|delete|printf|print0|quit)|\bdate\s+-d|\bhostname -f`},
	{"the old quotes: they do not nest", "`"},
}

// scripts are the project's shell scripts, with the shared texts in place.
func projectScripts(t *testing.T) map[string]string {
	t.Helper()
	p, err := Load("../../../packaging")
	if err != nil {
		t.Fatal(err)
	}
	scripts := make(map[string]string)
	for name, text := range p.texts {
		if !strings.HasPrefix(text, "#!") {
			continue
		}
		filled, err := Fill(name, text, p.withShared(values))
		if err != nil {
			t.Fatal(err)
		}
		scripts[name] = filled
	}
	if len(scripts) < 5 {
		t.Fatalf("only %d scripts", len(scripts))
	}
	return scripts
}

var awkBegins = regexp.MustCompile(`\bawk\s([^']*[^'\\])?'$`)

// patterns are those of forbidden.
var patterns = sync.OnceValue(func() []*regexp.Regexp {
	var all []*regexp.Regexp
	for _, f := range forbidden {
		all = append(all, regexp.MustCompile(f.pattern))
	}
	return all
})

// found lists what a script has of the forbidden things. Comments may have all of them.
func found(script string) []string {
	var problems []string
	awk := false
	for i, line := range strings.Split(script, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		// A program of awk's on lines of its own is another language.
		if was := awk; was || awkBegins.MatchString(line) {
			if awk = !was || !strings.Contains(line, "'"); was {
				continue
			}
		}
		for n, pattern := range patterns() {
			if pattern.MatchString(line) {
				problems = append(problems, fmt.Sprintf("line %d: %s: %s", i+1, forbidden[n].name, strings.TrimSpace(line)))
			}
		}
	}
	return problems
}

func TestScriptsArePlain(t *testing.T) {
	t.Parallel()
	for name, text := range projectScripts(t) {
		for _, problem := range found(text) {
			t.Errorf("packaging/%s, %s", name, problem)
		}
		// One place says where commands are: whoever rehearses the scripts with other commands changes that line.
		if strings.Count(text, "\nPATH=/usr/bin:/usr/sbin:/etc\nexport PATH\n") != 1 || strings.Count(text, "\nPATH=") != 1 {
			t.Errorf("packaging/%s does not set PATH once, in the way that all do", name)
		}
		if !strings.HasPrefix(text, "#!/usr/bin/ksh\n") || !strings.HasSuffix(text, "\nexit 0\n") {
			t.Errorf("packaging/%s does not begin with #!/usr/bin/ksh and end with exit 0", name)
		}
	}
}

// The check finds what it is made for.
func TestFound(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		"if [[ -f x ]]", `[ "$a" == b ]`, `[ -f a -a -f b ]`, "function f {", "	local x", "typeset -i n", "(( n++ ))", "let n=1", "print hello", "echo -n x",
		`echo "a\tb"`, "source x", "cmd &>x", "cmd |& cat", "cat <<<x", "diff <(a) b", "x=$'a'", "for i in {1..3}", "x=${y/a/b}", "x=${y:1:2}", "x+=y",
		"x=(a b)", "echo ${x[1]}", "trap 'rm x' EXIT", "set -e", "set -o pipefail", "which ls", "x=$(readlink y)", "mktemp -d", "grep -o x", "sed -i s/a/b/ x",
		"cp -a x y", "find . -maxdepth 1", "date -d now", "x=`y`",
	} {
		if len(found(line)) == 0 {
			t.Errorf("nothing is found in %q", line)
		}
	}
	for _, line := range []string{
		"# [[ local ]]", `[ "$a" = b ] || [ -f c ]`, "tries=$((tries + 1))", "x=${y##* -> }", "x=${y%%.*}", "grep -E '^a' x", "cp -p a b", "rm -f x", "kept=no",
		`echo "$1: points to $(target $1)"`, "cat <<'END'", "exec 2>&1", "set -- a b",
	} {
		if problems := found(line); len(problems) != 0 {
			t.Errorf("found in %q: %v", line, problems)
		}
	}
}

// TestScriptsLint asks two programs that know more than we do.
func TestScriptsLint(t *testing.T) {
	if testing.Short() {
		t.Skip("the two take their time")
	}
	t.Parallel()
	dir := t.TempDir()
	var files []string
	for name, text := range projectScripts(t) {
		file := filepath.Join(dir, filepath.Base(name))
		if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	slices.Sort(files)
	for _, lint := range [][]string{
		{"shellcheck", "-s", "sh", "-S", "warning", "-e", "SC2034"}, // not each script uses all that is shared
		{"checkbashisms", "-f"},
	} {
		t.Run(lint[0], func(t *testing.T) {
			program, err := exec.LookPath(lint[0])
			if err != nil {
				t.Skip(err)
			}
			if out, err := exec.CommandContext(t.Context(), program, append(lint[1:], files...)...).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
