package emulate

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// holdsPopulationCount reports whether a file has the instruction popcntd or popcntw, which came with POWER7 (Power ISA 2.06).
func holdsPopulationCount(t *testing.T, file string) bool {
	t.Helper()
	code, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for ; len(code) >= 4; code = code[4:] {
		switch binary.BigEndian.Uint32(code) & 0xfc00ffff {
		case 31<<26 | 506<<1, 31<<26 | 378<<1:
			return true
		}
	}
	return false
}

// A program for a newer processor than that of the machine does not get past the first instruction that the latter lacks; neither does one that
// another program executes.
func TestProcessor(t *testing.T) { inBoth(t, testProcessor) }

func testProcessor(t *testing.T, w *width) {
	e, root := emulator(t, w), t.TempDir()
	bin := filepath.Join(root, "bin/power7")
	compiled(t, w, root, "runs")
	compiled(t, w, root, "power7")
	if holdsPopulationCount(t, bin) {
		t.Fatal("clang makes code for POWER7 unasked, or the test finds it in anything")
	}
	if got, err := e.try(t.Context(), Request{Root: root, Program: "/bin/power7"}); err != nil || got != (result{stdout: "1\n"}) {
		t.Fatalf("Run() of the program for any processor = %+v, %v", got, err)
	}
	compiled(t, w, root, "power7", "-mcpu=pwr7")
	if !holdsPopulationCount(t, bin) {
		t.Fatal("the object for POWER7 has no instruction of POWER7, so it tests nothing")
	}
	got, err := e.try(t.Context(), Request{Root: root, Program: "/bin/power7"})
	if err != nil || got.status != -1 || !strings.Contains(got.stderr, "signal 4 (Illegal instruction)") {
		t.Errorf("Run() = %+v, %v, want an end by signal 4", got, err)
	}
	got, err = e.try(t.Context(), Request{Root: root, Program: "/bin/runs", Args: []string{"/bin/power7"}})
	if err != nil || got.stdout != "signal 4\n" {
		t.Errorf("Run() through another program = %+v, %v, want an end by signal 4", got, err)
	}
	if w == narrow {
		return // qemu-ppc has no processor that new
	}
	got, err = e.try(t.Context(), Request{Root: root, Program: "/bin/runs", Args: []string{"/bin/power7"}, CPU: "power7"})
	if want := (result{stdout: "1\nstatus 0\n"}); err != nil || got != want {
		t.Errorf("Run() on power7 = %+v, %v, want %+v", got, err, want)
	}
}

// Programs that AIX's own ld linked on AIX 7.2, with AIX's start code, out of a C source that gcc compiled: every Go installation has them.
func TestLinkedOnAIX(t *testing.T) {
	for w, name := range map[*width]string{wide: "gcc-ppc64-aix-dwarf2-exec", narrow: "gcc-ppc32-aix-dwarf2-exec"} {
		t.Run(name, func(t *testing.T) {
			e, root := emulator(t, w), t.TempDir()
			goroot, err := e.Machine.Output(t.Context(), host.Cmd{Argv: []string{"go", "env", "GOROOT"}})
			if err != nil {
				t.Fatal(err)
			}
			image, err := os.ReadFile(filepath.Join(goroot, "src/internal/xcoff/testdata", name))
			if errors.Is(err, os.ErrNotExist) {
				t.Skip("this Go comes without its tests")
			} else if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, name), image, 0o755); err != nil {
				t.Fatal(err)
			}
			for _, page0 := range []bool{true, false} {
				got, err := e.try(t.Context(), Request{Root: root, Program: name, Page0: page0})
				// Its main is void: what puts has returned is the status.
				if want := (result{status: len("hello, world\n"), stdout: "hello, world\n"}); err != nil || got != want {
					t.Errorf("Run() with page 0 %v = %+v, %v, want %+v", page0, got, err, want)
				}
			}
		})
	}
}

// What programs import that were compiled with AIX's own headers.
func TestAIXHeaders(t *testing.T) { inBoth(t, testAIXHeaders) }

func testAIXHeaders(t *testing.T, w *width) {
	e, root := emulator(t, w), t.TempDir()
	list := filepath.Join(root, "iob.exp")
	write(t, list, "#! "+libc[w]+"\n_iob\n__flsbuf\n__filbuf\nerrno\nperror\n")
	compiled(t, w, root, "iob", list)
	got, err := e.try(t.Context(), Request{Root: root, Program: "/bin/iob", Stdin: strings.NewReader("in")})
	want := result{stdout: "puts 1 two 3.5 c\nwritten\npassed\n", stderr: "iob: Bad file descriptor\n"}
	if err != nil || got != want {
		t.Errorf("Run() = %+v, %v, want %+v", got, err, want)
	}
}

// Page 0 is there when it is asked for, to be read alone.
func TestPage0(t *testing.T) { inBoth(t, testPage0) }

func testPage0(t *testing.T, w *width) {
	e, root := emulator(t, w), t.TempDir()
	compiled(t, w, root, "null")
	compiled(t, w, root, "runs")
	for _, test := range []struct {
		page0 bool
		args  string
		want  string
	}{
		{true, "/bin/null read", "0\nstatus 0\n"},
		{true, "/bin/null write", "signal 11\n"},
		{false, "/bin/null read", "signal 11\n"},
	} {
		got, err := e.try(t.Context(), Request{Root: root, Program: "/bin/runs", Args: strings.Fields(test.args), Page0: test.page0})
		if err != nil || got.stdout != test.want {
			t.Errorf("Run(%q) with page 0 %v = %+v, %v, want %q", test.args, test.page0, got, err, test.want)
		}
	}
}

// The way to a program leads over symbolic links, which are the root's.
func TestWidthOf(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "usr/sbin/narrow"), "\x01\xdf...")
	write(t, filepath.Join(root, "usr/sbin/wide"), "\x01\xf7...")
	write(t, filepath.Join(root, "short"), "\x01")
	link(t, "/usr/sbin", filepath.Join(root, "sbin"))
	link(t, "../../usr/sbin/narrow", filepath.Join(root, "usr/sbin/mailq"))
	link(t, "../../../../usr", filepath.Join(root, "out"))
	link(t, "loop", filepath.Join(root, "loop"))
	for program, want := range map[string]*width{
		"/usr/sbin/narrow": narrow, "usr/sbin/wide": wide, "/sbin/narrow": narrow, "/sbin/mailq": narrow, "/out/sbin/narrow": narrow,
		"../usr/sbin/narrow": narrow, "/loop": wide, "/loop/x": wide, "/none": wide, "/short": wide, "/": wide,
	} {
		if got := widthOf(root, program); got != want {
			t.Errorf("widthOf(%q) = that of %s, want that of %s", program, got.qemu, want.qemu)
		}
	}
}
