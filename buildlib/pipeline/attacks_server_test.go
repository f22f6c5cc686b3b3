//go:build e2e

package pipeline_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/textproto"
	"os"
	"strings"
	"testing"
)

// session is a conversation with a daemon in which the client sends exactly the bytes that it likes.
type session struct {
	daemon *daemon
	conn   net.Conn
	text   *textproto.Conn
}

// open connects, and waits for the greeting.
func (d *daemon) open(t *testing.T) *session {
	t.Helper()
	s := &session{daemon: d}
	s.use(d.connect(t))
	s.expect(t, 220, "the greeting")
	return s
}

func (s *session) use(conn net.Conn) { s.conn, s.text = conn, textproto.NewConn(conn) }

func (s *session) expect(t *testing.T, code int, what string) {
	t.Helper()
	if _, _, err := s.text.ReadResponse(code); err != nil {
		t.Fatalf("%s: %v, want %d", what, err, code)
	}
}

// say sends a line and waits for its reply.
func (s *session) say(t *testing.T, code int, line string) {
	t.Helper()
	s.send(t, line+"\r\n")
	s.expect(t, code, line)
}

// send sends bytes with one write, which is one record when there is TLS.
func (s *session) send(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(s.conn, text); err != nil {
		t.Fatal(err)
	}
}

// sendBytes sends each byte by itself, until the daemon hangs up: it need not read to the end what it does not like.
func (s *session) sendBytes(text string) {
	for i := range len(text) {
		if _, err := io.WriteString(s.conn, text[i:i+1]); err != nil {
			return
		}
	}
}

// startTLS goes as far as a browser does that somebody leads here: nothing has been said inside TLS.
func (s *session) startTLS(t *testing.T, config *tls.Config) {
	t.Helper()
	s.say(t, 220, "STARTTLS")
	s.secure(t, config)
}

func (s *session) secure(t *testing.T, config *tls.Config) {
	t.Helper()
	conn := tls.Client(s.conn, config)
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	s.use(conn)
}

// trusting is a client that knows the daemon's certificate.
func (d *daemon) trusting() *tls.Config {
	return &tls.Config{RootCAs: d.site.roots, ServerName: mailHost}
}

// rest is all that the daemon says until the conversation ends. That need not be well: the daemon may hang up with our bytes unread,
// or, when the replies to several commands are on their way, have a child write them once more, which breaks TLS.
func (s *session) rest(t *testing.T) []string {
	t.Helper()
	var lines []string
	in := bufio.NewScanner(s.text.R)
	for in.Scan() {
		lines = append(lines, in.Text())
	}
	if err := in.Err(); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%v, after %q", err, lines)
	}
	return lines
}

// box is what a recipient got; "" is nothing.
func (d *daemon) box(t *testing.T, recipient string) string {
	t.Helper()
	text, err := os.ReadFile(d.site.path("box/" + recipient))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return string(text)
}

// envelope are the commands before a message. They say where it comes from and where it goes to.
func envelope(from, to string) string {
	return fmt.Sprintf("MAIL FROM:<%s@%s>\r\nRCPT TO:<%s@%s>\r\nDATA\r\n", from, mailHost, to, mailHost)
}

// begin goes as far as the message. Body is what MAIL says of it.
func (s *session) begin(t *testing.T, to, body string) {
	t.Helper()
	s.say(t, 250, strings.TrimSpace("MAIL FROM:<someone@"+mailHost+"> "+body))
	s.say(t, 250, "RCPT TO:<"+to+"@"+mailHost+">")
	s.say(t, 354, "DATA")
}

// deliver sends a message of one line, and ends.
func (s *session) deliver(t *testing.T, to, body, text string) {
	t.Helper()
	s.begin(t, to, body)
	s.send(t, "Subject: "+to+"\r\n\r\n"+text+"\r\n.\r\nQUIT\r\n")
	s.rest(t)
}

// smuggling is a message that a server which goes by the book passes on as one.
type smuggling struct {
	end    string // what may be taken for the end of a message
	header bool   // whether it stands in the header already
	before int    // how long a line precedes it
	bytes  bool   // whether each byte comes in a TLS record of its own
	body   string // what MAIL says of it
}

// lawful is a line with a dot, sent as it must be.
const lawful = "\r\n..\r\n"

// smugglings are attacks that end a message, or a line of it, by something else than CRLF.
var smugglings = func() []attack {
	const id = "CVE-2023-51765"
	bareLF := []relaxed{{"O F", smuggled}, {"O", cut}, {"G", taken}, {"g2", taken}, {"U", refused}}
	bareCR := []relaxed{{"O", taken}, {"U", taken}, {"u2", taken}, {"G", refused}}
	bareBoth := []relaxed{{"G", refused}, {"U", refused}, {"u2 g2", taken}}
	attacks := []attack{
		{name: "LF . LF", run: smuggle(smuggling{end: "\n.\n"}), works: smuggled, relaxed: bareLF},
		{name: "LF . CRLF", run: smuggle(smuggling{end: "\n.\r\n"}), works: smuggled, relaxed: bareLF},
		{name: "CRLF . LF", run: smuggle(smuggling{end: "\r\n.\n"}), works: smuggled, relaxed: bareLF},
		{name: "CR . CR", run: smuggle(smuggling{end: "\r.\r"}), works: taken, relaxed: bareCR},
		{name: "CR . CRLF", run: smuggle(smuggling{end: "\r.\r\n"}), works: taken, relaxed: bareCR},
		{name: "CRLF . CR", run: smuggle(smuggling{end: "\r\n.\r"}), works: taken, relaxed: bareCR},
		{name: "CRLF . CRCRLF", run: smuggle(smuggling{end: "\r\n.\r\r\n"}), works: taken, relaxed: bareCR},
		{name: "LFCR . LFCR", run: smuggle(smuggling{end: "\n\r.\n\r"}), works: taken, relaxed: bareBoth},
		{name: "in the header", run: smuggle(smuggling{end: "\n.\n", header: true}), works: smuggled, relaxed: bareLF},
		{name: "CR in the header", run: smuggle(smuggling{end: "\r.\r", header: true}), works: taken, relaxed: bareCR},
		{name: "byte for byte", run: smuggle(smuggling{end: "\n.\r\n", bytes: true}), works: smuggled},
		{name: "at the ends of buffers", run: smuggleAnywhere("\n.\r\n"), works: smuggled},
	}
	for i := range attacks {
		attacks[i].advisory, attacks[i].fails = id, refused
	}
	return append(attacks, attack{
		advisory: id, name: "lawful", run: smuggleAnywhere(lawful), works: taken, fails: taken,
	}, attack{
		advisory: id, name: "lawful byte for byte", run: smuggle(smuggling{end: lawful, bytes: true}), works: taken, fails: taken,
	})
}()

func smuggle(m smuggling) func(*testing.T, *victim, string) outcome {
	return func(t *testing.T, v *victim, settings string) outcome {
		return m.send(t, v.daemon(settings), recipient(t))
	}
}

// smuggleAnywhere moves what may end the message over the places where buffers of the program may end.
func smuggleAnywhere(end string) func(*testing.T, *victim, string) outcome {
	return func(t *testing.T, v *victim, settings string) outcome {
		var all outcome
		for _, size := range []int{1024, 2048, 4096, 8192} {
			for before := size - 6; before <= size+1; before++ {
				m := smuggling{end: end, before: before}
				got := m.send(t, v.daemon(settings), fmt.Sprintf("%s-%d", recipient(t), before))
				if all != "" && got != all {
					t.Errorf("after %d bytes, %s, but before that %s", before, got, all)
				}
				all = got
			}
		}
		return all
	}
}

func (m smuggling) send(t *testing.T, d *daemon, to string) outcome {
	t.Helper()
	const mark = "This comes from somebody else."
	forged := to + "-forged"
	s := d.open(t)
	s.say(t, 250, "EHLO client.test")
	if m.bytes {
		s.startTLS(t, d.trusting())
		s.say(t, 250, "EHLO client.test")
	}
	s.begin(t, to, m.body)
	text := "Subject: " + to + "\r\n"
	if !m.header {
		text += "\r\n"
	}
	text += strings.Repeat("x", max(1, m.before-len(text))) + m.end + envelope("forger", forged) +
		"Subject: forged\r\n\r\n" + mark + "\r\n.\r\nQUIT\r\n"
	if m.bytes {
		s.sendBytes(text)
	} else {
		s.send(t, text)
	}
	says := s.rest(t)
	whole, part := d.box(t, to), d.box(t, forged)
	switch {
	case whole == "" && part == "":
		return refused
	case strings.Contains(whole, mark) && part == "":
		if m.end == lawful && !strings.Contains(whole, "x\n.\nMAIL FROM:") {
			t.Errorf("the line with a dot has not come as it was:\n%s", whole)
		}
		return taken
	case whole != "" && !strings.Contains(whole, mark) && part == "":
		return cut
	case whole != "" && !strings.Contains(whole, mark) && strings.Contains(part, mark):
		return smuggled
	}
	t.Fatalf("neither one message nor two:\n%s\n%s\n%q", whole, part, says)
	return ""
}

// A browser sends what somebody else has put into a form. Its last line is a command of SMTP.
const browser = "POST / HTTP/1.1\r\nHost: " + mailHost + "\r\nContent-Type: text/plain\r\n\r\nNOOP\r\nQUIT\r\n"

func browserInTLS(first string) func(*testing.T, *victim, string) outcome {
	return func(t *testing.T, v *victim, settings string) outcome {
		d := v.daemon(settings)
		s := d.open(t)
		s.say(t, 250, "EHLO client.test")
		s.startTLS(t, d.trusting())
		if first != "" {
			s.say(t, 250, first)
		}
		return s.browse(t)
	}
}

func browserInClear(t *testing.T, v *victim, settings string) outcome {
	s := v.daemon(settings).open(t)
	s.say(t, 250, "EHLO client.test")
	return s.browse(t)
}

func (s *session) browse(t *testing.T) outcome {
	t.Helper()
	s.send(t, browser)
	return whetherObeyed(s.rest(t))
}

// stuffing is a message that arrives together with the commands before it.
type stuffing struct {
	hello   string // what to greet with
	greeted bool   // whether the reply to that is waited for
	tls     bool
	lawful  bool // whether the reply to DATA is waited for
}

func stuff(m stuffing) func(*testing.T, *victim, string) outcome {
	return func(t *testing.T, v *victim, settings string) outcome {
		d, to := v.daemon(settings), recipient(t)
		s := d.open(t)
		if m.tls {
			s.say(t, 250, "EHLO client.test")
			s.startTLS(t, d.trusting())
		}
		first := envelope("someone", to)
		if m.greeted {
			s.say(t, 250, m.hello)
		} else {
			first = m.hello + "\r\n" + first
		}
		message := "Subject: " + to + "\r\n\r\nHello.\r\n.\r\nQUIT\r\n"
		if m.lawful {
			s.send(t, first)
			for _, code := range []int{250, 250, 354} {
				s.expect(t, code, "MAIL, RCPT and DATA at once")
			}
			s.send(t, message)
		} else {
			s.send(t, first+message)
		}
		s.rest(t)
		return takenOrRefused(d.box(t, to))
	}
}

// dialogue answers the questions of AUTH LOGIN with words that are commands of FTP and HTTP elsewhere, and valid base64.
func dialogue(t *testing.T, v *victim, settings string) outcome {
	s := v.daemon(settings).open(t)
	s.say(t, 250, "EHLO client.test")
	s.say(t, 334, "AUTH LOGIN")
	s.say(t, 334, "USER")
	s.send(t, "POST\r\nNOOP\r\nQUIT\r\n")
	return whetherObeyed(s.rest(t))
}

func whetherObeyed(lines []string) outcome {
	for _, line := range lines {
		if strings.HasPrefix(line, "250 ") {
			return obeyed
		}
	}
	return hungUp
}

func takenOrRefused(box string) outcome {
	if box == "" {
		return refused
	}
	return taken
}

// deliverText delivers a message of one line.
func deliverText(body, text string) func(*testing.T, *victim, string) outcome {
	return func(t *testing.T, v *victim, settings string) outcome {
		d, to := v.daemon(settings), recipient(t)
		s := d.open(t)
		s.say(t, 250, "EHLO client.test")
		s.deliver(t, to, body, text)
		return takenOrRefused(d.box(t, to))
	}
}
