// Package remote makes a machine of what ssh reaches: commands run there and files lie there, while all decisions are made here. Nothing is
// installed on it: it needs sshd and what base AIX has, /bin/sh, find, ls, tar and xargs among it.
//
// All questions and commands go through a few long-lived shells there, see [session], and one connection of the user's own ssh program. What is
// asked at once takes one round trip.
package remote

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Code is the text of this room, see [host.Code].
//
//go:embed *.go
var Code embed.FS

// Options say which machine it is and how it is used.
type Options struct {
	Name    string // as ssh takes it
	Here    string // directory of ours; what is in it is There in a directory of the machine
	ID      string // name of that directory, which tells it from those of other checkouts and users
	Root    string // what Stat and Read take for "/": see [host.Local]
	Local   *host.Local
	Environ []string // that ssh is to see
	Trace   func(host.Cmd)
	First   host.Questions // asked as soon as the machine answers
}

// Machine is one at the other end of a connection.
type Machine struct {
	options    Options
	line       line
	hangUp     func()
	work, path string

	slots chan struct{} // one for each session that may be at work
	trips atomic.Int64
	lock  sync.Mutex
	idle  []*session
	open  map[*session]bool   // these, and those at work
	known map[question]answer // what [Machine.Expect] has asked
	sent  map[string]string   // what [Machine.Send] has found to be there, by our names
}

// sessions is how many are open at a time, besides the one that holds the connection: a server takes ten unless told otherwise (sshd_config,
// MaxSessions), and from the eleventh on ssh opens connections of their own.
const sessions = 7

// Folder is the directory, in the home directory of the user there, that all work lies in.
const Folder = ".sendmail-aix"

// Dial connects to a machine and looks at what it is. [Machine.Close] ends the connection.
func Dial(ctx context.Context, o Options) (*Machine, error) {
	line, hangUp, err := overSSH(ctx, o)
	if err != nil {
		return nil, err
	}
	return greet(ctx, o, line, hangUp)
}

// greet begins to use a connection.
func greet(ctx context.Context, o Options, line line, hangUp func()) (*Machine, error) {
	m := &Machine{options: o, line: line, hangUp: hangUp, slots: make(chan struct{}, sessions), open: make(map[*session]bool), known: make(map[question]answer), sent: make(map[string]string)}
	who := question{kind: askCommand, word: whoScript}
	if err := m.expect(ctx, append([]question{who}, m.questions(o.First)...)); err != nil {
		m.Close()
		return nil, err
	}
	if err := m.settle(m.known[who].out); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// whoScript says what must be known of a machine before anything else.
const whoScript = `echo "$PATH"; echo "$HOME"; id -u; if [ -w "$HOME" ]; then echo may write; else echo may not write; fi
ls -ldn "$HOME/` + Folder + `" 2>/dev/null`

// plainDirectory is a path that survives sendmail's build system, see checkout.Open.
var plainDirectory = regexp.MustCompile(`^/[A-Za-z0-9_./+@-]*$`)

// ownDirectory matches how ls shows the mode of a directory that only its owner can change.
var ownDirectory = regexp.MustCompile(`^d...(.-.){2}`)

// settle finds out where work can lie. What somebody else has put there is not used: he could change what is built.
func (m *Machine) settle(answer string) error {
	lines := strings.Split(strings.TrimRight(answer, "\n"), "\n")
	if len(lines) < 4 {
		return &fault.Error{Code: "host-home", What: "cannot tell who we are on " + m.options.Name, Where: m.options.at(""), Found: answer,
			Do: "log in there and look what \"id -u\" and \"echo $HOME\" print"}
	}
	home, uid := path.Clean(lines[1]), lines[2]
	folder := path.Join(home, Folder)
	m.path, m.work = lines[0], path.Join(folder, m.options.ID)
	listed := strings.Join(lines[4:], "\n")
	there := strings.Fields(listed)
	switch {
	case !plainDirectory.MatchString(folder):
		return &fault.Error{Code: "host-home", What: "sendmail's build system cannot work in the home directory there", Where: m.options.at(home), Found: "characters other than letters, digits and _ . / + @ -",
			Do: "let a user with a plain home directory do it"}
	case len(there) == 0 && lines[3] != "may write":
		return &fault.Error{Code: "host-home", What: "the home directory there cannot be written to", Where: m.options.at(home),
			Do: "make it writable for that user, or log in as another one (User in ~/.ssh/config)"}
	case len(there) > 0 && (len(there) < 4 || !ownDirectory.MatchString(there[0]) || there[2] != uid):
		return &fault.Error{Code: "host-home", What: "the directory for work there is not ours alone", Where: m.options.at(folder), Found: listed,
			Do: "look what it is, and remove it there"}
	}
	return nil
}

// at is a place on the machine, or the machine itself.
func (o *Options) at(place string) string {
	if place == "" {
		return o.Name
	}
	return o.Name + ":" + place
}

// Name is what ssh calls the machine.
func (m *Machine) Name() string { return m.options.Name }

// Trips is how many questions, or commands, or lots of such were sent and answered. Connecting is not among it.
func (m *Machine) Trips() int { return int(m.trips.Load()) }

// Close ends the connection. What still runs there is ended by its guard.
func (m *Machine) Close() {
	m.lock.Lock()
	open := slices.Collect(maps.Keys(m.open))
	m.idle = nil
	m.lock.Unlock()
	for _, s := range open {
		s.close()
	}
	for _, s := range open {
		s.wait()
	}
	m.hangUp()
}

// Path implements [host.Runner].
func (m *Machine) Path() string { return m.path }

// There implements [host.Machine].
func (m *Machine) There(here string) string {
	rel, err := filepath.Rel(m.options.Here, here)
	if err != nil || rel == ".." || strings.HasPrefix(rel, "../") {
		rel = "elsewhere" + here // it is none of ours, and so none of what is used there
	}
	return path.Join(m.work, filepath.ToSlash(rel))
}

// with has one session do steps and lets do read what comes of them.
func (m *Machine) with(ctx context.Context, steps []step, do func(*session) error) error {
	select {
	case m.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-m.slots }()
	s, err := m.session()
	if err != nil {
		return err
	}
	m.trips.Add(1)
	err = s.exchange(ctx, steps, func() error { return do(s) })
	if err == nil || !s.lost.Load() { // with what may be lost all the same, session deals
		m.lock.Lock()
		m.idle = append(m.idle, s)
		m.lock.Unlock()
		return err
	}
	s.close()
	s.wait()
	m.lock.Lock()
	delete(m.open, s)
	m.lock.Unlock()
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &fault.Error{Code: "host-lost", What: "the connection is lost", Where: m.options.at(""), Found: strings.TrimSpace(s.said() + "\n" + err.Error()),
		Do: "run the same again: it goes on with what was finished"}
}

func (m *Machine) session() (*session, error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	for len(m.idle) > 0 {
		last := len(m.idle) - 1
		s := m.idle[last]
		if m.idle = m.idle[:last]; !s.lost.Load() {
			return s, nil
		}
		delete(m.open, s)
	}
	s, err := newSession(m.line)
	if err == nil {
		m.open[s] = true
	}
	return s, err
}

// do has the machine do something to files.
func (m *Machine) do(ctx context.Context, what, where, script string) error {
	answers, err := m.ask(ctx, step{body: script})
	if err == nil && answers[0].status != "0" {
		err = &fault.Error{Code: "host-files", What: "cannot " + what + " there", Where: m.options.at(where), Found: strings.TrimSpace(answers[0].err),
			Do: "make room there, or look who may write to that directory, and run the same again"}
	}
	return err
}

// inWork refuses names that are none of ours: whatever goes wrong, nothing else is changed there.
func (m *Machine) inWork(names ...string) error {
	for _, name := range names {
		if path.Clean(name) != name || !strings.HasPrefix(name, m.work+"/") || strings.ContainsRune(name, '\n') {
			return fmt.Errorf("%s: not below %s on %s", name, m.work, m.options.Name)
		}
	}
	return nil
}
