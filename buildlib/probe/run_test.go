package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// emulator is one with the user's cache.
func emulator() *emulate.Emulator {
	return &emulate.Emulator{Machine: host.NewLocal(os.Environ()), Cache: cache.Open(cache.UserDir(os.Getenv), nil), SDK: cross.SDK()}
}

// This program stands for AIX's way to start a program, when a machine of the tests calls it.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "emulate" {
		err := emulator().Run(context.Background(), emulate.Request{Root: os.Args[2], Program: os.Args[3], Stdout: os.Stdout, Stderr: os.Stderr})
		if err != nil {
			log.Fatal(err)
		}
		return
	}
	os.Exit(m.Run())
}

// box is a machine of AIX 7.2: the simulated one of testdata/boxes, whose compiler makes AIX's programs with the SDK's headers, which the
// emulator runs, and whose libraries are what the SDK's lists say.
type box struct {
	dir   string
	edits map[string]*strings.Replacer // of headers
	gone  string                       // that libc does not export
}

func (b *box) put(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(b.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o755)); err != nil {
		t.Fatal(err)
	}
}

func (b *box) make(t *testing.T) {
	t.Helper()
	for _, command := range []string{"qemu-ppc", "qemu-ppc64", "powerpc-linux-gnu-gcc", "powerpc64-linux-gnu-gcc"} {
		if _, err := exec.LookPath(command); err != nil {
			t.Skipf("%v; \"mage test\" installs it", err)
		}
	}
	b.dir = t.TempDir()
	silent := logrus.New()
	silent.SetOutput(io.Discard)
	builder := &cross.Builder{Machine: host.NewLocal(os.Environ()), Environ: os.Environ(), Cache: cache.Open(cache.UserDir(os.Getenv), silent), Jobs: 1, Log: silent}
	for _, bits := range widths {
		level, err := target.Parse(fmt.Sprintf("aix7.2-%d", bits))
		if err != nil {
			t.Fatal(err)
		}
		tc, err := builder.Toolchain(t.Context(), level, "")
		if errors.Is(err, cross.ErrAbsent) {
			t.Skipf("%v; \"mage cross:setup\" makes it", err)
		} else if err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(b.dir, fmt.Sprint("cross", bits))
		if out, err := exec.CommandContext(t.Context(), "cp", "-a", filepath.Dir(tc.Bin), copied).CombinedOutput(); err != nil {
			t.Fatalf("%s", out)
		}
		for header, edit := range b.edits {
			name := filepath.Join(copied, "root/usr/include", header)
			if edit == nil {
				if err := os.Remove(name); err != nil {
					t.Fatal(err)
				}
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			edited := edit.Replace(string(text))
			if edited == string(text) {
				t.Fatalf("nothing to edit in %s", header)
			}
			if err := os.WriteFile(name, []byte(edited), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	b.put(t, "bin/xlc", `#!/bin/sh
case $1 in
-qversion) echo "IBM XL C/C++ for AIX, V16.1.0  (5725-C72, 5765-J12)"; echo "Version: 16.01.0000.0001"; exit ;;
-q*) bits=${1#-q} ;;
esac
shift
`+b.dir+`/cross$bits/bin/clang -w "$@" && mkdir -p emulated/bin && mv p emulated/bin/p && {
	echo '#!/bin/sh'
	echo "exec `+os.Args[0]+` emulate $PWD/emulated /bin/p"
} >p && chmod +x p
`)
	b.put(t, "bin/dump", `#!/bin/sh
cat `+b.dir+`/dump$1${3}
`)
	b.put(t, "bin/emgr", "#!/bin/sh\necho 'There is no efix data on this system.' >&2\n")
	b.put(t, "bin/installp", "#!/bin/sh\necho \"installp $*\"\n")
	b.put(t, "bin/lppchk", "#!/bin/sh\n")
	b.put(t, "bin/restore", "#!/bin/sh\nmkdir sbin && printf '\\001\\367' >sbin/sendmail && echo text >sbin/script && chmod 755 sbin/*\n")
	b.libraries(t)
}

// libraries writes what dump -Tv prints of the libraries (form: IBM's page of dump).
func (b *box) libraries(t *testing.T) {
	t.Helper()
	lists, err := cross.Lists()
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range lists {
		provider := target.Provider{Kind: target.Base, Prefix: "/usr", API: "1.1.1"}
		if list.Library == "libsasl2" {
			provider = target.Provider{Kind: target.Toolbox, Prefix: target.ToolboxPrefix}
		}
		for _, bits := range widths {
			member := list.Member(bits, provider)
			archive := provider.Prefix + "/lib/" + list.Library + ".a"
			_, in, _ := strings.Cut(strings.TrimSuffix(member.Text, ")"), "(")
			var text strings.Builder
			fmt.Fprintf(&text, "\n%s[%s]:\n\n                        ***Loader Section***\n\n                        ***Loader Symbol Table Information***\n"+
				"[Index]      Value      Scn     IMEX Sclass   Type           IMPid Name\n\n"+
				"[0]     0x00000000    undef      IMP     DS EXTref   libc.a(shr.o) strlcpy\n", archive, in)
			for i, name := range list.Names {
				if name.IsFor(bits, provider) && name.Text != b.gone {
					fmt.Fprintf(&text, "[%d]     0x%08x    .data      EXP     DS SECdef        [noIMid] %s\n", i+1, 16*i, name.Text)
				}
			}
			b.put(t, fmt.Sprintf("dump-X%d%s", bits, archive), text.String())
		}
	}
}

// run runs the probe there, under a shell, and gives what it printed.
func (b *box) run(t *testing.T, shell string) string {
	t.Helper()
	script, err := Script()
	if err != nil {
		t.Fatal(err)
	}
	b.put(t, "probe.sh", script)
	b.put(t, "image.I", "")
	temporary := filepath.Join(b.dir, "tmp")
	b.put(t, "tmp/others", "")
	boxes, err := filepath.Abs("../../testdata/boxes")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), shell, "probe.sh", "image.I")
	cmd.Dir = b.dir
	cmd.Env = []string{"HOME=" + b.dir, "TMPDIR=" + temporary, "XDG_CACHE_HOME=" + filepath.Dir(cache.UserDir(os.Getenv)),
		"PATH=" + strings.Join([]string{b.dir + "/bin", boxes + "/7.2-tl5/bin", boxes + "/common/bin", os.Getenv("PATH")}, ":")}
	var out, failure strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &failure
	if err := cmd.Run(); err != nil || failure.Len() > 0 {
		t.Fatalf("%s: %v\n%s\n%s", shell, err, &out, &failure)
	}
	left, err := os.ReadDir(temporary)
	if err != nil || len(left) != 1 {
		t.Errorf("%s: it left %v, %v in the directory for temporary files", shell, left, err)
	}
	return out.String()
}

var shells = []string{"dash", "mksh", "ksh93"}

// compared is what a probe says.
func compared(t *testing.T, text string) *Compared {
	t.Helper()
	a, err := parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	p, err := compare("probe.txt", a)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBaseline: the probe's program, made with the SDK and run under the emulator, finds all that the SDK states.
func TestBaseline(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles and emulates")
	}
	t.Parallel()
	var b box
	b.make(t)
	for _, shell := range shells {
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("%v; \"mage test\" installs it", err)
			continue
		}
		text := b.run(t, shell)
		p := compared(t, text)
		if len(p.Contradicted) > 0 || len(p.Unanswered) > 0 || p.Level != "7200-05-03-2148" {
			t.Errorf("%s: level %s, contradicted %v, unanswered %v", shell, p.Level, p.Contradicted, p.Unanswered)
		}
		if c := p.Confirmed; c.Headers < 1850 || c.Imports < 400 || c.Lacks < 10 || c.Commands < 10 {
			t.Errorf("%s: only %+v are confirmed", shell, c)
		}
		for _, want := range []string{"\nask start sendmail\n", "\nask installp -L -d ", "\n| There is no efix data on this system.\n", "\nask ssh -V\n", "\nask lssrc -s sendmail\nabsent\n"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the probe does not have %q", shell, want)
			}
		}
		for _, secret := range []string{"aixbox", "start script", b.dir + "/tmp", os.Getenv("USER") + "@"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: the probe has %q:\n%s", shell, secret, text)
			}
		}
	}
}

// TestWrongBox: what is otherwise on a machine is named, with the line of ours.
func TestWrongBox(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles and emulates")
	}
	t.Parallel()
	b := box{gone: "nice", edits: map[string]*strings.Replacer{
		"errno.h": strings.NewReplacer("#define ELOOP 85", "#define ELOOP 86"),
		"pwd.h":   strings.NewReplacer("	gid_t pw_gid;", "	int pw_other;"), // and so it does not compile
		"regex.h": nil,
	}}
	b.make(t)
	p := compared(t, b.run(t, "sh"))
	var got []string
	for _, x := range p.Contradicted {
		got = append(got, fmt.Sprintf("%s %d %s: %s, %s", x.What, x.Bits, x.Where, x.Ours, x.Theirs))
	}
	want := []string{
		"ELOOP 32 " + at(t, "sdk/include/errno.h", "#define ELOOP 85") + ": 85, 86",
		"ELOOP 64 " + at(t, "sdk/include/errno.h", "#define ELOOP 85") + ": 85, 86",
		"place and size of struct passwd.pw_gid 32 " + at(t, "sdk/include/pwd.h", "gid_t pw_gid;") + ": 12:4, uncompilable",
		"place and size of struct passwd.pw_gid 64 " + at(t, "sdk/include/pwd.h", "gid_t pw_gid;") + ": 20:4, uncompilable",
		"export of nice 32 " + at(t, "sdk/imports/libc", "\nnice\n") + ": in /usr/lib/libc.a(shr.o), not in it",
		"export of nice 64 " + at(t, "sdk/imports/libc", "\nnice\n") + ": in /usr/lib/libc.a(shr_64.o), not in it",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("contradicted (-want +got):\n%s", d)
	}
	if !slices.ContainsFunc(p.Unanswered, func(n Note) bool { return n.Where == "header regex.h" }) {
		t.Errorf("a header that is missing was not told: %v", p.Unanswered)
	}
}

// at is where a text stands in the SDK, as file:line.
func at(t *testing.T, file, text string) string {
	t.Helper()
	all, err := os.ReadFile("../machine/cross/" + file)
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(all), text)
	if !found {
		t.Fatalf("%q is not in %s", text, file)
	}
	line := strings.Count(before, "\n") + 1
	if strings.HasPrefix(text, "\n") {
		line++
	}
	return fmt.Sprintf("%s%s:%d", cross.Source, file, line)
}

// TestShellLint: two readers of shell scripts find nothing in the script.
func TestShellLint(t *testing.T) {
	if testing.Short() {
		t.Skip("the two take their time")
	}
	t.Parallel()
	for _, argv := range [][]string{{"shellcheck", "-s", "sh", "-S", "warning"}, {"checkbashisms", "-p"}} {
		if _, err := exec.LookPath(argv[0]); err != nil {
			t.Logf("%v; \"mage test\" installs it", err)
		} else if out, err := exec.CommandContext(t.Context(), argv[0], append(argv[1:], "../../probe.sh")...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", argv[0], err, out)
		}
	}
}

// TestInterrupted: a signal ends the script, and nothing of it stays.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, shell := range shells {
		if _, err := exec.LookPath(shell); err != nil {
			t.Logf("%v; \"mage test\" installs it", err)
			continue
		}
		dir := t.TempDir()
		var b box
		b.dir = dir
		// The first command that is asked sends the signal to the script.
		b.put(t, "bin/oslevel", "#!/bin/sh\nls "+dir+"/tmp >"+dir+"/seen\nkill -TERM $PPID\n")
		b.put(t, "tmp/others", "")
		cmd := exec.CommandContext(t.Context(), shell, "../../probe.sh")
		cmd.Env = []string{"TMPDIR=" + dir + "/tmp", "PATH=" + dir + "/bin:" + os.Getenv("PATH")}
		err := cmd.Run()
		exit, ok := errors.AsType[*exec.ExitError](err)
		seen, _ := os.ReadFile(dir + "/seen") // it is compared below
		left, errLeft := os.ReadDir(dir + "/tmp")
		if !ok || exit.ExitCode() != 130 || !strings.Contains(string(seen), "sendmail-aix-probe.") || errLeft != nil || len(left) != 1 {
			t.Errorf("%s: %v, it had %q and left %v", shell, err, seen, left)
		}
	}
}
