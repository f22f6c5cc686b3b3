package verify_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
)

// TestVerifyMutations changes every byte of an image of ours in turn, by its lowest bit, which leaves most texts well formed. Each
// change must be noticed, but for those in the golden file: what no checksum, no size and no rule covers. It is the text of titles,
// requisites, copyrights, scripts, links and volatile files; only the digest of the whole image, in the file beside it, covers that.
func TestVerifyMutations(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	image := installptest.Write(t, installptest.Example())
	var missed []int
	for i := range image {
		image[i] ^= 1
		all, err := verify.Image(installptest.Section(image))
		if err != nil {
			t.Fatalf("byte %d: %v", i, err)
		}
		if len(all) == 0 {
			missed = append(missed, i)
		}
		image[i] ^= 1
	}
	got := describe(image, missed)
	golden := filepath.Join("testdata", "golden", "uncovered.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s, -want +got (go test -update writes it anew):\n%s", golden, diff)
	}
}

// describe shows each line of text that has such bytes, with marks below them.
var update = flag.Bool("update", false, "write testdata/golden anew")

func describe(image []byte, at []int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d bytes can change by their lowest bit without a finding:\n", len(at), len(image))
	text := bytes.Clone(image)
	for i, c := range text {
		if c < ' ' || c > '~' {
			text[i] = '.'
		}
	}
	for len(at) > 0 {
		start, end := line(image, at[0])
		marks := bytes.Repeat([]byte(" "), end-start)
		for len(at) > 0 && at[0] < end {
			marks[at[0]-start] = '^'
			at = at[1:]
		}
		fmt.Fprintf(&b, "%6d  %s\n        %s\n", start, text[start:end], bytes.TrimRight(marks, " "))
	}
	return b.String()
}

// line finds the printable text around a byte.
func line(image []byte, at int) (start, end int) {
	printable := func(c byte) bool { return ' ' <= c && c <= '~' }
	for start = at; start > 0 && printable(image[start-1]); start-- {
	}
	for end = at + 1; end < len(image) && printable(image[end]); end++ {
	}
	return start, end
}
