//go:build e2e

package e2e_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// receiver is a server for mail that sendmail sends. Like one that has waited for too long (RFC 5321, 3.8), it answers 421 and closes the
// connection when it is asked, after a message, whether it is still there.
type receiver struct {
	t           *testing.T
	listener    net.Listener
	certificate tls.Certificate
	running     sync.WaitGroup

	lock     sync.Mutex
	messages []received
}

// received is a message, as it came over the wire.
type received struct {
	text       string
	tls        bool
	connection string // where it came from
}

func (s *site) newReceiver(t *testing.T) *receiver {
	t.Helper()
	certificate, err := tls.LoadX509KeyPair(s.path("tls/cert.pem"), s.path("tls/key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &receiver{t: t, listener: listener, certificate: certificate}
	r.running.Go(r.accept)
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		r.running.Wait()
	})
	return r
}

func (r *receiver) accept() {
	for {
		conn, err := r.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			r.t.Error(err)
			return
		}
		r.running.Go(func() {
			defer conn.Close()
			if err := r.converse(conn); err != nil && !errors.Is(err, io.EOF) {
				r.t.Errorf("the receiver of mail: %v", err)
			}
		})
	}
}

func (r *receiver) converse(conn net.Conn) error {
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	in, secure := bufio.NewReader(conn), false
	say := func(lines string) error {
		_, err := io.WriteString(conn, lines+"\r\n")
		return err
	}
	if err := say("220 receiver.test ESMTP"); err != nil {
		return err
	}
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		answer := "250 2.0.0 good"
		switch verb {
		case "EHLO":
			answer = "250-receiver.test\r\n250 8BITMIME"
			if !secure {
				answer = "250-receiver.test\r\n250-STARTTLS\r\n250 8BITMIME"
			}
		case "STARTTLS":
			answer = "220 go"
		case "DATA":
			answer = "354 go"
		case "RSET":
			answer = "421 4.4.2 you were idle for too long"
		case "QUIT":
			answer = "221 bye"
		}
		if err := say(answer); err != nil {
			return err
		}
		switch verb {
		case "STARTTLS":
			conn, secure = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{r.certificate}}), true
			in = bufio.NewReader(conn)
		case "DATA":
			if err := r.receive(in, secure, conn.RemoteAddr().String()); err != nil {
				return err
			}
			if err := say("250 2.0.0 good"); err != nil {
				return err
			}
		case "RSET", "QUIT":
			return conn.Close()
		}
	}
}

func (r *receiver) receive(in *bufio.Reader, secure bool, from string) error {
	var text strings.Builder
	for !strings.HasSuffix(text.String(), "\r\n.\r\n") {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		text.WriteString(line)
	}
	r.lock.Lock()
	defer r.lock.Unlock()
	r.messages = append(r.messages, received{text.String(), secure, from})
	return nil
}

// received is all that has come. Sendmail ends when it has its answer to what it sent.
func (r *receiver) received() []received {
	r.lock.Lock()
	defer r.lock.Unlock()
	return r.messages
}

// mailer is a sendmail that sends all mail to one receiver.
type mailer struct {
	site *site
	cf   string
}

func (s *site) mailerTo(t *testing.T, r *receiver, settings string) *mailer {
	t.Helper()
	address := r.listener.Addr().String()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	settings += fmt.Sprintf("define(`SMART_HOST', `esmtp:[127.0.0.1]')\ndefine(`ESMTP_MAILER_ARGS', `TCP $h %s')\n"+
		"define(`QUEUE_DIR', `%s')\ndefine(`confMCI_CACHE_SIZE', `2')\nMAILER(`smtp')\n", port, s.path("outgoing"))
	return &mailer{s, s.configure(t, "A", settings, address)}
}

// run has sendmail do something, and end.
func (m *mailer) run(t *testing.T, input string, args ...string) {
	t.Helper()
	cmd := m.site.command(t.Context(), append([]string{m.site.sendmail, "-C", m.cf}, args...)...)
	cmd.Env = append(cmd.Env, m.site.preload())
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
}
