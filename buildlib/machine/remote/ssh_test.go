package remote

import (
	"errors"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// What OpenSSH 9.2 says, and what is told.
func TestExplain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ said, code, do string }{
		{"Unable to negotiate with 192.0.2.1 port 22: no matching host key type found. Their offer: ssh-rsa,ssh-dss", "host-old", "\n  KexAlgorithms +diffie-hellman-group14-sha1\n  HostKeyAlgorithms +ssh-rsa\n"},
		{"Unable to negotiate with 192.0.2.1 port 22: no matching key exchange method found. Their offer: diffie-hellman-group14-sha1,diffie-hellman-group1-sha1", "host-old",
			"\n  KexAlgorithms +diffie-hellman-group14-sha1\n  HostKeyAlgorithms +ssh-rsa\n"},
		{"Unable to negotiate with 192.0.2.1 port 22: no matching key exchange method found. Their offer: diffie-hellman-group1-sha1", "host-old", "KexAlgorithms +diffie-hellman-group1-sha1"},
		{"@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed.", "host-key", "installed anew"},
		{"someone@192.0.2.1: Permission denied (publickey).", "host-unreachable", `"ssh box true"`},
		{"", "host-unreachable", `"ssh box true"`},
	} {
		err := explain(Options{Name: "box"}, test.said)
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Code != test.code || !strings.Contains(f.Do, test.do) {
			t.Errorf("%q: %v\nwant %s, %q", test.said, err, test.code, test.do)
		}
	}
}

func TestNoSSH(t *testing.T) {
	t.Parallel()
	_, err := Dial(t.Context(), Options{Name: "box", Local: host.NewLocal([]string{"PATH=" + t.TempDir()})})
	if fault.Code(err) != "host-ssh" {
		t.Errorf("Dial() = %v", err)
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"": true, "box61": true, "user@box.example.com": true, "192.0.2.1": true, "[2001:db8::1]": true, "-oProxyCommand=x": false, "a b": false, "a;b": false, "a\n": false} {
		if err := CheckName(name); (err == nil) != want {
			t.Errorf("CheckName(%q) = %v", name, err)
		}
	}
}

// The tools that tell SHA-256, as they print it.
func TestParseSums(t *testing.T) {
	t.Parallel()
	hex := strings.Repeat("0123456789abcdef", 4)
	sums := parseSums("SHA256(./a)= " + hex + "\nSHA2-256(/usr/lib/lib(b).a)= " + hex + "\n" + hex + "  ./c d\n" + hex + " *e\n1234567 89 ./f\nopenssl: ./g: no such file\n(stdin)= " + hex + "\n")
	for _, name := range []string{"./a", "/usr/lib/lib(b).a", "./c d", "e"} {
		if sums[name] != hex {
			t.Errorf("%s: %q", name, sums[name])
		}
	}
	if len(sums["./f"]) != 64 || sums["./g"] != "" || len(sums) != 6 {
		t.Errorf("%q", sums)
	}
}

// What is written in pieces of any size comes out whole, up to the mark, while more is written.
func TestStream(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("some text, ma, mark", 500)
	for size := 1; size < 60; size += 3 {
		s := newStream()
		go func() {
			all := text + "mark! 0\nnext" + "mark! end\n" + "no mark!"
			for len(all) > 0 {
				n := min(size, len(all))
				_, _ = s.Write([]byte(all[:n]))
				all = all[n:]
			}
			s.end()
		}()
		for _, want := range []struct{ text, rest string }{{text, "0"}, {"next", "end"}, {"no mark!", ""}} {
			var got strings.Builder
			rest, err := s.until("mark! ", &got)
			if got.String() != want.text || rest != want.rest || (err != nil) != (want.rest == "") {
				t.Errorf("in pieces of %d: %d bytes, %q, %v, want %d bytes, %q", size, got.Len(), rest, err, len(want.text), want.rest)
			}
		}
	}
}
