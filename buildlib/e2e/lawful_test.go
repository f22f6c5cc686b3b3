//go:build e2e

package e2e_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
)

// lawful are bodies of mail that RFC 5321, 5322, 2045 and 6152 allow, their lines ended by \n.
var lawful = []struct{ name, parameter, header, body string }{
	{name: "empty"},
	{name: "one line", body: "Hello.\n"},
	{name: "empty lines", body: "\n\nHello.\n\n\nBye.\n\n\n"},
	{name: "blanks and tabs", body: " \n\t\nends in a blank \nends in a tab\t\n"},
	{name: "dots", body: ".\n..\n...\n.a\n..b\na.\n. \n\n.\n"},
	{name: "commands", body: "QUIT\nDATA\nRSET\n"},
	{name: "longest line", body: strings.Repeat("x", 998) + "\nafter\n"},
	{name: "longest line of dots", body: strings.Repeat(".", 997) + "\nafter\n"},
	{name: "many lines", body: strings.Repeat("The quick brown fox jumps over the lazy dog.\n", 3000)},
	{name: "7 bits", parameter: "BODY=7BIT", body: sevenBitText},
	{name: "7 bits undeclared", body: sevenBitText},
	{name: "8 bits", parameter: "BODY=8BITMIME", header: "MIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n", body: eightBitText},
	{name: "8 bits undeclared", body: eightBitText},
	{name: "UTF-8", parameter: "BODY=8BITMIME", header: "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n", body: "Grüße aus Köln, καλημέρα, 你好\n"},
	{
		name: "base64", parameter: "BODY=7BIT", header: "MIME-Version: 1.0\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n",
		body: wrapped(base64.StdEncoding.EncodeToString([]byte(sevenBitText+eightBitText)), 76),
	},
	{
		name: "multipart", parameter: "BODY=8BITMIME", header: "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"=_part\"\n",
		body: "A preamble.\n\n--=_part\n\nText.\n.\n--=_part\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n" +
			wrapped(base64.StdEncoding.EncodeToString([]byte(eightBitText)), 76) + "--=_part--\n",
	},
}

// sevenBitText has all characters of US-ASCII but NUL, CR and LF, and eightBitText all of 8 bits.
var (
	sevenBitText = textOf(0x01, 0x7f)
	eightBitText = textOf(0x80, 0xff)
)

func textOf(first, last int) string {
	var text strings.Builder
	for b := first; b <= last; b++ {
		if b != '\r' && b != '\n' {
			fmt.Fprintf(&text, "%02x %s\n", b, []byte{byte(b)})
		}
	}
	return text.String()
}

// wrapped is text in lines of a width.
func wrapped(text string, width int) string {
	var lines strings.Builder
	for len(text) > width {
		lines.WriteString(text[:width] + "\n")
		text = text[width:]
	}
	return lines.String() + text + "\n"
}

// onTheWire has lines end with CRLF, and the dots before them stuffed.
func onTheWire(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll("\n"+text, "\n.", "\n.."), "\n", "\r\n")[2:]
}

// testLawfulMail: what the guards let pass comes as it was sent, to the byte. Nothing is converted: the mailer takes 8 bits, and has no
// flag 9.
func testLawfulMail(t *testing.T, s *stand) {
	for _, secure := range []bool{false, true} {
		for _, m := range lawful {
			name := m.name
			if secure {
				name += " in TLS"
			}
			t.Run(name, func(t *testing.T) {
				d, to := s.with(""), recipient(t)
				c := d.greet(t, secure)
				c.begin(t, to, m.parameter)
				c.send(t, onTheWire("Subject: "+to+"\n"+m.header+"\n"+m.body)+".\r\n")
				c.expect(t, taken, "the message")
				c.say(t, "221 ", "QUIT")
				if got := d.bodyOf(t, to); got != m.body {
					t.Errorf("%q has come, want %q", got, m.body)
				}
			})
		}
	}
	t.Run("byte for byte", func(t *testing.T) {
		d, to := s.with(""), recipient(t)
		c := d.greet(t, true)
		c.begin(t, to, "")
		const body = "Hello.\n.\n..\n\nBye.\n"
		for _, b := range []byte(onTheWire("Subject: "+to+"\n\n"+body) + ".\r\n") {
			if _, err := c.conn.Write([]byte{b}); err != nil { // a record of TLS each
				t.Fatal(err)
			}
		}
		c.expect(t, taken, "the message")
		if got := d.bodyOf(t, to); got != body {
			t.Errorf("%q has come, want %q", got, body)
		}
	})
	t.Run("ends of buffers", func(t *testing.T) {
		d := s.with("")
		c := d.greet(t, false)
		for before := range aroundBuffers {
			to := fmt.Sprint(recipient(t), "-", before)
			c.begin(t, to, "")
			text := "Subject: " + to + "\n\n"
			body := longLines(before-len(onTheWire(text))) + "\n.\nafter\n"
			c.send(t, onTheWire(text+body)+".\r\n")
			c.expect(t, taken, "the message to "+to)
			if got := d.bodyOf(t, to); got != body {
				t.Errorf("to %s %q has come, want %q", to, got, body)
			}
		}
	})
	t.Run("sent on", func(t *testing.T) {
		r := s.site.newReceiver(t)
		m := s.site.mailerTo(t, r, "")
		for _, sent := range lawful {
			if strings.HasPrefix(sent.name, "longest line") { // cf/m4's smtp mailers split what is longer than L=990
				continue
			}
			t.Run(sent.name, func(t *testing.T) {
				m.run(t, "Subject: sent on\n"+sent.header+"\n"+sent.body, "-i", "-odi", "-B8BITMIME", "-f", "someone@"+mailHost, "someone@elsewhere.test")
				all := r.received()
				got := all[len(all)-1].text
				if _, body, found := strings.Cut(got, "\r\n\r\n"); !found || body != onTheWire(sent.body)+".\r\n" {
					t.Errorf("%q has come, want %q", got, onTheWire(sent.body))
				}
			})
		}
	})
}

// longLines is text of n bytes on the wire, whose lines are not too long for it.
func longLines(n int) string {
	const width = 900
	var text strings.Builder
	for ; n > width; n -= width {
		text.WriteString(strings.Repeat("x", width-2) + "\n")
	}
	return text.String() + strings.Repeat("x", n)
}
