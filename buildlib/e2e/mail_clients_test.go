//go:build e2e

package e2e_test

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"net"
	"net/smtp"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// connect is bounded in time as a whole, and ends with the test.
func (d *daemon) connect(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", d.address, patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() }) // it is mostly closed by now
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// dial connects Go's own client, which says EHLO. With a version of TLS it goes on to STARTTLS and verifies the daemon's certificate.
func (d *daemon) dial(t *testing.T, version uint16) *smtp.Client {
	t.Helper()
	// net/smtp gives a password to localhost even in clear text.
	c, err := smtp.NewClient(d.connect(t), "localhost")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Hello("client.test"); err != nil {
		t.Fatal(err)
	}
	if version == 0 {
		return c
	}
	config := &tls.Config{RootCAs: d.site.roots, ServerName: mailHost, MinVersion: version, MaxVersion: version}
	if err := c.StartTLS(config); err != nil {
		t.Fatalf("STARTTLS with %s: %v", tls.VersionName(version), err)
	}
	state, ok := c.TLSConnectionState()
	if !ok || state.Version != version {
		t.Fatalf("the connection has %s, want %s", tls.VersionName(state.Version), tls.VersionName(version))
	}
	return c
}

// mechanism makes a client's side of an authentication.
type mechanism struct {
	name  string
	start func(user, password string) smtp.Auth
}

var mechanisms = []mechanism{
	{"PLAIN", func(user, password string) smtp.Auth { return smtp.PlainAuth("", user, password, "localhost") }},
	{"LOGIN", func(user, password string) smtp.Auth { return &loginAuth{answers: []string{user, password}} }},
	{"CRAM-MD5", smtp.CRAMMD5Auth},
	{"DIGEST-MD5", func(user, password string) smtp.Auth { return &digestAuth{user: user, password: password} }},
}

// loginAuth is AUTH LOGIN, of which there is only a draft: the server asks for user and password, in this order.
type loginAuth struct{ answers []string }

func (a *loginAuth) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }

func (a *loginAuth) Next(question []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	if len(a.answers) == 0 {
		return nil, fmt.Errorf("it asks a third time: %q", question)
	}
	answer := a.answers[0]
	a.answers = a.answers[1:]
	return []byte(answer), nil
}

// digestAuth is RFC 2831 with qop auth. It insists on the server's proof of knowing the password too.
type digestAuth struct {
	user, password string
	proof          string // that the server has to give
	proven         bool
}

func (a *digestAuth) Start(*smtp.ServerInfo) (string, []byte, error) { return "DIGEST-MD5", nil, nil }

var directive = regexp.MustCompile(`([a-z]+)=(?:"([^"]*)"|([^",]*))`)

func (a *digestAuth) Next(text []byte, more bool) ([]byte, error) {
	if !more {
		if !a.proven {
			return nil, errors.New("the server has not proved that it knows the password")
		}
		return nil, nil
	}
	said := make(map[string]string)
	for _, m := range directive.FindAllStringSubmatch(string(text), -1) {
		said[m[1]] = m[2] + m[3]
	}
	if a.proof != "" {
		if a.proven = said["rspauth"] == a.proof; !a.proven {
			return nil, fmt.Errorf("the server's proof is %q, want %q", text, a.proof)
		}
		return []byte{}, nil
	}
	const count, uri = "00000001", "smtp/" + mailHost
	realm, nonce, own := said["realm"], said["nonce"], rand.Text()
	secret := md5.Sum([]byte(a.user + ":" + realm + ":" + a.password))
	first := digest(string(secret[:]) + ":" + nonce + ":" + own)
	prove := func(method string) string {
		return digest(strings.Join([]string{first, nonce, count, own, "auth", digest(method + ":" + uri)}, ":"))
	}
	a.proof = prove("")
	return fmt.Appendf(nil, `charset=utf-8,username="%s",realm="%s",nonce="%s",nc=%s,cnonce="%s",digest-uri="%s",response=%s,qop=auth`,
		a.user, realm, nonce, count, own, uri, prove("AUTHENTICATE")), nil
}

func digest(text string) string { return fmt.Sprintf("%x", md5.Sum([]byte(text))) }

// plain is the argument of AUTH PLAIN.
func plain(user, password string) string {
	return base64.StdEncoding.EncodeToString([]byte("\x00" + user + "\x00" + password))
}

// scram is RFC 5802 without channel binding. It insists on the server's proof of knowing the password, too.
type scram struct {
	name           string
	hash           func() hash.Hash
	user, password string
	nonce          string
	first          string // the message that began it, without its header
	proof          string // that the server has to give
	proven         bool
}

func newScram(name, user, password string) *scram {
	return &scram{name: name, hash: map[string]func() hash.Hash{"SCRAM-SHA-1": sha1.New, "SCRAM-SHA-256": sha256.New}[name], user: user, password: password}
}

func (a *scram) Start(*smtp.ServerInfo) (string, []byte, error) {
	a.nonce = rand.Text()
	a.first = "n=" + a.user + ",r=" + a.nonce
	return a.name, []byte("n,," + a.first), nil
}

func (a *scram) Next(text []byte, more bool) ([]byte, error) {
	if !more {
		if !a.proven {
			return nil, errors.New("the server has not proved that it knows the password")
		}
		return nil, nil
	}
	if a.proof != "" {
		if a.proven = string(text) == a.proof; !a.proven {
			return nil, fmt.Errorf("the server's proof is %q, want %q", text, a.proof)
		}
		return []byte{}, nil
	}
	said := make(map[string]string)
	for part := range strings.SplitSeq(string(text), ",") {
		name, value, _ := strings.Cut(part, "=")
		said[name] = value
	}
	salt, err := base64.StdEncoding.DecodeString(said["s"])
	rounds, err2 := strconv.Atoi(said["i"])
	if err := errors.Join(err, err2); err != nil || !strings.HasPrefix(said["r"], a.nonce) {
		return nil, fmt.Errorf("the server's first message is %q: %v", text, err)
	}
	salted, err := pbkdf2.Key(a.hash, a.password, salt, rounds, a.hash().Size())
	if err != nil {
		return nil, err
	}
	last := "c=biws,r=" + said["r"] // biws is the header in base64
	all := []byte(a.first + "," + string(text) + "," + last)
	mac := func(key, text []byte) []byte { m := hmac.New(a.hash, key); m.Write(text); return m.Sum(nil) }
	key := mac(salted, []byte("Client Key"))
	stored := a.hash()
	stored.Write(key)
	proof := mac(stored.Sum(nil), all)
	for i := range proof {
		proof[i] ^= key[i]
	}
	a.proof = "v=" + base64.StdEncoding.EncodeToString(mac(mac(salted, []byte("Server Key")), all))
	return []byte(last + ",p=" + base64.StdEncoding.EncodeToString(proof)), nil
}
