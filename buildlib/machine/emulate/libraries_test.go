package emulate

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNames(t *testing.T) {
	got := names("# Members\n# 64 libssl.a(libssl.so.3)\n\nSSL_new\nSSL_get1_peer_certificate 3.0\n")
	if diff := cmp.Diff([]string{"SSL_new", "SSL_get1_peer_certificate"}, got); diff != "" {
		t.Errorf("names() (-want +got):\n%s", diff)
	}
}

// What one of OpenSSL's two releases has not, or has otherwise, is the other's alone: a program sees nothing that its own release has not.
func TestTable(t *testing.T) {
	text := table([]library{{name: "libssl", imports: []string{"SSL_new", "SSL_get_peer_certificate"}}, {name: "libsasl2", imports: []string{"sasl_done"}}})
	for _, want := range []string{
		"extern void SSL_new(void) __attribute__((weak));",
		"{ \"SSL_new\", (void *)SSL_new, \".so.3)\", FUNCTION },", "{ \"SSL_new\", (void *)SSL_new, \".so.1.1)\", FUNCTION },",
		"{ \"SSL_get_peer_certificate\", (void *)SSL_get_peer_certificate, \".so.3)\", FUNCTION },", // which 3.0 has not: null
		"{ \"SSL_get_peer_certificate\", (void *)SSL_get1_peer_certificate, \".so.1.1)\", FUNCTION },",
		"{ \"sasl_done\", (void *)sasl_done, \".so.3)\", FUNCTION },", "library_count = 5;",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("table() lacks %q:\n%s", want, text)
		}
	}
}

// What programs may import of 1.1.1 and not of 3.0 has a row in the table, and each row has its function.
func TestOpenSSL11(t *testing.T) {
	rows := make(map[string]bool)
	source := read(t, sources, "loader/openssl.c")
	for _, o := range openssl11 {
		rows[o.name] = true
		if o.why == "" || strings.HasPrefix(o.by, "openssl11_") && !strings.Contains(source, " "+o.by+"(") {
			t.Errorf("%s: by %s, because %q", o.name, o.by, o.why)
		}
	}
	gone := 0
	for _, name := range []string{"libssl", "libcrypto"} {
		for line := range strings.Lines(read(t, sdk(), "imports/"+name)) {
			words := strings.Fields(line)
			if len(words) > 1 && words[0] != "#" && slices.Contains(words[1:], "1.1.1") && !slices.Contains(words[1:], "3.0") {
				gone++
				if !rows[words[0]] {
					t.Errorf("%s of %s is in 1.1.1 and not in 3.0, and has no row in the table", words[0], name)
				}
			}
		}
	}
	if gone == 0 {
		t.Error("the lists name nothing that is in 1.1.1 alone")
	}
}
