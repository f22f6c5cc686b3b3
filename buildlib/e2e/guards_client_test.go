//go:build e2e

package e2e_test

import "testing"

// testNextConnection is for session-state-of-a-closed-connection. Its header says: nothing of a connection that was closed is taken to
// the next one. So each of two messages goes by STARTTLS, which the receiver offers, though it has closed the first connection.
func testNextConnection(t *testing.T, s *stand) {
	r := s.site.newReceiver(t)
	m := s.site.mailerTo(t, r, "")
	for _, to := range []string{"first", "second"} {
		m.run(t, "Subject: "+to+"\n\nHello.\n", "-odq", "-f", "someone@"+mailHost, to+"@elsewhere.test")
	}
	m.run(t, "", "-qf")
	got := r.received()
	if len(got) != 2 || got[0].connection == got[1].connection {
		t.Fatalf("%+v have come, want two messages, each on a connection of its own", got)
	}
	for _, one := range got {
		if !one.tls {
			t.Errorf("a message has come without TLS:\n%s", one.text)
		}
	}
}
