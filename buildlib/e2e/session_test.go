//go:build e2e

package e2e_test

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
	s.expect(t, "220 ", "the greeting")
	return s
}

// greet opens a session and says EHLO, in TLS as well when that is asked for.
func (d *daemon) greet(t *testing.T, secure bool) *session {
	t.Helper()
	s := d.open(t)
	s.say(t, "250 ", "EHLO client.test")
	if secure {
		s.startTLS(t, d.trusting())
		s.say(t, "250 ", "EHLO client.test")
	}
	return s
}

func (s *session) use(conn net.Conn) { s.conn, s.text = conn, textproto.NewConn(conn) }

// expect reads a reply, which has to begin with want: its code, a blank, and the words after it as far as they matter. It returns the
// words.
func (s *session) expect(t *testing.T, want, what string) string {
	t.Helper()
	code, words, err := s.text.ReadResponse(0)
	if err != nil {
		t.Fatalf("%s: %v, want %q", what, err, want)
	}
	if got := fmt.Sprintf("%d %s", code, words); !strings.HasPrefix(got, want) {
		t.Fatalf("%s: %q, want %q", what, got, want)
	}
	return words
}

// say sends a line and waits for its reply.
func (s *session) say(t *testing.T, want, line string) string {
	t.Helper()
	s.send(t, line+"\r\n")
	return s.expect(t, want, line)
}

// send sends bytes with one write, which is one record when there is TLS.
func (s *session) send(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(s.conn, text); err != nil {
		t.Fatal(err)
	}
}

// startTLS goes as far as TLS: nothing has been said inside it.
func (s *session) startTLS(t *testing.T, config *tls.Config) {
	t.Helper()
	s.say(t, "220 ", "STARTTLS")
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

// rest is all that the daemon says until the conversation ends. That need not be well: the daemon may hang up with our bytes unread.
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

// hungUp checks that the daemon obeys nothing more, and ends the conversation.
func (s *session) hungUp(t *testing.T, what string) {
	t.Helper()
	for _, line := range s.rest(t) {
		if !strings.HasPrefix(line, "221 ") && !strings.HasPrefix(line, "221-") {
			t.Errorf("after %s: %q, want nothing but the end of the connection", what, line)
		}
	}
}

// begin goes as far as the message. Body is what MAIL says of it.
func (s *session) begin(t *testing.T, to, body string) {
	t.Helper()
	s.say(t, "250 ", strings.TrimSpace("MAIL FROM:<someone@"+mailHost+"> "+body))
	s.say(t, "250 ", "RCPT TO:<"+to+"@"+mailHost+">")
	s.say(t, "354 ", "DATA")
}

// deliver sends a message, header and all, whose lines end with CRLF and whose dots are stuffed. The reply to it has to begin with want.
func (s *session) deliver(t *testing.T, want, to, body, text string) {
	t.Helper()
	s.begin(t, to, body)
	s.send(t, text+"\r\n.\r\n")
	s.expect(t, want, "the message to "+to)
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

// bodyOf is the body of the one message that a recipient got, as it was sent: a file mailer ends each message with an empty line.
func (d *daemon) bodyOf(t *testing.T, recipient string) string {
	t.Helper()
	got := d.box(t, recipient)
	_, body, found := strings.Cut(got, "\n\n")
	body, ended := strings.CutSuffix(body, "\n")
	if !found || !ended {
		t.Fatalf("no message has come to %s:\n%q", recipient, got)
	}
	return body
}
