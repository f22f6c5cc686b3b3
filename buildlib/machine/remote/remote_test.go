package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// shells are those that stand for the machine's own.
var shells = []string{"dash", "bash", "mksh", "ksh93"}

// there is a machine that is reached without ssh: its login shell and its /bin/sh are one of this machine, in a home directory of its own.
func there(t *testing.T, shell string) *Machine {
	t.Helper()
	m, err := dialThere(t, shell, t.TempDir(), host.Questions{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func dialThere(t *testing.T, shell, home string, first host.Questions) (*Machine, error) {
	t.Helper()
	for _, tool := range []string{shell, "setsid"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(err)
		}
	}
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Skip(err)
	}
	local := host.NewLocal([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + home})
	line := func(ctx context.Context, command string, in *os.File, out, errOut io.Writer) error {
		command = strings.ReplaceAll(command, "/bin/sh", path)
		return local.Run(ctx, host.Cmd{Argv: []string{"setsid", path, "-c", command}, Stdin: in, Stdout: out, Stderr: errOut})
	}
	here, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := greet(t.Context(), Options{Name: "box", Here: here, ID: "test", Local: local, First: first}, line, func() {})
	if err == nil {
		t.Cleanup(m.Close)
	}
	return m, err
}

// in runs a test with each shell.
func in(t *testing.T, test func(t *testing.T, m *Machine)) {
	t.Helper()
	t.Parallel()
	for i, shell := range shells {
		if testing.Short() && i > 0 {
			break
		}
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			test(t, there(t, shell))
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRun(t *testing.T) {
	in(t, func(t *testing.T, m *Machine) {
		dir := t.TempDir()
		odd := "a 'b' \"c\" $d `e` \\f\n*"
		for _, test := range []struct {
			cmd         host.Cmd
			want, wants string // of standard output and standard error
		}{
			{host.Cmd{Argv: []string{"printf", "%s|", odd, "", "-n"}}, odd + "||-n|", ""},
			{host.Cmd{Argv: []string{"pwd"}, Dir: dir}, dir + "\n", ""},
			{host.Cmd{Argv: []string{"env"}, Env: []string{"A=" + odd, "B=", "PATH=/nowhere:" + m.Path()}}, "", ""},
			{host.Cmd{Argv: []string{"cat"}, Stdin: strings.NewReader("text\n")}, "text\n", ""},
			{host.Cmd{Argv: []string{"cat"}, Stdin: strings.NewReader("no newline\n$HOME\\n`x`\n\nat its end")}, "no newline\n$HOME\\n`x`\n\nat its end", ""},
			{host.Cmd{Argv: []string{"cat"}}, "", ""},
			{host.Cmd{Argv: []string{"sh", "-c", "printf out; printf err >&2; printf more"}}, "outmore", "err"},
			{host.Cmd{Argv: []string{"sh", "-c", "echo $LC_ALL $TZ ${HOME:+home}; umask"}}, "C UTC0 home\n0022\n", ""},
		} {
			var out, errOut bytes.Buffer
			test.cmd.Stdout, test.cmd.Stderr = &out, &errOut
			if err := m.Run(t.Context(), test.cmd); err != nil {
				t.Errorf("%s: %v", test.cmd, err)
			}
			if test.cmd.Env != nil {
				if !strings.Contains(out.String(), "A="+odd+"\n") || !strings.Contains(out.String(), "PATH=/nowhere:") {
					t.Errorf("%s: %s", test.cmd, &out)
				}
			} else if out.String() != test.want || errOut.String() != test.wants {
				t.Errorf("%s: %q and %q, want %q and %q", test.cmd, &out, &errOut, test.want, test.wants)
			}
		}
	})
}

// What a command says goes to its log while it runs, and how it ends is told as by this machine.
func TestRunFails(t *testing.T) {
	in(t, func(t *testing.T, m *Machine) {
		log := filepath.Join(t.TempDir(), "log")
		err := m.RunAll(t.Context(), host.Cmd{Argv: []string{"echo", "first"}, Log: log}, host.Cmd{Argv: []string{"sh", "-c", "echo error: bad >&2; exit 3"}, Dir: "/", Log: log},
			host.Cmd{Argv: []string{"echo", "never"}, Log: log})
		exit, ok := errors.AsType[*host.ExitError](err)
		if fault.Code(err) != "command-failed" || !ok || exit.Status != 3 || !strings.Contains(err.Error(), "error: bad") {
			t.Errorf("RunAll() = %v, want the fault of the second command", err)
		}
		text, err := os.ReadFile(log)
		if want := "$ cd  && echo first\nfirst\n$ cd / && sh -c 'echo error: bad >&2; exit 3'\nerror: bad\n"; err != nil || string(text) != want {
			t.Errorf("log: %q, %v, want %q", text, err, want)
		}
		plain := filepath.Join(t.TempDir(), "plain")
		must(t, os.WriteFile(plain, nil, 0o644))
		for _, name := range []string{"absent-program", "/absent/program", plain, "/"} {
			if err := m.Run(t.Context(), host.Cmd{Argv: []string{name}}); fault.Code(err) != "command-missing" || !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Run(%s) = %v, want command-missing", name, err)
			}
		}
		if err := m.Run(t.Context(), host.Cmd{Argv: []string{"sh", "-c", "kill -9 $$"}}); !errors.As(err, &exit) || exit.Status != -1 {
			t.Errorf("a command that a signal ended: %v", err)
		}
		if err := m.Run(t.Context(), host.Cmd{Argv: []string{"pwd"}, Dir: "/absent"}); fault.Code(err) != "command-failed" {
			t.Errorf("a directory that is not there: %v", err)
		}
		for _, c := range []host.Cmd{{Argv: []string{"echo", "a\x00b"}}, {Argv: []string{"cat"}, Stdin: strings.NewReader("a\x00b")}} {
			if err := m.Run(t.Context(), c); err == nil {
				t.Errorf("%q: want an error", c.Argv)
			}
		}
		// All of that in one session, which is still good.
		if out, err := m.Output(t.Context(), host.Cmd{Argv: []string{"echo", "still", "there"}}); out != "still there" || err != nil {
			t.Errorf("%q, %v", out, err)
		}
	})
}

// What is asked ahead is answered in one round trip, and as if it had not been.
func TestExpect(t *testing.T) {
	in(t, func(t *testing.T, m *Machine) {
		dir := t.TempDir()
		file := filepath.Join(dir, "a file")
		must(t, os.WriteFile(file, []byte("text without end"), 0o644))
		absentFile := filepath.Join(dir, "absent")
		q := host.Questions{
			Output: []host.Cmd{{Argv: []string{"uname", "-s"}}, {Argv: []string{"no-such-program"}}, {Argv: []string{"sed", "s/a/b/"}, Stdin: strings.NewReader("a\n")},
				{Argv: []string{"sh", "-c", "echo bad >&2; exit 5"}}},
			Find: []string{"sh", "no-such-program", "/bin/sh", file}, Stat: []string{file, absentFile, dir}, Read: []string{file, absentFile, dir},
			ReadDir: []string{dir, absentFile, file}, Sums: []string{file},
		}
		type answers struct {
			Out      []string
			Errs     []string
			Expected int
		}
		ask := func() (a answers) {
			add := func(out string, err error) {
				a.Out = append(a.Out, out)
				a.Errs = append(a.Errs, fmt.Sprint(err))
			}
			before := m.Trips()
			for _, c := range []host.Cmd{{Argv: []string{"uname", "-s"}}, {Argv: []string{"no-such-program"}}, {Argv: []string{"sed", "s/a/b/"}, Stdin: strings.NewReader("a\n")},
				{Argv: []string{"sh", "-c", "echo bad >&2; exit 5"}}} {
				add(m.Output(t.Context(), c))
			}
			found, err := m.Find(t.Context(), q.Find...)
			add(strings.Join(found, " "), err)
			add("", errors.Join(m.Stat(t.Context(), q.Stat...)...))
			texts, errs := m.Read(t.Context(), q.Read...)
			add(strings.Join(texts, "|"), errors.Join(errs...))
			if !errors.Is(errs[1], fs.ErrNotExist) || errors.Is(errs[2], fs.ErrNotExist) {
				t.Errorf("Read() = %v", errs)
			}
			for _, d := range q.ReadDir {
				names, err := m.ReadDir(t.Context(), d)
				add(strings.Join(names, "|"), err)
				if d != dir && !errors.Is(err, map[string]error{absentFile: fs.ErrNotExist, file: syscall.ENOTDIR}[d]) {
					t.Errorf("ReadDir(%s) = %v", d, err)
				}
			}
			sums, err := m.Sums(t.Context(), q.Sums...)
			add(strings.Join(sums, " "), err)
			a.Expected = m.Trips() - before
			return a
		}
		first := ask()
		if first.Expected < 10 {
			t.Errorf("%d round trips for all, one by one", first.Expected)
		}
		want, err := host.NewLocal([]string{"PATH=" + m.Path()}).Sums(t.Context(), file)
		if err != nil || first.Out[len(first.Out)-1] != want[0] {
			t.Errorf("sum %s, want %s, %v", first.Out[len(first.Out)-1], want, err)
		}
		before := m.Trips()
		must(t, m.Expect(t.Context(), q))
		if n := m.Trips() - before; n != 1 {
			t.Errorf("Expect() took %d round trips", n)
		}
		second := ask()
		if second.Expected != 0 {
			t.Errorf("%d round trips for what was expected", second.Expected)
		}
		first.Expected, second.Expected = 0, 0
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("asked (-) and expected (+):\n%s", diff)
		}
	})
}

func TestFiles(t *testing.T) {
	in(t, func(t *testing.T, m *Machine) {
		defer syscall.Umask(syscall.Umask(0o022))
		root := filepath.Join(m.work, "build/root")
		texts := map[string]string{"a/b/program": "#!/bin/sh\n", "empty": "", "no newline": "a\nb $x `y`\\", "it's": "EOF\n\n"}
		var files []host.File
		for name, text := range texts {
			mode := fs.FileMode(0o644)
			if strings.Contains(name, "program") {
				mode = 0o755
			}
			files = append(files, host.File{Name: filepath.Join(root, name), Mode: mode, Text: text})
		}
		files = append(files, host.File{Name: filepath.Join(root, "directory"), Mode: fs.ModeDir | 0o755})
		for range 2 { // what is there gives way
			must(t, m.Put(t.Context(), files...))
		}
		must(t, os.Symlink("../empty", filepath.Join(root, "a/link")))
		want, err := tree.List(t.Context(), root)
		must(t, err)
		got, err := m.List(t.Context(), root)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" || len(got) != 5 {
			t.Errorf("List() (-want +got):\n%s", diff)
		}
		for name, text := range texts {
			if got, err := os.ReadFile(filepath.Join(root, name)); string(got) != text || err != nil {
				t.Errorf("%s: %q, %v, want %q", name, got, err, text)
			}
		}
		if info, err := os.Stat(filepath.Dir(m.work)); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%v, %v: the directory for work is open to others", info, err)
		}
		must(t, m.RemoveAll(t.Context(), filepath.Join(root, "a"), filepath.Join(root, "absent")))
		if names, err := m.ReadDir(t.Context(), root); err != nil || slices.Contains(names, "a") {
			t.Errorf("RemoveAll() has left %q, %v", names, err)
		}
		if _, err := m.List(t.Context(), filepath.Join(root, "absent")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("List(absent) = %v", err)
		}
		if l, err := m.List(t.Context(), filepath.Join(root, "directory")); l != nil || err != nil {
			t.Errorf("List(an empty directory) = %v, %v", l, err)
		}
		// None of ours.
		for _, name := range []string{m.work, "/etc/passwd", m.work + "/../x", filepath.Dir(m.work)} {
			if err := errors.Join(m.RemoveAll(t.Context(), name)); err == nil {
				t.Errorf("RemoveAll(%s) = nil", name)
			}
			if err := m.Put(t.Context(), host.File{Name: name, Mode: 0o644}); err == nil {
				t.Errorf("Put(%s) = nil", name)
			}
		}
		if err := m.Put(t.Context(), host.File{Name: filepath.Join(root, "empty/below a file"), Mode: 0o644}); fault.Code(err) != "host-files" {
			t.Errorf("Put() below a file = %v", err)
		}
	})
}

// TestSend sends a tree, once, and fetches what was made of it.
func TestSend(t *testing.T) {
	in(t, func(t *testing.T, m *Machine) {
		here := m.options.Here
		source, site := filepath.Join(here, "build/source"), filepath.Join(here, "build/site.config.m4")
		long := strings.Repeat("long/", 25) + "name"
		for name, text := range map[string]string{"a.c": "int a;\n", "Build": "#!/bin/sh\n", long: "\x00\xff"} {
			must(t, os.MkdirAll(filepath.Dir(filepath.Join(source, name)), 0o755))
			must(t, os.WriteFile(filepath.Join(source, name), []byte(text), 0o644))
		}
		must(t, errors.Join(os.Chmod(filepath.Join(source, "Build"), 0o755), os.Symlink("a.c", filepath.Join(source, "link")), os.WriteFile(site, []byte("dnl\n"), 0o644)))
		must(t, os.Chtimes(filepath.Join(source, "a.c"), time.Unix(1e9, 0), time.Unix(1e9, 0)))
		want, err := tree.List(t.Context(), source)
		must(t, err)
		same := func(trips int) {
			t.Helper()
			before := m.Trips()
			must(t, m.Send(t.Context(), source, site))
			if n := m.Trips() - before; n != trips {
				t.Errorf("Send() took %d round trips, want %d", n, trips)
			}
			got, err := tree.List(t.Context(), m.There(source))
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v (-here +there):\n%s", err, diff)
			}
		}
		same(2)
		same(0)
		if info, err := os.Stat(filepath.Join(m.There(source), "a.c")); err != nil || info.ModTime().Unix() != 1e9 {
			t.Errorf("the time of a.c there is %v, %v", info, err)
		}
		m.sent = map[string]string{} // as the next run
		same(1)
		must(t, os.WriteFile(filepath.Join(source, "a.c"), []byte("int b;\n"), 0o644))
		must(t, os.Remove(filepath.Join(source, "link")))
		want, err = tree.List(t.Context(), source)
		must(t, err)
		same(2)

		root := filepath.Join(here, "build/root")
		must(t, m.Put(t.Context(), host.File{Name: m.There(root) + "/opt/empty", Mode: fs.ModeDir | 0o755}, host.File{Name: m.There(root) + "/opt/program", Mode: 0o755, Text: "x"}))
		must(t, os.Symlink("/absolute", m.There(root)+"/opt/link"))
		must(t, os.MkdirAll(root+"/old", 0o755))
		must(t, m.Fetch(t.Context(), root, site))
		got, err := tree.List(t.Context(), root)
		must(t, err)
		want, err = tree.List(t.Context(), m.There(root))
		if diff := cmp.Diff(want, got); diff != "" || err != nil || len(got) != 2 {
			t.Errorf("%v (-there +here):\n%s", err, diff)
		}
		if _, err := os.Stat(root + "/opt/empty"); err != nil {
			t.Error(err)
		}
		if err := m.Fetch(t.Context(), filepath.Join(here, "absent")); fault.Code(err) != "host-files" {
			t.Errorf("Fetch(absent) = %v", err)
		}
	})
}

// TestSendCut: what was not sent whole is not taken for it, wherever it was cut; to GNU's tar an archive may end behind each file.
func TestSendCut(t *testing.T) {
	t.Parallel()
	m := there(t, "dash")
	source := filepath.Join(m.options.Here, "source")
	must(t, os.Mkdir(source, 0o755))
	for i := range 3 {
		must(t, os.WriteFile(filepath.Join(source, fmt.Sprint("file", i)), bytes.Repeat([]byte{'x'}, 700*i), 0o644))
	}
	var whole bytes.Buffer
	must(t, m.pack(&whole, []string{source}, []string{"key"}))
	line := m.line
	for size := 0; size < whole.Len()-1024; size += 512 { // the last two blocks are empty
		m.line = func(ctx context.Context, command string, in *os.File, out, errOut io.Writer) error {
			if !strings.Contains(command, "tar xf") {
				return line(ctx, command, in, out, errOut)
			}
			r, w, err := os.Pipe()
			must(t, err)
			defer r.Close()
			go func() {
				_, _ = io.CopyN(w, in, int64(size))
				_ = w.Close()
				_, _ = io.Copy(io.Discard, in)
			}()
			return line(ctx, command, r, out, errOut)
		}
		if err := m.Send(t.Context(), source); fault.Code(err) != "host-files" {
			t.Errorf("cut at %d of %d: %v", size, whole.Len(), err)
		}
		if _, err := os.Stat(keyOf(m.There(source))); err == nil {
			t.Errorf("cut at %d of %d, it is taken for whole", size, whole.Len())
		}
	}
	m.line = line
	must(t, m.Send(t.Context(), source))
}

// TestMany asks more at once than there are sessions.
func TestMany(t *testing.T) {
	in(t, func(t *testing.T, m *Machine) {
		failed := make(chan error)
		for i := range 3 * sessions {
			go func() {
				out, err := m.Output(t.Context(), host.Cmd{Argv: []string{"echo", strconv.Itoa(i)}})
				if err == nil && out != strconv.Itoa(i) {
					err = fmt.Errorf("%q for %d", out, i)
				}
				failed <- err
			}()
		}
		for range 3 * sessions {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
		if n := len(m.idle); n == 0 || n > sessions {
			t.Errorf("%d sessions", n)
		}
	})
}

// TestHome: where work cannot lie, or somebody else has prepared it.
func TestHome(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(home string) error{
		"a link": func(home string) error { return os.Symlink("/tmp", filepath.Join(home, Folder)) },
		"a file": func(home string) error { return os.WriteFile(filepath.Join(home, Folder), nil, 0o600) },
		"open to others": func(home string) error {
			return errors.Join(os.Mkdir(filepath.Join(home, Folder), 0o700), os.Chmod(filepath.Join(home, Folder), 0o777))
		},
		"open to a group": func(home string) error {
			return errors.Join(os.Mkdir(filepath.Join(home, Folder), 0o700), os.Chmod(filepath.Join(home, Folder), 0o770))
		},
		"another user's": func(home string) error {
			if os.Getuid() != 0 {
				return os.WriteFile(filepath.Join(home, Folder), nil, 0o600) // nobody else can give it away
			}
			return errors.Join(os.Mkdir(filepath.Join(home, Folder), 0o700), os.Chown(filepath.Join(home, Folder), 12345, 12345))
		},
	} {
		home := t.TempDir()
		must(t, prepare(home))
		if _, err := dialThere(t, "dash", home, host.Questions{}); fault.Code(err) != "host-home" {
			t.Errorf("%s: %v, want host-home", name, err)
		}
	}
	spaced := filepath.Join(t.TempDir(), "a home")
	must(t, os.Mkdir(spaced, 0o755))
	if _, err := dialThere(t, "dash", spaced, host.Questions{}); fault.Code(err) != "host-home" {
		t.Errorf("a home directory with a blank: %v", err)
	}
	home := t.TempDir()
	must(t, os.Mkdir(filepath.Join(home, Folder), 0o700))
	m, err := dialThere(t, "dash", home, host.Questions{Find: []string{"sh"}})
	must(t, err)
	if m.Trips() != 1 || m.work != filepath.Join(home, Folder, "test") {
		t.Errorf("%d round trips, work in %s", m.Trips(), m.work)
	}
	must(t, m.Put(t.Context(), host.File{Name: m.work + "/x/y", Mode: 0o644}))
	must(t, os.Mkdir(filepath.Join(home, Folder, "of another checkout"), 0o755))
	removed, left, err := m.Clean(t.Context())
	if removed != m.work || !slices.Equal(left, []string{"of another checkout"}) || err != nil {
		t.Errorf("Clean() = %s, %q, %v", removed, left, err)
	}
	must(t, os.Remove(filepath.Join(home, Folder, "of another checkout")))
	if removed, left, err := m.Clean(t.Context()); removed != "" || left != nil || err != nil {
		t.Errorf("Clean() = %s, %q, %v", removed, left, err)
	}
	if _, err := os.Stat(filepath.Join(home, Folder)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory of all is left: %v", err)
	}
}
