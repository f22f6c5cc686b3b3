package remote

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// line runs a command line by the login shell of the machine, until it ends.
type line func(ctx context.Context, command string, in *os.File, out, errOut io.Writer) error

// shellLine becomes, in any login shell, a shell that reads commands, in a small fixed environment: on AIX sshd gives a session what
// /etc/environment has, and PATH alone is taken from there. It keeps the number of the session's leader, which is that of its group.
const shellLine = `exec /bin/sh -c 'exec /usr/bin/env -i PATH="$PATH" HOME="$HOME" LC_ALL=C TZ=UTC0 /bin/sh -s'`

// session is a shell there that takes one script after the other. Each script runs under a guard: when our end of the connection is gone,
// because of an interruption, a crash or the network, the guard ends the whole process group of the session.
type session struct {
	in       io.WriteCloser
	out, err *stream
	mark     string
	kill     context.CancelFunc
	ended    chan struct{}
	closing  sync.Once
	lost     atomic.Bool // whether nothing can be asked any more
	begun    bool
	junk     tail // what came on standard error besides answers, as ssh itself says why it fails
}

func newSession(run line) (*session, error) {
	in, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	// What is asked ends with its answer, and the session with the machine; neither with the context of the first question.
	ctx, kill := context.WithCancel(context.Background())
	s := &session{in: ours, out: newStream(), err: newStream(), mark: "sx" + rand.Text(), kill: kill, ended: make(chan struct{})}
	go func() {
		_ = run(ctx, shellLine, in, s.out, s.err) // why it failed it has said
		s.lost.Store(true)
		_ = in.Close()
		s.out.end()
		s.err.end()
		close(s.ended)
	}()
	return s, nil
}

// close lets the shell read the end of its input, and so whatever runs under its guard end.
func (s *session) close() {
	s.closing.Do(func() {
		s.lost.Store(true)
		_ = s.in.Close() // of a pipe
	})
}

// patience is how long a guard may take to end what runs, and a little more; mage gives a target five seconds after Ctrl-C.
const patience = 4 * time.Second

// wait waits for the end of a session that was closed.
func (s *session) wait() {
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.kill()
		<-s.ended
	}
}

// said is what ssh has said.
func (s *session) said() string { return s.junk.String() }

// prelude is what scripts can call. What they say goes line by line.
const prelude = `set -f
umask 022
sx_find() {
	for sx_n do
		sx_r=
		case $sx_n in
		*/*) if [ -f "$sx_n" ] && [ -x "$sx_n" ]; then sx_r=$sx_n; fi ;;
		*)
			sx_i=$IFS IFS=:
			for sx_d in $PATH; do
				case $sx_d in
				/*) if [ -f "$sx_d/$sx_n" ] && [ -x "$sx_d/$sx_n" ]; then sx_r=$sx_d/$sx_n; break; fi ;;
				esac
			done
			IFS=$sx_i
			;;
		esac
		echo "$sx_r"
	done
}
sx_stat() {
	for sx_n do
		if [ -e "$sx_n" ]; then echo there; else echo absent; fi
	done
}
sx_read() {
	if [ -f "$1" ]; then cat "$1"; elif [ -e "$1" ]; then return 4; else return 3; fi
}
sx_names() {
	if [ -d "$1" ]; then ls -A "$1"; elif [ -e "$1" ]; then return 4; else return 3; fi
}
sx_sums() {
	if [ -n "$(sx_find openssl)" ]; then xargs openssl dgst -sha256
	elif [ -n "$(sx_find sha256sum)" ]; then xargs sha256sum
	elif perl -MDigest::SHA -e 1 2>/dev/null; then
		xargs perl -MDigest::SHA -e 'for (@ARGV) { my $d = Digest::SHA->new(256); $d->addfile($_, "b"); print $d->hexdigest, "  $_\n" }'
	else xargs cksum; fi
}
`

// step is a part of a script whose output and status are told apart.
type step struct {
	body  string
	apart bool // whether standard error comes apart from standard output
	then  bool // whether it is done only when all steps before went well
	// program, if not "", is looked for first, and is "$sx" in the body.
	program string
}

// script puts steps under a guard. The guard reads what we never send, so what it gets is the end. It must do that by itself, without another
// process: one that it left behind would read the next script.
func (s *session) script(steps []step) string {
	var b strings.Builder
	if !s.begun {
		b.WriteString(prelude)
		s.begun = true
	}
	b.WriteString(`(
(trap '' TERM; while read sx; do :; done; kill -TERM -$$; sleep 2; kill -KILL -$$) <&3 >/dev/null 2>&1 &
sx_guard=$!
exec 3<&-
sx_all=0
`)
	tell := func(word string) { fmt.Fprintf(&b, "echo \"%s %s\"; echo %s >&2\n", s.mark, word, s.mark) }
	tell("begin")
	for _, st := range steps {
		condition, both := ":", " 2>&1"
		if st.then {
			condition = "[ $sx_all = 0 ]"
		}
		if st.apart {
			both = ""
		}
		body := fmt.Sprintf("(\n%s\n)%s\nsx=$?\n", st.body, both)
		if st.program != "" {
			body = fmt.Sprintf("sx=$(sx_find %s)\nif [ -z \"$sx\" ]; then sx=%s; else\n%sfi\n", host.Quote(st.program), missing, body)
		}
		fmt.Fprintf(&b, "sx=%s\nif %s; then\n%sfi\n[ $sx = 0 ] || sx_all=1\n", skipped, condition, body)
		tell("$sx")
	}
	b.WriteString("{ kill -KILL $sx_guard; wait $sx_guard; } 2>/dev/null\n")
	tell("end")
	b.WriteString(") 3<&0 </dev/null\n")
	return b.String()
}

// exchange sends a script of steps and has do read an answer for each of its steps. It is over when the guard there is gone.
func (s *session) exchange(ctx context.Context, steps []step, do func() error) error {
	defer context.AfterFunc(ctx, func() {
		s.close()
		time.AfterFunc(patience, s.kill) // of one that has ended, it does nothing
	})()
	script, written := s.script(steps), make(chan error, 1)
	go func() {
		_, err := io.WriteString(s.in, script)
		written <- err
	}()
	if _, err := s.next(io.Discard, &s.junk); err != nil {
		return s.broken(err)
	}
	err := do()
	for word := ""; word != "end"; { // and what do did not want to read
		var failed error
		if word, failed = s.next(io.Discard, io.Discard); failed != nil {
			return s.broken(errors.Join(err, failed))
		}
	}
	return errors.Join(err, <-written)
}

func (s *session) broken(err error) error {
	s.lost.Store(true)
	return err
}

// next copies the output of a step, and returns its status.
func (s *session) next(stdout, stderr io.Writer) (status string, err error) {
	failed := make(chan error, 1)
	go func() {
		_, err := s.err.until(s.mark, stderr)
		failed <- err
	}()
	status, err = s.out.until(s.mark+" ", stdout)
	err = errors.Join(err, <-failed)
	return status, err
}

// stream is an output of a session. It takes all that comes: [host.Follow] lets one stream wait for the other.
type stream struct {
	lock    sync.Mutex
	more    sync.Cond
	pending []byte
	ended   bool
}

func newStream() *stream {
	s := new(stream)
	s.more.L = &s.lock
	return s
}

func (s *stream) Write(p []byte) (int, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.pending = append(s.pending, p...)
	s.more.Signal()
	return len(p), nil
}

// end says that nothing more will come.
func (s *stream) end() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.ended = true
	s.more.Signal()
}

// until copies what comes before a mark, at once, and returns the rest of the line behind the mark. That the copy cannot be written does not
// stop it.
func (s *stream) until(mark string, w io.Writer) (rest string, err error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	emit := func(n int) {
		text := s.pending[:n]
		s.pending = s.pending[n:]
		if n > 0 && err == nil {
			s.lock.Unlock()
			_, err = w.Write(text)
			s.lock.Lock()
		}
	}
	for {
		i := bytes.Index(s.pending, []byte(mark))
		if i == 0 {
			if end := bytes.IndexByte(s.pending, '\n'); end >= 0 {
				rest = string(s.pending[min(len(mark), end):end])
				s.pending = s.pending[end+1:]
				return rest, err
			}
		}
		if i < 0 {
			for i = max(0, len(s.pending)-len(mark)+1); !strings.HasPrefix(mark, string(s.pending[i:])); i++ {
			} // it may have begun
		}
		switch {
		case i > 0:
			emit(i) // and look again: more may have come meanwhile
		case s.ended:
			emit(len(s.pending))
			return "", errors.Join(err, io.ErrUnexpectedEOF)
		default:
			s.more.Wait()
		}
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	lock sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-4096):]
	return len(p), nil
}

func (t *tail) String() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return strings.TrimSpace(string(t.text))
}

// What stands for the status of a step that has none.
const (
	missing = "missing" // its program is not there
	skipped = "skipped" // a step before has failed
)

// commandStep runs a command.
func commandStep(c host.Cmd, stdin string) step {
	var b strings.Builder
	if c.Dir != "" {
		fmt.Fprintf(&b, "cd %s || exit\n", host.Quote(c.Dir))
	}
	for _, pair := range c.Env {
		name, value, _ := strings.Cut(pair, "=")
		fmt.Fprintf(&b, "%s=%s\nexport %s\n", name, host.Quote(value), name)
	}
	b.WriteString(feed(words(c.Argv), stdin))
	return step{body: b.String(), apart: c.Stdout != nil || c.Stderr != nil, program: c.Argv[0]}
}

// words runs the program of a step with the words behind its name.
func words(argv []string) string {
	text := `exec "$sx"`
	for _, word := range argv[1:] {
		text += " " + host.Quote(word)
	}
	return text
}

// feed gives a command a text to read, to the byte: a here-document always ends with a newline.
func feed(command, text string) string {
	if text == "" {
		return command + " </dev/null"
	}
	mark := "sx" + rand.Text()
	if strings.HasSuffix(text, "\n") {
		return fmt.Sprintf("%s <<'%s'\n%s%s", command, mark, text, mark)
	}
	return fmt.Sprintf("dd bs=1 count=%d 2>/dev/null <<'%s' | (%s)\n%s\n%s", len(text), mark, command, text, mark)
}
