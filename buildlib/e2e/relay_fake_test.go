//go:build e2e

package e2e_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// script is what a fake relay does that is not what a good one does.
type script struct {
	certificate string            // which of the relays' certificates; none: no STARTTLS
	versions    [2]uint16         // of TLS, the oldest and the newest; zero: what Go has by default
	implicit    bool              // whether TLS begins with the connection, as on port 465
	wants       bool              // whether it wants a certificate of the client's
	broken      bool              // whether it says something else than TLS after STARTTLS
	offers      string            // mechanisms of AUTH; "none" is none
	open        bool              // whether it takes MAIL without AUTH
	says        map[string]string // a verb, greeting or message: the answer
	hangs       string            // the verb after which it closes the connection without an answer
}

// fakeRelay is a server that demands STARTTLS and AUTH, and notes what it is told.
type fakeRelay struct {
	t        *testing.T
	script   script
	config   *tls.Config
	listener net.Listener
	running  sync.WaitGroup

	lock      sync.Mutex
	sessions  []string // the verbs of each connection
	passwords int
	clear     int // of them without TLS
	messages  int
}

func (site *relaySite) newFakeRelay(t *testing.T, s script) *fakeRelay {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &fakeRelay{t: t, script: s, listener: listener}
	if s.certificate != "" {
		certificate, ok := site.certificates[s.certificate]
		if !ok {
			t.Fatalf("no certificate %q", s.certificate)
		}
		r.config = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: s.versions[0], MaxVersion: s.versions[1]}
		if s.wants {
			r.config.ClientAuth, r.config.ClientCAs = tls.RequireAndVerifyClientCert, site.roots
		}
	}
	r.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				if !errors.Is(err, net.ErrClosed) {
					t.Error(err)
				}
				return
			}
			r.running.Go(func() {
				defer conn.Close()
				r.converse(conn)
			})
		}
	})
	return r
}

// port is where it listens, on 127.0.0.1.
func (r *fakeRelay) port() string {
	return fmt.Sprint(r.listener.Addr().(*net.TCPAddr).Port)
}

// close waits for the end of all conversations. What the relay was told is complete then.
func (r *fakeRelay) close() {
	r.t.Helper()
	if err := r.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		r.t.Error(err)
	}
	r.running.Wait()
}

// fakeSession is one connection.
type fakeSession struct {
	relay     *fakeRelay
	conn      net.Conn
	in        *bufio.Reader
	secure    bool
	login     bool
	recipient bool
	verbs     []string
}

// converse goes on until one side has had enough. That the client closes the connection, or gives TLS up, is for what is noted to show.
func (r *fakeRelay) converse(conn net.Conn) {
	s := &fakeSession{relay: r, conn: conn, in: bufio.NewReader(conn)}
	defer func() {
		r.lock.Lock()
		defer r.lock.Unlock()
		r.sessions = append(r.sessions, strings.Join(s.verbs, " "))
	}()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		r.t.Error(err)
		return
	}
	if r.script.implicit && !s.handshake() || !s.answer("greeting", "220 relay ESMTP") {
		return
	}
	for {
		line, err := s.in.ReadString('\n')
		if err != nil {
			return
		}
		words := strings.Fields(line)
		if len(words) == 0 {
			return
		}
		verb := strings.ToUpper(words[0])
		s.verbs = append(s.verbs, verb)
		if !s.command(verb, words[1:]) || verb == "QUIT" {
			return
		}
	}
}

// command answers one. It reports whether the session goes on.
func (s *fakeSession) command(verb string, words []string) bool {
	switch verb {
	case "EHLO":
		return s.answer(verb, "250-relay\r\n"+s.extensions()+"250 8BITMIME")
	case "STARTTLS":
		return s.startTLS()
	case "AUTH":
		return s.auth(words)
	case "MAIL":
		if !s.login && !s.relay.script.open {
			return s.answer(verb, "530 5.7.0 Authentication required")
		}
	case "RCPT":
		s.recipient = !s.refuses(verb)
	case "DATA":
		if !s.recipient {
			return s.answer("", "503 5.5.1 no recipients")
		}
		return s.answer(verb, "354 go") && (s.refuses(verb) || s.message())
	case "QUIT":
		return s.answer(verb, "221 bye")
	}
	return s.answer(verb, "250 2.0.0 ok")
}

// refuses reports whether the answer to a verb is one that nothing follows.
func (s *fakeSession) refuses(verb string) bool {
	answer := s.relay.script.says[verb]
	return strings.HasPrefix(answer, "4") || strings.HasPrefix(answer, "5")
}

// answer says what the script has for a verb, or else this.
func (s *fakeSession) answer(verb, otherwise string) bool {
	if s.relay.script.hangs == verb {
		return false
	}
	if says, ok := s.relay.script.says[verb]; ok {
		otherwise = says
	}
	_, err := io.WriteString(s.conn, otherwise+"\r\n")
	return err == nil && !strings.HasPrefix(otherwise, "421")
}

func (s *fakeSession) extensions() string {
	var lines string
	if !s.secure && (s.relay.config != nil || s.relay.script.broken) {
		lines += "250-STARTTLS\r\n"
	}
	switch offers := s.relay.script.offers; offers {
	case "none":
	case "":
		lines += "250-AUTH PLAIN LOGIN\r\n"
	default:
		lines += "250-AUTH " + offers + "\r\n"
	}
	return lines
}

func (s *fakeSession) startTLS() bool {
	if !s.answer("STARTTLS", "220 go") {
		return false
	}
	if s.refuses("STARTTLS") {
		return true
	}
	if s.relay.script.broken {
		_, err := io.WriteString(s.conn, "this is no TLS\r\n")
		if err != nil {
			s.relay.t.Error(err)
		}
		return false
	}
	return s.handshake()
}

func (s *fakeSession) handshake() bool {
	conn := tls.Server(s.conn, s.relay.config)
	if err := conn.Handshake(); err != nil {
		return false
	}
	s.conn, s.in, s.secure, s.verbs = conn, bufio.NewReader(conn), true, append(s.verbs, "(TLS)")
	return true
}

// auth takes one user with one password, with PLAIN or LOGIN.
func (s *fakeSession) auth(words []string) bool {
	said := strings.Join(words[1:], "")
	if strings.EqualFold(words[0], "LOGIN") {
		for _, ask := range []string{"VXNlcm5hbWU6", "UGFzc3dvcmQ6"} {
			if _, err := io.WriteString(s.conn, "334 "+ask+"\r\n"); err != nil {
				return false
			}
			line, err := s.in.ReadString('\n')
			if err != nil {
				return false
			}
			said = strings.TrimSpace(line)
		}
	}
	text, err := base64.StdEncoding.DecodeString(said)
	if err != nil {
		s.relay.t.Errorf("AUTH %v is no base64: %v", words, err)
	}
	if !strings.HasSuffix(string(text), mailPassword) {
		return s.answer("AUTH", wrongPassword)
	}
	s.relay.lock.Lock()
	s.relay.passwords++
	if !s.secure {
		s.relay.clear++
	}
	s.relay.lock.Unlock()
	s.login = !s.refuses("AUTH")
	return s.answer("AUTH", "235 2.7.0 welcome")
}

func (s *fakeSession) message() bool {
	for {
		line, err := s.in.ReadString('\n')
		if err != nil {
			return false
		}
		if line != ".\r\n" {
			continue
		}
		if s.relay.script.hangs != "message" && !s.refuses("message") {
			s.relay.lock.Lock()
			s.relay.messages++
			s.relay.lock.Unlock()
		}
		return s.answer("message", "250 2.0.0 taken")
	}
}
