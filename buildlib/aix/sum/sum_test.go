package sum

import (
	"math/rand/v2"
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
		var s R
		s.Add([]byte(test.content))
		if test.want != "" && s.String() != test.want {
			t.Errorf("sum of %q = %q, want %q", test.content, s.String(), test.want)
		}
		compareWithGNUSum(t, test.content, s.String())
	}
}

// FuzzSum compares the fast sum with its definition, from any state.
func FuzzSum(f *testing.F) {
	f.Add(uint16(0), []byte("placeholder for the mail program\n"))
	f.Add(uint16(0xFFFF), []byte(strings.Repeat("\xff", 100)))
	f.Add(uint16(0xFF80), []byte("\x7f\xfe\x01\x80\x00\xff\x00\xff"))
	f.Fuzz(func(t *testing.T, state uint16, p []byte) {
		if got, want := sum8(state, p), sum1(state, p); got != want {
			t.Errorf("from %#04x, % x: %#04x, want %#04x", state, p, got, want)
		}
	})
}

// TestSumCarries is made of bytes that overflow often, from every state.
func TestSumCarries(t *testing.T) {
	t.Parallel()
	numbers := rand.New(rand.NewPCG(1, 2))
	for state := range 1 << 16 {
		var p [8]byte
		for range 40 {
			for i := range p {
				p[i] = byte(numbers.Uint32N(4)) - byte(numbers.Uint32N(2)*3) // 0xfd to 0xff, or 0 to 3
			}
			if got, want := sum8(uint16(state), p[:]), sum1(uint16(state), p[:]); got != want {
				t.Fatalf("from %#04x, % x: %#04x, want %#04x", state, p, got, want)
			}
		}
	}
}

func BenchmarkSum(b *testing.B) {
	data := make([]byte, 1<<20)
	rand.NewChaCha8([32]byte{}).Read(data)
	for name, sum := range map[string]func(uint16, []byte) uint16{"fast": sum8, "definition": sum1} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			var state uint16
			for b.Loop() {
				state = sum(state, data)
			}
		})
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
