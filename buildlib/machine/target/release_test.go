package target

import "testing"

// Each release of OpenSSL says its own text in the header, and sendmail takes it in: two machines with the same interface but another
// fix level make different programs.
func TestOpenSSLText(t *testing.T) {
	for _, test := range []struct{ header, want string }{
		{"# define OPENSSL_VERSION_TEXT \"OpenSSL 3.0.16 11 Feb 2025\"\n", "OpenSSL 3.0.16 11 Feb 2025"},
		{"#  define OPENSSL_VERSION_TEXT    \"OpenSSL 1.0.2u  20 Dec 2019\"\n", "OpenSSL 1.0.2u  20 Dec 2019"},
		{"/* OPENSSL_VERSION_TEXT \"no\" */\n", ""},
	} {
		got := ""
		if m := opensslText.FindStringSubmatch(test.header); m != nil {
			got = m[1]
		}
		if got != test.want {
			t.Errorf("text of %q = %q, want %q", test.header, got, test.want)
		}
	}
}
