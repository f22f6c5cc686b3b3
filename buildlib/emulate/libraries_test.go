package emulate

import (
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

func TestTable(t *testing.T) {
	text := table([]library{{name: "liba", imports: []string{"f", "g"}}, {name: "libb", imports: []string{"h"}}})
	for _, want := range []string{"extern void g(void) __attribute__((weak));", "{ \"h\", (void *)h, \".so.3)\" },", "library_count = 3;"} {
		if !strings.Contains(text, want) {
			t.Errorf("table() lacks %q:\n%s", want, text)
		}
	}
}
