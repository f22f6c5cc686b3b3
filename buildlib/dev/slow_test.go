package dev

import (
	"fmt"
	"strings"
	"testing"
)

func TestSlowest(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	for i := range 12 {
		fmt.Fprintf(&said, "{\"Action\":\"run\",\"Package\":\"x/a\",\"Test\":\"T%d\"}\n{\"Action\":\"pass\",\"Package\":\"x/a\",\"Test\":\"T%[1]d\",\"Elapsed\":%[1]d}\n", i)
	}
	said.WriteString("no line of JSON\n{\"Action\":\"fail\",\"Package\":\"x/b\",\"Test\":\"TestB/part\",\"Elapsed\":7.55}\n{\"Action\":\"pass\",\"Package\":\"x/a\",\"Elapsed\":99}\n")
	var b strings.Builder
	if err := slowest(strings.NewReader(said.String())).WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(b.String(), "\n"); got != howMany || !strings.HasPrefix(b.String(), "    11.0 s  a            T11\n") ||
		!strings.Contains(b.String(), "     7.5 s  b            TestB/part  failed\n") && !strings.Contains(b.String(), "     7.6 s  b            TestB/part  failed\n") {
		t.Errorf("%d lines:\n%s", got, b.String())
	}
}
