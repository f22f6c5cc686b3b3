package verbs

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

func TestSplitWords(t *testing.T) {
	t.Parallel()
	for command, want := range map[string][]string{
		"":                        nil,
		" \t ":                    nil,
		"/bin/x":                  {"/bin/x"},
		"/bin/x  -a\tb":           {"/bin/x", "-a", "b"},
		`/bin/x 'a  b' "c 'd'" e`: {"/bin/x", "a  b", "c 'd'", "e"},
		`x '' ""`:                 {"x", "", ""},
		`x a'b'"c"d`:              {"x", "abcd"},
		`x a\ b \\ \'`:            {"x", "a b", `\`, "'"},
		`x "a\"b\\c\d\$"`:         {"x", `a"b\c\d$`},
		`x '$HOME *' \$1 "a;b"`:   {"x", "$HOME *", "$1", "a;b"},
		`x -oA/a#b c~`:            {"x", "-oA/a#b", "c~"},
		`x '"' "'" -q30m!`:        {"x", `"`, "'", "-q30m!"},
		"x 'two\nlines'":          {"x", "two\nlines"},
		`x ''y \` + "\n":          {"x", "y", "\n"},
	} {
		got, err := splitWords(command)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("splitWords(%q): error %v (-want +got):\n%s", command, err, diff)
		}
	}
	for command, want := range map[string]string{
		`x 'a`: "it ends within '", `x "a'`: `it ends within "`, `x \`: `it ends in \`, "x $y": "$ is not quoted", "x \"`y`\"": "` is not quoted",
		"x | y": "| is not quoted", "x >y": "> is not quoted", "x *.c": "* is not quoted", "x a;b": "; is not quoted", "x #y": "# is not quoted",
		"x\ny": "is not quoted",
	} {
		_, err := splitWords(command)
		if fault.Code(err) != "emulate-command" || !strings.Contains(err.Error(), want) {
			t.Errorf("splitWords(%q): error %v, want %q", command, err, want)
		}
	}
}

// Any words, quoted, come back as they were.
func FuzzSplitWords(f *testing.F) {
	f.Add("/bin/x", "a b", "it's")
	f.Add("", "\\", "$\n\"")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		words := []string{a, b, c}
		var command strings.Builder
		for _, w := range words {
			command.WriteString(" '" + strings.ReplaceAll(w, "'", `'\''`) + "'")
		}
		if got, err := splitWords(command.String()); err != nil || !slices.Equal(got, words) {
			t.Errorf("splitWords(%q) = %q, %v, want %q", &command, got, err, words)
		}
		_, _ = splitWords(a) // does not panic
	})
}
