package host

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What Quote gives, a shell takes for the one word that it was.
func TestQuote(t *testing.T) {
	words := []string{"", "plain", "-I/usr/include", "A=b", "two words", "it's", "''", "a\\b", "$HOME", "`id`", "*", "?[a]", "~", "~root", "a\nb", "\t", "!x", "{a,b}", "#", "a#", ";", "&", "|", "<", ">", "(", ")", "\"", "\xff", "é", "\\", "^", "%", "-n"}
	for _, shell := range []string{"sh", "bash", "mksh", "ksh93"} {
		m := NewLocal(os.Environ())
		if _, err := LookPath(t.Context(), m, shell); err != nil {
			continue
		}
		var script strings.Builder
		for _, w := range words {
			script.WriteString("printf '%s\\000' " + Quote(w) + "\n")
		}
		out, err := m.Output(t.Context(), Cmd{Argv: []string{shell}, Stdin: strings.NewReader(script.String())})
		if want := strings.TrimSpace(strings.Join(words, "\x00") + "\x00"); err != nil || out != want {
			t.Errorf("%s prints %q, %v, want %q", shell, out, err, want)
		}
	}
}

// TestWords gives each command to a shell, too, with a program in front that prints the words it gets.
func TestWords(t *testing.T) {
	t.Parallel()
	for command, want := range map[string][]string{
		"":                                nil,
		" \t ":                            nil,
		"/bin/x":                          {"/bin/x"},
		"/bin/x  -a\tb":                   {"/bin/x", "-a", "b"},
		`/bin/x 'a  b' "c 'd'" e`:         {"/bin/x", "a  b", "c 'd'", "e"},
		`x '' ""`:                         {"x", "", ""},
		`x a'b'"c"d`:                      {"x", "abcd"},
		`x a\ b \\ \'`:                    {"x", "a b", `\`, "'"},
		`x "a\"b\\c\d\$"`:                 {"x", `a"b\c\d$`},
		`x '$HOME *' \$1 "a;b"`:           {"x", "$HOME *", "$1", "a;b"},
		`x -oA/a#b c~ d=e`:                {"x", "-oA/a#b", "c~", "d=e"},
		`x '"' "'" -q30m!`:                {"x", `"`, "'", "-q30m!"},
		"x 'two\nlines'":                  {"x", "two\nlines"},
		"-a=b c":                          {"-a=b", "c"},
		`'a=b' "!"`:                       {"a=b", "!"},
		`cc -DA=\"x\ y\" '-DB="a"' "c d"`: {"cc", `-DA="x y"`, `-DB="a"`, "c d"},
	} {
		got, err := Words(command)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("Words(%q): error %v (-want +got):\n%s", command, err, diff)
		}
		if len(want) == 0 {
			continue
		}
		out, err := exec.Command("sh", "-c", "printf '%s\\000' "+command).Output()
		if shell := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00"); err != nil || !slices.Equal(shell, want) {
			t.Errorf("a shell takes %q for %q, %v, not %q", command, shell, err, want)
		}
	}
	for command, want := range map[string]string{
		`x 'a`: "it ends within '", `x "a'`: `it ends within "`, `x \`: `a line ends in \`, "x \\\n y": `a line ends in \`, "x $y": "$ is not quoted",
		"x \"`y`\"": "` is not quoted", "x | y": "| is not quoted", "x >y": "> is not quoted", "x *.c": "* is not quoted", "x a;b": "; is not quoted",
		"x #y": "# is not quoted", "x ~": "~ is not quoted", "x\ny": "\n is not quoted", "x {a,b}": "{ is not quoted", "A=1 x": "= is not quoted", "! x": "! is not quoted",
	} {
		if words, err := Words(command); err == nil || err.Error() != want {
			t.Errorf("Words(%q) = %q, %v, want %q", command, words, err, want)
		}
	}
}

// Any words, quoted, come back as they were.
func FuzzWords(f *testing.F) {
	f.Add("/bin/x", "a b", "it's")
	f.Add("", "\\", "$\n\"")
	f.Add("A=b", "!", "{a}")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		command := Cmd{Argv: []string{"x", a, b, c}}.String()
		if got, err := Words(command); err != nil || !slices.Equal(got, []string{"x", a, b, c}) {
			t.Errorf("Words(%q) = %q, %v", command, got, err)
		}
		_, _ = Words(a) // does not panic
	})
}
