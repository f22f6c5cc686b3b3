package dev

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Slowest are the tests that took longest.
type Slowest struct {
	Tests []Timed `json:"tests"`
}

// Timed is one test, or a part of one.
type Timed struct {
	Package string  `json:"package"`
	Test    string  `json:"test"`
	Seconds float64 `json:"seconds"`
	Failed  bool    `json:"failed"`
}

// WriteText shows a line for each.
func (s *Slowest) WriteText(w io.Writer) error {
	for _, t := range s.Tests {
		failed := ""
		if t.Failed {
			failed = "  failed"
		}
		if _, err := fmt.Fprintf(w, "%8.1f s  %-12s %s%s\n", t.Seconds, path.Base(t.Package), t.Test, failed); err != nil {
			return err
		}
	}
	return nil
}

// howMany slow tests are told.
const howMany = 10

// Slow runs all tests and tells which took longest: of a test with parts, which may run at once, the test as well as each part.
func Slow(ctx context.Context, c *checkout.Checkout, errOut io.Writer) (*Slowest, error) {
	real, _, err := build.Obtainable(ctx, c)
	if err != nil {
		return nil, err
	}
	if _, err := real.Run(ctx, "patch"); err != nil {
		return nil, err
	}
	r, w := io.Pipe()
	read := make(chan *Slowest, 1)
	go func() { read <- slowest(r) }()
	err = c.Machine.Run(ctx, host.Cmd{
		Argv: []string{"go", "test", "-json", "-count=1", "-tags", "e2e", "-timeout", "40m", "./..."}, Dir: c.Root,
		Env: append(goEnv(c), "SENDMAIL_TEST_SOURCE="+real.Patched()), Stdout: w, Stderr: errOut,
	})
	err = errors.Join(err, w.Close())
	return <-read, err
}

// slowest reads what go test -json writes, in lines.
func slowest(r io.Reader) *Slowest {
	s := &Slowest{Tests: []Timed{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e struct {
			Action, Package, Test string
			Elapsed               float64
		}
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Test != "" && (e.Action == "pass" || e.Action == "fail") {
			s.Tests = append(s.Tests, Timed{e.Package, e.Test, e.Elapsed, e.Action == "fail"})
		}
	}
	_, _ = io.Copy(io.Discard, r) // whoever writes must not wait for a line that is too long
	slices.SortStableFunc(s.Tests, func(a, b Timed) int { return cmp.Compare(b.Seconds, a.Seconds) })
	s.Tests = s.Tests[:min(len(s.Tests), howMany)]
	return s
}
