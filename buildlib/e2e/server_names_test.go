//go:build e2e

package e2e_test

import (
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
)

// TestServerNames has sendmail look at the names of a server's certificate with its own rules: the requirement CN of TLS_Srv in the access
// map, and FEATURE(`check_cert_altnames').
func TestServerNames(t *testing.T) {
	t.Parallel() // it mostly waits
	needTools(t)
	s := newRelaySite(t)
	const name = "VERIFY+CN:" + relayHost
	var table strings.Builder
	table.WriteString("# certificate | TLS_Srv | the message is\n")
	for i, c := range []struct{ certificate, demand string }{
		{right, name},
		{"CN", name},
		{"SAN", name},
		{"second SAN", name},
		{"*.mail.test", name},
		{"CN *.mail.test", name},
		{"CN, other SAN", name},
		{"*.test", "VERIFY+CN:relay.test"},
		{"r*.mail.test", name},
		{"other", name},
		{"right", name + "++CI:/CN=somebody"},
		{"*.mail.test", name + "++CI:/CN=somebody"},
	} {
		t.Run(c.certificate, func(t *testing.T) {
			r := s.newFakeRelay(t, script{certificate: c.certificate, open: true})
			_, port, err := net.SplitHostPort(r.listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			queue := fmt.Sprintf("names-%d", i)
			if err := os.Mkdir(s.path(queue), 0o700); err != nil {
				t.Fatal(err)
			}
			s.give(t, queue)
			s.write(t, queue+".access", "TLS_Srv:\t"+c.demand+"\n")
			s.give(t, queue+".access")
			// FEATURE comes before MAILER, and mail.mc has one already; this is what it does.
			cf := s.configure(t, "A", fmt.Sprintf("define(`SMART_HOST', `esmtp:[%s]')\ndefine(`ESMTP_MAILER_ARGS', `TCP $h %s')\ndefine(`QUEUE_DIR', `%s')\n"+
				"define(`confCACERT', `%s')\ndefine(`confLOG_LEVEL', `9')\ndefine(`_ARG_', `text -k0 -v1 -T<TMPF> -o %[3]s.access')\n"+
				"include(_CF_DIR_`'feature/access_db.m4)\ninclude(_CF_DIR_`'feature/check_cert_altnames.m4)\nMAILER(`smtp')\n",
				relayHost, port, s.path(queue), s.path("tls/relays.pem")), r.listener.Addr().String())
			s.sendmailLogging(t, cf, queue+".log", "", "-odi", "-f", "someone@"+mailHost, "friend@elsewhere.test")
			r.close()
			log, err := os.ReadFile(s.path(queue + ".log"))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("sessions: %q\n%s", r.sessions, log)
			becomes := "refused"
			if r.messages == 1 {
				becomes = "sent"
			}
			fmt.Fprintf(&table, "%s | %s | %s\n", c.certificate, c.demand, becomes)
		})
	}
	compareTable(t, "testdata/server-names.golden", table.String())
}
