//go:build e2e

package e2e_test

import "testing"

// didNotWait is what the header of the patch input-before-the-reply says is answered, after the host's name.
const didNotWait = "554 5.5.0 " + mailHost + " Did not wait for the reply"

// testReplies is for input-before-the-reply. Its header says: input that comes before the reply to EHLO, HELO or DATA is refused and
// the connection closed; what RFC 2920 lets a client send at once is not; F of srv_features takes the check off.
func testReplies(t *testing.T, s *stand) {
	for _, hello := range []string{"EHLO", "HELO"} {
		t.Run(hello, func(t *testing.T) {
			c := s.with("").open(t)
			c.send(t, hello+" client.test\r\nNOOP\r\n")
			c.expect(t, didNotWait, hello)
			c.hungUp(t, hello)
		})
		t.Run(hello+" F", func(t *testing.T) {
			c := s.with("F").open(t)
			c.send(t, hello+" client.test\r\nNOOP\r\n")
			c.expect(t, "250 ", hello)
			c.expect(t, "250 ", "NOOP")
		})
	}
	t.Run("EHLO in TLS", func(t *testing.T) {
		c := s.with("").greet(t, false)
		c.startTLS(t, c.daemon.trusting())
		c.send(t, "EHLO client.test\r\nNOOP\r\n")
		c.expect(t, didNotWait, "EHLO")
		c.hungUp(t, "EHLO")
	})
	t.Run("DATA", func(t *testing.T) {
		d, to := s.with(""), recipient(t)
		c := d.sendAtOnce(t, to)
		c.expect(t, didNotWait, "DATA")
		c.hungUp(t, "DATA")
		if got := d.box(t, to); got != "" {
			t.Errorf("a message that was refused has come:\n%s", got)
		}
	})
	t.Run("DATA F", func(t *testing.T) {
		d, to := s.with("F"), recipient(t)
		c := d.sendAtOnce(t, to)
		c.expect(t, "354 ", "DATA")
		c.rest(t)
		d.bodyOf(t, to)
	})
	t.Run("lawful", func(t *testing.T) {
		d := s.with("")
		for _, secure := range []bool{false, true} {
			c := d.greet(t, secure)
			for _, name := range []string{"first", "second"} {
				to := recipient(t) + "-" + name
				if secure {
					to += "-tls"
				}
				c.send(t, "MAIL FROM:<someone@"+mailHost+">\r\nRCPT TO:<"+to+"@"+mailHost+">\r\nDATA\r\n")
				for _, want := range []string{"250 ", "250 ", "354 "} {
					c.expect(t, want, "MAIL, RCPT and DATA at once")
				}
				c.send(t, messageOf(to, "Hello.")+"\r\n.\r\nRSET\r\nNOOP\r\n")
				for _, what := range []string{"the message", "RSET", "NOOP"} {
					c.expect(t, "250 ", what)
				}
				d.bodyOf(t, to)
			}
			c.say(t, "221 ", "QUIT")
		}
	})
}

// sendAtOnce sends a message together with DATA, and QUIT.
func (d *daemon) sendAtOnce(t *testing.T, to string) *session {
	t.Helper()
	c := d.greet(t, false)
	c.say(t, "250 ", "MAIL FROM:<someone@"+mailHost+">")
	c.say(t, "250 ", "RCPT TO:<"+to+"@"+mailHost+">")
	c.send(t, "DATA\r\n"+messageOf(to, "Hello.")+"\r\n.\r\nQUIT\r\n")
	return c
}

// openProxy is what sendmail answers to a command of HTTP or FTP: sendmail/srvrsmtp.c, and the header of http-commands-inside-tls.
const openProxy = "421 4.7.0 " + mailHost + " Rejecting open proxy"

// testBrowsers is for http-commands-inside-tls. Its header says: a command of HTTP or FTP is answered with 421 and the connection is
// closed, whenever it comes; with H of srv_features only when it comes first, on the connection or inside TLS. Lines of an AUTH
// dialogue are no commands.
func testBrowsers(t *testing.T, s *stand) {
	const request = "POST / HTTP/1.1"
	for _, test := range []struct {
		name, features string
		first          []string // what is said inside TLS before the request
		want           string
	}{
		{"first in TLS", "", nil, openProxy},
		{"second in TLS", "", []string{"EHLO client.test"}, openProxy},
		{"first in TLS H", "H", nil, openProxy},
		{"second in TLS H", "H", []string{"EHLO client.test"}, "500 5.5.1 "},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := s.with(test.features).greet(t, false)
			c.startTLS(t, c.daemon.trusting())
			for _, line := range test.first {
				c.say(t, "250 ", line)
			}
			c.refused(t, test.want, request)
		})
	}
	for _, command := range []string{request, "GET / HTTP/1.1", "CONNECT mail.test:25 HTTP/1.1", "USER tester"} {
		t.Run("second "+command[:3], func(t *testing.T) { s.with("").greet(t, false).refused(t, openProxy, command) })
	}
	t.Run("second H", func(t *testing.T) { s.with("H").greet(t, false).refused(t, "500 5.5.1 ", request) })
	t.Run("dialogue", func(t *testing.T) {
		c := s.with("").greet(t, false)
		c.say(t, "334 ", "AUTH LOGIN")
		c.say(t, "334 ", "USER")
		c.say(t, "535 ", "POST")
		c.say(t, "250 ", "NOOP")
	})
}

// refused says a command, wants it refused, and the connection closed when the code is 421.
func (c *session) refused(t *testing.T, want, command string) {
	t.Helper()
	c.say(t, want, command)
	if want == openProxy {
		c.hungUp(t, command)
		return
	}
	c.say(t, "250 ", "NOOP")
}
