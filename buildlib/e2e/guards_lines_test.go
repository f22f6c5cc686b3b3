//go:build e2e

package e2e_test

import (
	"fmt"
	"strings"
	"testing"
)

// What the headers of the patches crlf-only-in-smtp-messages and reject-nul-option say is answered.
const (
	notBare = "554 5.6.0 Bare CR or LF not allowed"
	notNUL  = "554 5.6.1 NUL byte not allowed"
	taken   = "250 "
)

// messageOf is a message to a recipient, with this text.
func messageOf(to, text string) string { return "Subject: " + to + "\r\n\r\n" + text }

// testLineEnds is for crlf-only-in-smtp-messages. Its header says: a message with a bare CR or LF anywhere is read to its end and refused,
// and the session goes on; G, or g2, of srv_features makes a bare LF a blank, U, or u2, a bare CR; O leaves line ends as they were.
func testLineEnds(t *testing.T, s *stand) {
	const cr, lf, both = "one\rtwo", "one\ntwo", "one\rtwo\nthree"
	for _, test := range []struct {
		name, features, text string
		want, body           string
	}{
		{"LF", "", lf, notBare, ""},
		{"CR", "", cr, notBare, ""},
		{"LF G", "G", lf, taken, "one two"},
		{"LF g2", "g2", lf, taken, "one two"},
		{"CR G", "G", cr, notBare, ""},
		{"CR U", "U", cr, taken, "one two"},
		{"CR u2", "u2", cr, taken, "one two"},
		{"LF U", "U", lf, notBare, ""},
		{"both", "", both, notBare, ""},
		{"both u2 g2", "u2 g2", both, taken, "one two three"},
		{"LF O", "O", lf, taken, "one\ntwo"},
		{"CR O", "O", cr, taken, "one\rtwo"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, to := s.with(test.features), recipient(t)
			c := d.greet(t, false)
			c.deliver(t, test.want, to, "", messageOf(to, test.text))
			if test.want == taken {
				if got := d.bodyOf(t, to); got != test.body+"\n" {
					t.Errorf("%q has come, want %q", got, test.body)
				}
			}
			c.goesOn(t, to)
		})
	}
	t.Run("header", func(t *testing.T) {
		for name, text := range map[string]string{"LF": "X-Text: " + lf, "CR": "X-Text: " + cr} {
			to := recipient(t) + "-" + strings.ToLower(name)
			c := s.with("").greet(t, false)
			c.deliver(t, notBare, to, "", text+"\r\n"+messageOf(to, "Hello."))
			c.goesOn(t, to)
		}
	})
	t.Run("ends of buffers", func(t *testing.T) {
		c := s.with("").greet(t, false)
		for before := range aroundBuffers {
			to := fmt.Sprint(recipient(t), "-", before)
			text := messageOf(to, "")
			c.deliver(t, notBare, to, "", text+longLines(before-len(text))+lf)
			if got := c.daemon.box(t, to); got != "" {
				t.Errorf("a message that was refused has come:\n%q", got)
			}
		}
		c.goesOn(t, recipient(t))
	})
}

// goesOn checks that nothing has come of what was refused, and that a message on the same connection comes.
func (c *session) goesOn(t *testing.T, refused string) {
	t.Helper()
	to := refused + "-next"
	c.deliver(t, taken, to, "", messageOf(to, "Hello."))
	if got := c.daemon.bodyOf(t, to); got != "Hello.\n" {
		t.Errorf("on the same connection %q has come", got)
	}
	c.say(t, "221 ", "QUIT")
}

// aroundBuffers are places in a message where a buffer of the program may end.
func aroundBuffers(yield func(int) bool) {
	for _, size := range []int{1024, 2048, 4096, 8192} {
		for place := size - 6; place <= size+1; place++ {
			if !yield(place) {
				return
			}
		}
	}
}

// eightBits is all bytes of 8 bits.
var eightBits = func() string {
	var line strings.Builder
	for b := 0x80; b <= 0xff; b++ {
		line.WriteByte(byte(b))
	}
	return line.String()
}()

// testSevenBits is for the patches that check line ends in bodies of 7 bits. Their headers say: where MAIL says BODY=7BIT, or with
// SevenBitInput, a line ends where it was sent to end. So a line of bytes that such a body has no place for remains one line, of 7 bits. O
// leaves line ends as they were.
func testSevenBits(t *testing.T, s *stand) {
	for name, test := range map[string]struct{ settings, body string }{
		"BODY=7BIT":     {"", "BODY=7BIT"},
		"SevenBitInput": {"define(`confSEVEN_BIT_INPUT', `True')\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, to := s.daemon(test.settings), recipient(t)
			c := d.greet(t, false)
			c.deliver(t, taken, to, test.body, messageOf(to, "before\r\n"+eightBits[1:]+"\r\nafter")) // for the first see testNUL
			got := d.bodyOf(t, to)
			if n := strings.Count(got, "\n"); n != 3 || strings.Contains(got, "\r") || strings.ContainsFunc(got, func(r rune) bool { return r >= 0x80 }) {
				t.Errorf("of three lines %d have come, or not all of 7 bits:\n%q", n, got)
			}
			c.goesOn(t, to)
		})
	}
	t.Run("O G", func(t *testing.T) { // line ends are those of the release: LF as well, which 8.18 wants G for, too
		d, to := s.with("O G"), recipient(t)
		c := d.greet(t, false)
		c.deliver(t, taken, to, "BODY=7BIT", messageOf(to, "one\ntwo"))
		if got := d.bodyOf(t, to); got != "one\ntwo\n" {
			t.Errorf("%q has come", got)
		}
		c.goesOn(t, to)
	})
}

// testNUL is for reject-nul-option. Its header says: RejectNUL refuses a message with a NUL, also one that comes of a body of 7 bits;
// without the option such messages are taken.
func testNUL(t *testing.T, s *stand) {
	const on = "define(`confREJECT_NUL', `True')\n"
	for _, test := range []struct{ name, settings, body, text, want string }{
		{"off", "", "", "one\x00two", taken},
		{"on", on, "", "one\x00two", notNUL},
		{"on BODY=7BIT", on, "BODY=7BIT", eightBits, notNUL},
		{"on BODY=8BITMIME", on, "BODY=8BITMIME", eightBits, taken},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, to := s.daemon(test.settings), recipient(t)
			c := d.greet(t, false)
			c.deliver(t, test.want, to, test.body, messageOf(to, test.text))
			if got := d.box(t, to); (got != "") != (test.want == taken) {
				t.Errorf("answered %q, and %q has come", test.want, got)
			}
			c.goesOn(t, to)
		})
	}
}
