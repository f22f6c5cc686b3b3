package ar_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
)

// endless is a file that goes on with zeros.
type endless []byte

func (e endless) ReadAt(p []byte, at int64) (int, error) {
	clear(p)
	if at < int64(len(e)) {
		copy(p, e[at:])
	}
	return len(p), nil
}

// However large an archive is, its tables take bounded memory.
func TestLargeTable(t *testing.T) {
	const size = 256 << 20
	var b bytes.Buffer
	b.WriteString("<bigaf>\n")
	for _, offset := range []int{128, 0, 0, 0, 0, 0} { // of the member table; there are no members
		fmt.Fprintf(&b, "%-20d", offset)
	}
	fmt.Fprintf(&b, "%-20d%-20d%-20d%-12d%-12d%-12d%-12d%-4d`\n", size, 0, 0, 0, 0, 0, 0, 0)
	fmt.Fprintf(&b, "%-20d", 0)
	r, err := ar.NewReader(endless(b.Bytes()), size+1<<20)
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = r.Next()
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, ar.ErrFormat) || n > 1<<20 {
		t.Errorf("Next = %v with %d bytes of memory", err, n)
	}
}
