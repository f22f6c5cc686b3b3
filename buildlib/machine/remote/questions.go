package remote

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// question is one thing to know of the machine.
type question struct {
	kind    kind
	word    string
	program string // of a command; word is what becomes of it, and stdin what it reads
	stdin   string
}

type kind string

// The kinds of questions. All of one of the first three kinds are one step, whose answers are lines.
const (
	askFind    kind = "find"
	askStat    kind = "stat"
	askSum     kind = "sum"
	askRead    kind = "read"
	askNames   kind = "names"
	askCommand kind = "command"
)

// answer is what comes of a step.
type answer struct {
	status   string
	out, err string
}

// The status of a question about a file, besides 0.
const (
	absent  = "3"
	another = "4" // it is none of the kind
)

// maxText is more than an answer ever has, in bytes.
const maxText = 64 << 20

// limited keeps what is written to it, up to a limit.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > maxText {
		return 0, errors.New("the answer has no end")
	}
	return l.Buffer.Write(p)
}

// ask does several steps in one round trip.
func (m *Machine) ask(ctx context.Context, steps ...step) ([]answer, error) {
	answers := make([]answer, len(steps))
	for i := range steps {
		steps[i].apart = true
	}
	err := m.with(ctx, steps, func(s *session) error {
		for i := range steps {
			var out, errOut limited
			var err error
			if answers[i].status, err = s.next(&out, &errOut); err != nil {
				return err
			}
			answers[i].out, answers[i].err = out.String(), errOut.String()
		}
		return nil
	})
	return answers, err
}

// find gives the answers to questions, those that are not known in one round trip.
func (m *Machine) find(ctx context.Context, questions ...question) (map[question]answer, error) {
	found := make(map[question]answer)
	var unknown []question
	m.lock.Lock()
	for _, q := range questions {
		a, known := m.known[q]
		if !known && !slices.Contains(unknown, q) {
			unknown = append(unknown, q)
		}
		found[q] = a
	}
	m.lock.Unlock()
	if unknown == nil {
		return found, nil
	}
	var steps []step
	var readers []func(answer)
	for _, kind := range []kind{askFind, askStat, askSum} {
		var words []string
		for _, q := range unknown {
			if q.kind == kind {
				words = append(words, q.word)
			}
		}
		if words == nil {
			continue
		}
		steps = append(steps, step{body: together(kind, words)})
		readers = append(readers, func(a answer) {
			if kind == askSum {
				sums := parseSums(a.out)
				for _, word := range words {
					found[question{kind: kind, word: word}] = answer{out: sums[word], err: a.err}
				}
				return
			}
			lines := strings.Split(a.out, "\n")
			for i, word := range words {
				if i < len(lines) {
					found[question{kind: kind, word: word}] = answer{out: lines[i]}
				}
			}
		})
	}
	for _, q := range unknown {
		st := step{}
		switch q.kind {
		case askRead:
			st.body = "sx_read " + host.Quote(q.word)
		case askNames:
			st.body = "sx_names " + host.Quote(q.word)
		case askCommand:
			st.body, st.program = feed(q.word, q.stdin), q.program
		default:
			continue
		}
		steps = append(steps, st)
		readers = append(readers, func(a answer) { found[q] = a })
	}
	answers, err := m.ask(ctx, steps...)
	if err != nil {
		return nil, err
	}
	for i, read := range readers {
		read(answers[i])
	}
	return found, nil
}

// together is the step for questions of a kind whose answers are lines.
func together(kind kind, words []string) string {
	var b strings.Builder
	if kind == askSum {
		for _, word := range words {
			b.WriteString(forXargs(word) + "\n")
		}
		return feed("sx_sums", b.String())
	}
	b.WriteString("sx_" + string(kind))
	for _, word := range words {
		b.WriteString(" " + host.Quote(word))
	}
	return b.String()
}

// forXargs is a name as xargs takes it.
func forXargs(name string) string { return special.ReplaceAllString(name, `\$0`) }

var special = regexp.MustCompile(`[^A-Za-z0-9_./+-]`)

var (
	dgstLine  = regexp.MustCompile(`^[^(]*\((.*)\)= ([0-9a-f]{64})$`) // openssl dgst
	sumLine   = regexp.MustCompile(`^([0-9a-f]{64}) [ *](.*)$`)       // sha256sum
	cksumLine = regexp.MustCompile(`^(\d+ \d+) (.*)$`)
)

// parseSums reads what sx_sums says of files, by their names. A machine without anything for SHA-256 tells a change of a file by cksum alone; then the sum
// is that of its line.
func parseSums(text string) map[string]string {
	sums := make(map[string]string)
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if f := dgstLine.FindStringSubmatch(line); f != nil {
			sums[f[1]] = f[2]
		} else if f := sumLine.FindStringSubmatch(line); f != nil {
			sums[f[2]] = f[1]
		} else if f := cksumLine.FindStringSubmatch(line); f != nil {
			sum := sha256.Sum256([]byte("cksum " + f[1]))
			sums[f[2]] = hex.EncodeToString(sum[:])
		}
	}
	return sums
}

// expect remembers the answers to questions.
func (m *Machine) expect(ctx context.Context, questions []question) error {
	found, err := m.find(ctx, questions...)
	if err != nil {
		return err
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	for q, a := range found {
		m.known[q] = a
	}
	return nil
}

// Expect implements [host.Machine].
func (m *Machine) Expect(ctx context.Context, q host.Questions) error {
	return m.expect(ctx, m.questions(q))
}

func (m *Machine) questions(q host.Questions) []question {
	var all []question
	for _, c := range q.Output {
		if command, ok, err := m.asCommand(&c); ok && err == nil {
			all = append(all, command)
		}
	}
	for _, kind := range []struct {
		kind  kind
		words []string
	}{{askFind, q.Find}, {askStat, m.inRoot(q.Stat)}, {askRead, m.inRoot(q.Read)}, {askNames, q.ReadDir}, {askSum, q.Sums}} {
		for _, word := range kind.words {
			all = append(all, question{kind: kind.kind, word: word})
		}
	}
	return all
}

// inRoot are the names of files as programs on the machine find them.
func (m *Machine) inRoot(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = path.Join("/", m.options.Root, name)
	}
	return out
}

// asCommand makes a question of a command that has words alone, and perhaps a text to read, which is taken from its Stdin.
func (m *Machine) asCommand(c *host.Cmd) (q question, ok bool, err error) {
	if c.Stdin != nil {
		text, err := io.ReadAll(io.LimitReader(c.Stdin, maxText))
		if err != nil {
			return q, false, err
		}
		if bytes.IndexByte(text, 0) >= 0 {
			return q, false, fmt.Errorf("%s: no shell takes a zero byte in the text that it is given", c.Argv[0])
		}
		q.stdin, c.Stdin = string(text), nil
	}
	for _, word := range c.Argv {
		if strings.ContainsRune(word, 0) {
			return q, false, fmt.Errorf("%s: no shell takes a zero byte in a word", c.Argv[0])
		}
	}
	q.kind, q.program, q.word = askCommand, c.Argv[0], words(c.Argv)
	return q, c.Dir == "" && c.Env == nil && c.Log == "", nil
}

// Run implements [host.Runner].
func (m *Machine) Run(ctx context.Context, c host.Cmd) error { return m.RunAll(ctx, c) }

// RunAll implements [host.Machine].
func (m *Machine) RunAll(ctx context.Context, commands ...host.Cmd) error {
	steps := make([]step, len(commands))
	for i := range commands {
		c := &commands[i]
		q, plain, err := m.asCommand(c)
		if err != nil {
			return err
		}
		m.lock.Lock()
		a, known := m.known[q]
		m.lock.Unlock()
		if plain && known && len(commands) == 1 {
			return m.follow(ctx, *c, func(stdout, stderr io.Writer) (string, error) {
				_, err1 := io.WriteString(stdout, a.out)
				_, err2 := io.WriteString(stderr, a.err)
				return a.status, errors.Join(err1, err2)
			})
		}
		if m.options.Trace != nil {
			m.options.Trace(*c)
		}
		steps[i] = commandStep(*c, q.stdin)
		steps[i].then = i > 0
	}
	if len(steps) == 0 {
		return nil
	}
	return m.with(ctx, steps, func(s *session) error {
		for _, c := range commands {
			if err := m.follow(ctx, c, s.next); err != nil {
				return err
			}
		}
		return nil
	})
}

// follow is [host.Follow] for a command of a step.
func (m *Machine) follow(ctx context.Context, c host.Cmd, next func(stdout, stderr io.Writer) (string, error)) error {
	isMissing := false
	err := host.Follow(ctx, c, func(stdout, stderr io.Writer) (int, error) {
		status, err := next(stdout, stderr)
		if isMissing = status == missing; err != nil || isMissing {
			return 0, err
		}
		n, err := strconv.Atoi(status)
		if n > 128 {
			n = -1 // a signal
		}
		return n, err
	})
	if isMissing && err == nil {
		return host.Missing(c, fmt.Errorf("%s: not on %s: %w", c.Argv[0], m.options.Name, fs.ErrNotExist))
	}
	return err
}

// Output implements [host.Runner].
func (m *Machine) Output(ctx context.Context, c host.Cmd) (string, error) {
	return host.Output(ctx, m, c)
}
