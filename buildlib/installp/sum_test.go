package installp

import (
	"io"
	"os/exec"
	"strings"
	"testing"
)

// The first two vectors are from the format description, the third from its worked example.
func TestSum(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		content, want string
	}{
		{"", "00000    0 "},
		{"abc", "16556    1 "},
		{"placeholder for the mail program\n", "14517    1 "},
		{strings.Repeat("x", 1024), ""},
		{strings.Repeat("x", 1025), ""},
		{strings.Repeat("0123456789\n", 99999), ""},
	} {
		var s sum
		if _, err := io.WriteString(&s, test.content); err != nil {
			t.Fatal(err)
		}
		if test.want != "" && s.String() != test.want {
			t.Errorf("sum of %q = %q, want %q", test.content, s.String(), test.want)
		}
		compareWithGNUSum(t, test.content, s.String())
	}
}

// compareWithGNUSum: "sum -r" of GNU is the same BSD sum with other blanks.
func compareWithGNUSum(t *testing.T, content, got string) {
	t.Helper()
	program, err := exec.LookPath("sum")
	if err != nil {
		t.Logf("no program sum here: not compared with a second program")
		return
	}
	cmd := exec.CommandContext(t.Context(), program, "-r")
	cmd.Stdin = strings.NewReader(content)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	want, have := strings.Fields(string(out)), strings.Fields(got)
	if len(want) < 2 || want[0] != have[0] || want[1] != have[1] {
		t.Errorf("sum of %d bytes = %q, the program sum says %q", len(content), got, out)
	}
}
