package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// said is what a verb of the tests was told.
type said struct {
	Args  []string          `json:"args"`
	Flags map[string]string `json:"flags"`
}

func (s *said) WriteText(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%q %v\n", s.Args, s.Flags)
	return err
}

func say(_ context.Context, c *Call) (report.Value, error) {
	fmt.Fprintln(c.Out, "a program")
	if c.IsSet("bad") {
		return &said{c.Args, c.Flags}, &fault.Error{Code: "bad", What: "it is bad", Finding: true}
	}
	return &said{c.Args, c.Flags}, nil
}

var greeter = Program{Name: "greeter", About: "Greets.", Verbs: []Verb{
	{
		Name: "greet", Alias: "hi", Help: "greets somebody", More: "Loudly.", Run: say,
		Args:  []Arg{{Name: "who", Meaning: "a name"}},
		Flags: []Flag{{"bad", "be bad", Bool}, {"in", "a language", String}},
	},
	{Name: "greet:all", Help: "greets many", Run: say, Args: []Arg{{Name: "who", Meaning: "names", Split: Commas}}, Flags: []Flag{{"bad", "be bad", Bool}}},
	{Name: "run", Help: "runs", Run: say, Args: []Arg{{Name: "command", Split: Commas, Verbatim: true}}, Flags: []Flag{{"in", "a place", String}}},
}}

func TestProgram(t *testing.T) {
	t.Parallel()
	const all = `Greets.

  greeter [-v] [-output=json] VERB ...

  greet      greets somebody
  greet:all  greets many
  run        runs

"greeter help VERB" shows what a verb takes. -v shows each command that is run.
The exit status is 0, or 1 for what was looked at and is not as it should be, or 2 for what could not be done.
`
	const one = `greet greets somebody.

Loudly.

  greeter greet [-bad] [-in=IN] WHO

  WHO   a name
  -bad  be bad
  -in   a language
`
	for _, test := range []struct {
		words    string
		status   int
		out, err string
	}{
		{"greet you", 0, "a program\n[\"you\"] map[]\n", ""},
		{"HI you", 0, "a program\n[\"you\"] map[]\n", ""},
		{"greet -in=French you -bad", 1, "a program\n[\"you\"] map[bad:true in:French]\n", "Error: it is bad\n"},
		{"greet you -bad=false -in x", 0, "a program\n[\"you\"] map[bad:false in:x]\n", ""},
		{"greet:all a -bad=false b", 0, "a program\n[\"a\" \"b\"] map[bad:false]\n", ""},
		{"greet:all a,b", 0, "a program\n[\"a,b\"] map[]\n", ""},
		{"greet:all -- -bad", 0, "a program\n[\"-bad\"] map[]\n", ""},
		{"run -in=/x ls -l -in=y", 0, "a program\n[\"ls\" \"-l\" \"-in=y\"] map[in:/x]\n", ""},
		{"greet -output=json you", 0, `{
  "format": 1,
  "verb": "greet",
  "result": {
    "args": [
      "you"
    ],
    "flags": {}
  },
  "errors": []
}
`, "a program\n"},
		{"help", 0, all, ""},
		{"-h", 0, all, ""},
		{"help greet", 0, one, ""},
		{"greet -h", 0, one, ""},
		{"", 2, "", all + "Error: no verb is given\n  do:    give one of the above\n"},
		{"gret you", 2, "", "Error: unknown verb gret\n  do:    did you mean greet? \"help\" lists them all\n"},
		{"help other", 2, "", "Error: unknown verb other\n  do:    \"help\" lists them all\n"},
		{"greet", 2, "", "Error: greet: the argument who is missing\n  do:    greeter greet [-bad] [-in=IN] WHO\n"},
		{"greet:all", 2, "", "Error: greet:all: the argument who is missing\n  do:    greeter greet:all [-bad] WHO...\n"},
		{"greet you too", 2, "", "Error: greet: there is no argument for too\n  do:    greeter greet [-bad] [-in=IN] WHO\n"},
		{"greet -bad=yes you", 2, "", "Error: greet: invalid boolean value \"yes\" for -bad: expected true or false\n  do:    greeter greet [-bad] [-in=IN] WHO\n"},
		{"greet -loud you", 2, "", "Error: greet: flag provided but not defined: -loud\n  do:    greeter greet [-bad] [-in=IN] WHO\n"},
		{"-output=xml greet you", 2, "", "Error: -output=xml is no form\n  do:    it is text or json\n"},
		{"greet you -output=xml", 2, "", "Error: -output=xml is no form\n  do:    it is text or json\n"},
		{"-x greet", 2, "", "Error: flag provided but not defined: -x\n  do:    \"greeter help\" shows what there is\n"},
	} {
		t.Run(test.words, func(t *testing.T) {
			t.Parallel()
			var out, problems bytes.Buffer
			status := greeter.Main(t.Context(), &Process{Out: &out, Err: &problems}, strings.Fields(test.words))
			if diff := cmp.Diff(test.out+test.err, out.String()+problems.String()); status != test.status || diff != "" {
				t.Errorf("Main(%s) = %d, want %d; -want +got\n%s", test.words, status, test.status, diff)
			}
		})
	}
}

// TestMage is a list as mage gives it.
func TestMage(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &Process{Out: &out, Err: io.Discard, Mage: true}
	if err := p.Alone(t.Context(), report.Text, &greeter.Verbs[1], []string{"a,b"}, nil); err != nil || out.String() != "a program\n[\"a\" \"b\"] map[]\n" {
		t.Errorf("of one word mage's list became %s, %v", &out, err)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, words := range [][]string{{"greet"}, {"greet", "a", "b"}, {"greets"}, {"-output=x", "greet", "a"}, {"greet", "-loud", "a"}, nil} {
		if err := greeter.main(t.Context(), &Process{Out: io.Discard, Err: io.Discard}, words); fault.Code(err) != "usage" {
			t.Errorf("%q: %v, want usage", words, err)
		}
	}
}
