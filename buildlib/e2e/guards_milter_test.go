//go:build e2e

package e2e_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// testMilter is for milter-rejected-recipient. Its header says: a recipient that a milter rejects is told so (libmilter/docs: SMFIS_REJECT)
// and does not get the message, and the others do.
func testMilter(t *testing.T, s *stand) {
	m := newMilter(t, "second@")
	_, port, err := net.SplitHostPort(m.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	d := s.site.start(t, "A", fmt.Sprintf("INPUT_MAIL_FILTER(`test', `S=inet:%s@127.0.0.1, F=R, T=S:30s;R:30s')\n", port))
	c := d.greet(t, false)
	c.say(t, "250 ", "MAIL FROM:<someone@"+mailHost+">")
	for _, test := range []struct{ to, want string }{{"first", "250 "}, {"second", "550 5.7.1 "}, {"third", "250 "}} {
		c.say(t, test.want, "RCPT TO:<"+test.to+"@"+mailHost+">")
	}
	c.say(t, "354 ", "DATA")
	c.send(t, messageOf("all", "Hello.")+"\r\n.\r\n")
	c.expect(t, taken, "the message")
	c.say(t, "221 ", "QUIT")
	for to, want := range map[string]bool{"first": true, "second": false, "third": true} {
		if got := d.box(t, to) != ""; got != want {
			t.Errorf("the message has come to %s: %t, want %t", to, got, want)
		}
	}
}

// milter is a filter that rejects a recipient. It speaks the protocol as include/libmilter/mfdef.h of sendmail has it: a length of four
// bytes, a letter, data.
type milter struct {
	t        *testing.T
	rejects  string
	listener net.Listener
	running  sync.WaitGroup
}

// What the filter asks to be spared, of mfdef.h: SMFIP_NOCONNECT, NOHELO, NOMAIL, NOBODY, NOHDRS, NOEOH, NOUNKNOWN and NODATA.
const milterSpared = 0x01 | 0x02 | 0x04 | 0x10 | 0x20 | 0x40 | 0x100 | 0x200

func newMilter(t *testing.T, rejects string) *milter {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &milter{t: t, rejects: rejects, listener: listener}
	m.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				if !errors.Is(err, net.ErrClosed) {
					t.Error(err)
				}
				return
			}
			m.running.Go(func() {
				defer conn.Close()
				if err := m.converse(conn); err != nil && !errors.Is(err, io.EOF) {
					t.Errorf("the filter: %v", err)
				}
			})
		}
	})
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
		m.running.Wait()
	})
	return m
}

func (m *milter) converse(conn net.Conn) error {
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	in := bufio.NewReader(conn)
	for {
		var size uint32
		if err := binary.Read(in, binary.BigEndian, &size); err != nil {
			return err
		}
		if size == 0 || size > 1<<16 {
			return fmt.Errorf("a packet of %d bytes", size)
		}
		packet := make([]byte, size)
		if _, err := io.ReadFull(in, packet); err != nil {
			return err
		}
		answer := "c" // SMFIR_CONTINUE
		switch command := packet[0]; command {
		case 'O': // SMFIC_OPTNEG: the version of sendmail's, no action, the steps to be spared
			if len(packet) < 13 {
				return fmt.Errorf("a negotiation of %d bytes", size)
			}
			spared := binary.BigEndian.AppendUint32(nil, milterSpared)
			answer = "O" + string(packet[1:5]) + "\x00\x00\x00\x00" + string(spared)
		case 'R': // SMFIC_RCPT
			if strings.Contains(string(packet), m.rejects) {
				answer = "r" // SMFIR_REJECT
			}
		case 'E': // SMFIC_BODYEOB
		case 'D', 'A': // SMFIC_MACRO and SMFIC_ABORT have no answer
			continue
		case 'Q': // SMFIC_QUIT
			return nil
		default:
			return fmt.Errorf("a packet %q", packet)
		}
		out := binary.BigEndian.AppendUint32(nil, uint32(len(answer)))
		if _, err := conn.Write(append(out, answer...)); err != nil {
			return err
		}
	}
}
