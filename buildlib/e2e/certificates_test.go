//go:build e2e

package e2e_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"
)

// makeCertificates writes certificates of one authority with their keys: tls/ca.pem, tls/cert.pem and tls/key.pem of the daemon, and
// tls/client.pem, which is on the list tls/revoked.pem, and tls/client-key.pem, and tls/other.pem, which is not, and tls/other-key.pem.
func (s *site) makeCertificates(t *testing.T) *x509.CertPool {
	t.Helper()
	a := newAuthority(t)
	s.write(t, "tls/ca.pem", pemText("CERTIFICATE", a.certificate.Raw))
	for _, c := range []struct {
		certificate, key string
		template         x509.Certificate
	}{
		{"tls/cert.pem", "tls/key.pem", x509.Certificate{
			SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: mailHost}, DNSNames: []string{mailHost},
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		}},
		{"tls/client.pem", "tls/client-key.pem", x509.Certificate{
			SerialNumber: big.NewInt(revokedSerial), Subject: pkix.Name{CommonName: "client.test"},
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}},
		{"tls/other.pem", "tls/other-key.pem", x509.Certificate{
			SerialNumber: big.NewInt(4), Subject: pkix.Name{CommonName: "other.test"},
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}},
	} {
		certificate, key := a.issue(t, c.template)
		s.write(t, c.certificate, certificate)
		s.write(t, c.key, key)
	}
	s.write(t, "tls/revoked.pem", a.list(t, revokedSerial))
	roots := x509.NewCertPool()
	roots.AddCert(a.certificate)
	return roots
}

const revokedSerial = 3

// authority is what the daemon and its clients trust.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA of a test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	key := newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{certificate, key}
}

// issue makes a certificate and its key, in PEM.
func (a *authority) issue(t *testing.T, template x509.Certificate) (certificate, key string) {
	t.Helper()
	template.NotBefore, template.NotAfter = a.certificate.NotBefore, a.certificate.NotAfter
	template.KeyUsage = x509.KeyUsageDigitalSignature
	private := newKey(t)
	der, err := x509.CreateCertificate(rand.Reader, &template, a.certificate, private.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pemText("CERTIFICATE", der), pemText("PRIVATE KEY", secret)
}

// list makes a list of revoked certificates, in PEM.
func (a *authority) list(t *testing.T, serial int64) string {
	t.Helper()
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: a.certificate.NotBefore, NextUpdate: a.certificate.NotAfter,
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(serial), RevocationTime: a.certificate.NotBefore}},
	}, a.certificate, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return pemText("X509 CRL", der)
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
