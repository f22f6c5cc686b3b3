package checkout

import (
	"bytes"
	"strings"
	"testing"
)

// A value is one line, whatever it has in it.
func TestListingIsPlain(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	l := Listing{Settings: []Effective{{Name: "source", Value: "/x\nrelease  9\t\x1b[2J", From: "here", Meaning: "m"}}}
	if err := l.WriteText(&b); err != nil || strings.Count(b.String(), "\n") != 2 || !strings.Contains(b.String(), `/x\x0arelease  9`) || strings.Contains(b.String(), "\x1b") {
		t.Errorf("WriteText() = %q, %v", b.String(), err)
	}
}
