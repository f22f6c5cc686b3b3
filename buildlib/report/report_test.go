package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

type greeting struct {
	Name    string     `json:"name"`
	Friends []greeting `json:"friends,omitempty"`
	Others  []*struct {
		Names []string `json:"names"`
		inner []string
	} `json:"others"`
}

func (g *greeting) WriteText(w io.Writer) error {
	fmt.Fprintf(w, "hello %s\n", g.Name) // Write looks at the error
	return nil
}

func TestWrite(t *testing.T) {
	t.Parallel()
	found := &fault.Error{Code: "image-differs", What: "the images differ", Where: "a and b", Finding: true}
	lacks := &fault.Error{Code: "lacks", What: "no compiler", Err: errors.New("no cc"), Do: "get one"}
	for name, test := range map[string]struct {
		form Form
		v    Value
		err  error
		want string
	}{
		"text":                {Text, &greeting{Name: "<you>"}, nil, "hello <you>\n"},
		"text and an error":   {Text, &greeting{Name: "you"}, found, "hello you\n"},
		"text of an error":    {Text, nil, found, ""},
		"text of a nil value": {Text, (*greeting)(nil), found, ""},
		"JSON":                {JSON, &greeting{Name: "<you>"}, nil, `{"format": 1, "verb": "greet", "result": {"name": "<you>", "others": []}, "errors": []}`},
		"JSON of errors": {JSON, (*greeting)(nil), errors.Join(found, fmt.Errorf("under sh: %w", lacks), errors.New("plain")),
			`{"format": 1, "verb": "greet", "result": null, "errors": [` +
				`{"code": "image-differs", "what": "the images differ", "where": "a and b", "finding": true}, ` +
				`{"code": "lacks", "what": "under sh: no compiler", "cause": "no cc", "do": "get one"}, {"what": "plain"}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := Write(&b, test.form, "greet", test.v, test.err); err != nil {
				t.Fatal(err)
			}
			got := b.Bytes()
			if test.form == JSON {
				got = flat(got)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("Write(): -want +got\n%s", diff)
			}
		})
	}
}

// flat puts an indented document into one line.
func flat(text []byte) []byte {
	var lines [][]byte
	for line := range bytes.Lines(text) {
		lines = append(lines, bytes.TrimSpace(line))
	}
	all := bytes.ReplaceAll(bytes.Join(lines, []byte(" ")), []byte("{ "), []byte("{"))
	for _, end := range []string{"}", "]"} {
		all = bytes.ReplaceAll(all, []byte(" "+end), []byte(end))
	}
	return bytes.ReplaceAll(all, []byte("[ "), []byte("["))
}

// full takes the first bytes, and no more.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	if f.room -= len(p); f.room < 0 {
		return 0, errors.New("no room")
	}
	return len(p), nil
}

// TestWriteFails is a result that does not arrive whole, in each form, though the value does not look.
func TestWriteFails(t *testing.T) {
	t.Parallel()
	for _, form := range []Form{Text, JSON} {
		if err := Write(&full{5}, form, "greet", &greeting{Name: "you"}, nil); fault.Code(err) != "result-unwritten" {
			t.Errorf("Write(%s) = %v, want that there is no room", form, err)
		}
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	finding := &fault.Error{Code: "differs", What: "it differs", Finding: true}
	broken := &fault.Error{Code: "unreadable", What: "it cannot be read"}
	for _, test := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{finding, 1},
		{fmt.Errorf("under sh: %w", finding), 1},
		{errors.Join(finding, finding), 1},
		{broken, 2},
		{errors.New("plain"), 2},
		{errors.Join(finding, broken), 2},
		{errors.Join(finding, fmt.Errorf("then: %w", errors.New("plain"))), 2},
	} {
		if got := Status(test.err); got != test.want {
			t.Errorf("Status(%v) = %d, want %d", test.err, got, test.want)
		}
	}
}
