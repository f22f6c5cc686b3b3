package probe

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// maxSize is more than any probe has.
const maxSize = 8 << 20

// answers are what a machine said.
type answers struct {
	asked    []ask
	values   map[int]map[string]string          // by width, of a fact's kind and name
	missing  map[int]map[string]bool            // headers
	members  map[int]map[string]bool            // of libraries, as /usr/lib/libc.a(shr.o), that a dump saw
	exports  map[int]map[string]map[string]bool // by width and member
	compiler map[int]string
	left     int // facts that were not asked, for want of time
}

// ask is one command.
type ask struct {
	command string
	lines   []string
	status  string // "-" where it is not known
	absent  bool
}

// find gives a command's answer, nil when it was not asked or there is no such command.
func (a *answers) find(command string) *ask {
	i := slices.IndexFunc(a.asked, func(q ask) bool { return q.command == command && !q.absent })
	if i < 0 {
		return nil
	}
	return &a.asked[i]
}

func (q *ask) text() string { return strings.Join(q.lines, "\n") }

// read reads a file that probe.sh has printed.
func read(ctx context.Context, file string) (*answers, error) {
	text, err := regular.Read(file, maxSize)
	if err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, &fault.Error{Code: "probe-unreadable", What: "cannot read the probe", Where: file, Err: err, Do: "name a file that probe.sh has printed"}
	}
	a, err := parse(string(text))
	if err != nil {
		return nil, &fault.Error{Code: "probe-unreadable", What: "this is no whole probe", Where: file, Err: err, Do: "run probe.sh again, and send all that it prints"}
	}
	return a, nil
}

// parse reads what probe.sh prints. Lines that it does not know may be of a newer one, and are passed over; the last says that none is missing.
func parse(text string) (*answers, error) {
	a := &answers{values: map[int]map[string]string{}, missing: map[int]map[string]bool{}, members: map[int]map[string]bool{},
		exports: map[int]map[string]map[string]bool{}, compiler: map[int]string{}}
	for _, bits := range widths {
		a.values[bits], a.missing[bits], a.members[bits] = map[string]string{}, map[string]bool{}, map[string]bool{}
		a.exports[bits] = map[string]map[string]bool{}
	}
	lines := strings.Split(strings.ReplaceAll(strings.TrimRight(text, "\r\n"), "\r\n", "\n"), "\n")
	if lines[0] != "sendmail-aix probe 1" {
		return nil, fmt.Errorf("it does not begin with %q", "sendmail-aix probe 1")
	}
	if lines[len(lines)-1] != "end" {
		return nil, fmt.Errorf("its last line is not %q", "end")
	}
	for number, line := range lines {
		if err := a.line(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", number+1, err)
		}
	}
	return a, nil
}

func (a *answers) line(line string) error {
	last := &ask{}
	if len(a.asked) > 0 {
		last = &a.asked[len(a.asked)-1]
	}
	if shown, ok := strings.CutPrefix(line, "|"); ok {
		last.lines = append(last.lines, strings.TrimPrefix(shown, " "))
		return nil
	}
	kind, rest, _ := strings.Cut(line, " ")
	words := strings.Fields(rest)
	wide := map[string]int{"compiler": 2, "missing": 2, "member": 2, "export": 3, "fact": 4, "unanswered": 2}
	bits := 0
	if least := wide[kind]; least > 0 {
		if len(words) < least || words[0] != "32" && words[0] != "64" {
			return fmt.Errorf("%q is cut off", line)
		}
		bits, _ = strconv.Atoi(words[0]) // it is one of two
	}
	switch kind {
	case "ask":
		a.asked = append(a.asked, ask{command: rest})
	case "absent":
		last.absent = true
	case "status":
		last.status = rest
	case "compiler":
		a.compiler[bits] = strings.Join(words[1:], " ")
	case "missing":
		a.missing[bits][words[1]] = true
	case "member":
		a.members[bits][words[1]] = true
	case "export":
		if a.exports[bits][words[1]] == nil {
			a.exports[bits][words[1]] = map[string]bool{}
		}
		a.exports[bits][words[1]][words[2]] = true
	case "fact":
		a.values[bits][words[1]+" "+words[2]] = words[3]
	case "unanswered":
		n, err := strconv.Atoi(words[1])
		if err != nil {
			return err
		}
		a.left += n
	}
	return nil
}
