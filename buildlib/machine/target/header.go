package target

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
)

var (
	opensslNumber = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*define[ \t]+OPENSSL_VERSION_NUMBER[ \t]+0x([0-9a-fA-F]{7,8})L?[ \t\r]*(?:/\*|$)`)
	opensslMajor  = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*define[ \t]+OPENSSL_VERSION_MAJOR[ \t]+(\d{1,3})\b`)
	opensslText   = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*define[ \t]+OPENSSL_VERSION_TEXT[ \t]+"([^"]*)"`)
	opensslMinor  = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*define[ \t]+OPENSSL_VERSION_MINOR[ \t]+(\d{1,3})\b`)
	libressl      = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*define[ \t]+LIBRESSL_VERSION_NUMBER\b`)
	saslVersion   = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*define[ \t]+SASL_VERSION_(MAJOR|MINOR|STEP)[ \t]+(\d{1,3})\b`)
)

// ParseOpenSSLHeader tells the programming interface that a header openssl/opensslv.h is of: "1.0.2", "1.1.1", "3.0".
//
// The level of the fileset must not be asked instead: openssl.base 1.1.2.x is OpenSSL 1.1.1 and 20.16.102.x is 1.0.2. Up to 1.1.1 the
// version is one number 0xMNNFFPPS (major, minor, fix, patch letter, status); from 3.0 on major and minor are macros of their own and
// patches keep the interface.
func ParseOpenSSLHeader(text []byte) (string, error) {
	if libressl.Match(text) {
		return "", errors.New("this is LibreSSL, which sendmail on AIX was never tried with")
	}
	if m := opensslMajor.FindSubmatch(text); m != nil {
		minor := opensslMinor.FindSubmatch(text)
		if minor == nil {
			return "", errors.New("OPENSSL_VERSION_MAJOR without OPENSSL_VERSION_MINOR")
		}
		return string(m[1]) + "." + string(minor[1]), nil
	}
	m := opensslNumber.FindSubmatch(text)
	if m == nil {
		return "", errors.New("neither OPENSSL_VERSION_MAJOR nor OPENSSL_VERSION_NUMBER is defined")
	}
	n, err := strconv.ParseUint(string(m[1]), 16, 32)
	if err != nil {
		return "", fmt.Errorf("OPENSSL_VERSION_NUMBER: %w", err)
	}
	return fmt.Sprintf("%d.%d.%d", n>>28, n>>20&0xff, n>>12&0xff), nil
}

// ParseSASLHeader tells the version of Cyrus SASL that a header sasl/sasl.h is of, such as "2.1.28". Version 1 is refused:
// its interface is another one.
func ParseSASLHeader(text []byte) (string, error) {
	parts := map[string]string{}
	for _, m := range saslVersion.FindAllSubmatch(text, -1) {
		parts[string(m[1])] = string(m[2])
	}
	if parts["MAJOR"] == "" || parts["MINOR"] == "" || parts["STEP"] == "" {
		return "", errors.New("SASL_VERSION_MAJOR, _MINOR and _STEP are not all defined")
	}
	if parts["MAJOR"] != "2" {
		return "", fmt.Errorf("SASL version %s: want 2", parts["MAJOR"])
	}
	return parts["MAJOR"] + "." + parts["MINOR"] + "." + parts["STEP"], nil
}
