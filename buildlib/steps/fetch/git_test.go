package fetch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// repository commits the tree to a new git repository under the tag v1.
func repository(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git on this machine")
	}
	dir := plant(t, t.TempDir(), sources)
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "m"}, {"tag", "v1"}} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
	}
	plant(t, dir, map[string]string{"README": "changed and not committed"})
	return dir
}

func TestGitSources(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	rel := pinned(t, tarball(t, sources))
	f, _ := fetcher(t)
	f.Machine = host.NewLocal(os.Environ())
	bare := filepath.Join(t.TempDir(), "bare")
	if out, err := exec.Command("git", "clone", "-q", "--bare", dir, bare).CombinedOutput(); err != nil {
		t.Fatalf("git clone: %s", out)
	}
	var first string
	for _, source := range []string{dir + "?ref=v1", "file://" + dir + "?ref=v1", "git::file://" + dir + "?ref=v1", "git::" + bare + "?ref=v1", bare + "?ref=HEAD"} {
		s := mustUnpack(t, f, rel, source)
		identity, err := s.Identity(t.Context())
		if first == "" {
			first = identity
		}
		if s.Kind != Git || err != nil || identity != first || len(identity) != len("git ")+40 {
			t.Errorf("%q: kind %s, identity %q, %v", source, s.Kind, identity, err)
		}
	}
	s, err := f.Open(rel, dir+"?ref=absent")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Unpack(t.Context(), filepath.Join(t.TempDir(), "x")); fault.Code(err) != "source-git" || !strings.Contains(err.Error(), "absent") {
		t.Errorf("Unpack(absent tag) = %v, want source-git", err)
	}
	// What a repository elsewhere needs, fetching and a second use offline, without a server: only the name says that it is elsewhere.
	remote := &Source{Kind: Git, Name: "file://" + bare, Ref: "v1", f: f, rel: rel}
	if err := remote.Unpack(t.Context(), filepath.Join(t.TempDir(), "x")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(bare); err != nil {
		t.Fatal(err)
	}
	if err := remote.Unpack(t.Context(), filepath.Join(t.TempDir(), "x")); err != nil {
		t.Errorf("Unpack() the second time = %v", err)
	}
	if os.Geteuid() == 0 { // a repository of another user's, which git refuses unless the user's configuration names it
		if err := os.Chown(filepath.Join(dir, ".git"), 65534, 65534); err != nil {
			t.Fatal(err)
		}
		mustUnpack(t, f, rel, dir+"?ref=v1")
	}
	gone := &Source{Kind: Git, Name: "file://" + bare, Ref: "v2", f: f, rel: rel}
	if err := gone.Fetch(t.Context()); fault.Code(err) != "source-git" {
		t.Errorf("Fetch(gone) = %v, want source-git", err)
	}
	f.Machine = machine{Runner: host.NewLocal([]string{"PATH=" + t.TempDir()})}
	if err := gone.Fetch(t.Context()); fault.Code(err) != "command-missing" {
		t.Errorf("Fetch() without git = %v, want command-missing", err)
	}
}

// TestGitMoves is a tag that was of another tree: when it has been moved, the next run sees that.
func TestGitMoves(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	git := func(args ...string) {
		t.Helper()
		args = append([]string{"-C", dir, "-c", "user.name=n", "-c", "user.email=e"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
	}
	git("commit", "-qam", "changed")
	git("tag", "v2")
	f, _ := fetcher(t)
	f.Machine = host.NewLocal(os.Environ())
	s := &Source{Kind: Git, Name: "file://" + dir, Ref: "v2", f: f, rel: pinned(t, tarball(t, sources))}
	if err := s.Unpack(t.Context(), filepath.Join(t.TempDir(), "x")); fault.Code(err) != "source-mismatch" {
		t.Fatalf("Unpack(wrong tag) = %v, want source-mismatch", err)
	}
	git("tag", "-f", "v2", "v1")
	if err := s.Unpack(t.Context(), filepath.Join(t.TempDir(), "x")); err != nil {
		t.Errorf("Unpack() of the tag that was moved = %v", err)
	}
}

// TestGitDamaged is a repository that lacks an object of the commit: git says so, and not the reader of what it writes.
func TestGitDamaged(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	blob, err := exec.Command("git", "-C", dir, "rev-parse", "v1:sendmail/tls.c").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, ".git/objects", string(blob[:2]), string(blob[2:40]))); err != nil {
		t.Fatal(err)
	}
	f, _ := fetcher(t)
	f.Machine = host.NewLocal(os.Environ())
	s, err := f.Open(pinned(t, tarball(t, sources)), dir+"?ref=v1")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Unpack(t.Context(), filepath.Join(t.TempDir(), "x")); fault.Code(err) != "source-git" ||
		!strings.Contains(err.Error(), string(blob[:40])) || strings.Contains(err.Error(), "read me") {
		t.Errorf("Unpack() = %v, want source-git with the object that is missing, and nothing of the archive", err)
	}
}

// TestGitHostile is a repository whose tree is refused while git still writes: that ends git too.
func TestGitHostile(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	if err := os.Symlink("../../outside", filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	plant(t, dir, map[string]string{"b": strings.Repeat("more than a pipe holds\n", 100_000)})
	for _, args := range [][]string{{"add", "."}, {"-c", "user.name=n", "-c", "user.email=e", "commit", "-qm", "m"}} {
		if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
	}
	f, _ := fetcher(t)
	f.Machine = host.NewLocal(os.Environ())
	s, err := f.Open(pinned(t, tarball(t, sources)), dir+"?ref=HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Unpack(t.Context(), filepath.Join(t.TempDir(), "x")); fault.Code(err) != "archive-unsafe" {
		t.Errorf("Unpack() = %v, want archive-unsafe", err)
	}
}

// TestGitBomb is a small repository whose tree has more files than anybody could list.
func TestGitBomb(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	git := func(input string, args ...string) string {
		t.Helper()
		c := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=n", "-c", "user.email=e"}, args...)...)
		c.Stdin = strings.NewReader(input)
		out, err := c.Output()
		if err != nil {
			t.Fatalf("git %v: %v", args, err)
		}
		return strings.TrimSpace(string(out))
	}
	kind, object := "100644 blob", git("x", "hash-object", "-w", "--stdin")
	for range 7 {
		var list strings.Builder
		for i := range 10 {
			fmt.Fprintf(&list, "%s %s\t%d\n", kind, object, i)
		}
		kind, object = "040000 tree", git(list.String(), "mktree")
	}
	git("", "branch", "bomb", git("", "commit-tree", object, "-m", "m"))
	f, _ := fetcher(t)
	f.Machine = host.NewLocal(os.Environ())
	s, err := f.Open(pinned(t, tarball(t, sources)), dir+"?ref=bomb")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Unpack(t.Context(), filepath.Join(t.TempDir(), "x")); fault.Code(err) != "source-git" || !errors.Is(err, errTooLarge) {
		t.Errorf("Unpack() = %v, want source-git and %v", err, errTooLarge)
	}
}

// TestGitLineEnds is a user whose git converts line ends: it must not here. It changes the environment, so it is not parallel.
func TestGitLineEnds(t *testing.T) {
	dir := repository(t)
	home := plant(t, t.TempDir(), map[string]string{".gitconfig": "[core]\nautocrlf = true\n"})
	t.Setenv("HOME", home)
	f, _ := fetcher(t)
	f.Machine = host.NewLocal(os.Environ())
	mustUnpack(t, f, pinned(t, tarball(t, sources)), dir+"?ref=v1")
}

// listener notes the commands that pass.
type listener struct {
	host.Runner
	ran []host.Cmd
}

func (l *listener) Run(ctx context.Context, c host.Cmd) error {
	l.ran = append(l.ran, c)
	return l.Runner.Run(ctx, c)
}

// TestGitAsksNobody wants git and ssh to fail where they would wait for an answer. It changes the environment, so it is not parallel.
func TestGitAsksNobody(t *testing.T) {
	bare := filepath.Join(repository(t), ".git")
	for _, test := range []struct {
		name, ssh string
		want      []string
	}{
		{"nothing said", "", []string{"GIT_TERMINAL_PROMPT=0", "GIT_SSH_COMMAND=ssh -o BatchMode=yes"}},
		{"in the environment", "ssh -i key", []string{"GIT_TERMINAL_PROMPT=0", "GIT_SSH_COMMAND=ssh -i key"}},
	} {
		for _, name := range []string{"GIT_SSH_COMMAND", "GIT_SSH"} {
			t.Setenv(name, "") // what it was comes back at the end
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
		if test.ssh != "" {
			t.Setenv("GIT_SSH_COMMAND", test.ssh)
		}
		f, _ := fetcher(t)
		l := &listener{Runner: host.NewLocal(os.Environ())}
		f.Machine = l
		s := &Source{Kind: Git, Name: "file://" + bare, Ref: "v1", f: f, rel: pinned(t, nil)}
		if err := s.Fetch(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range l.ran {
			var got []string
			for _, pair := range c.Env {
				if strings.HasPrefix(pair, "GIT_SSH") || strings.HasPrefix(pair, "GIT_TERMINAL") {
					got = append(got, pair)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("%s: %s is run with %q, want %q", test.name, c, got, test.want)
			}
		}
	}
}

// TestGitRunsNothing is a repository, and a user, whose configuration and attributes name programs for all that git may do: none is
// run. It changes the environment, so it is not parallel.
func TestGitRunsNothing(t *testing.T) {
	dir := repository(t)
	mark := filepath.Join(t.TempDir(), "marks")
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho \"$0 $*\" >>"+mark+"\nexec cat\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	hooks := t.TempDir()
	for _, hook := range []string{"reference-transaction", "post-checkout", "pre-auto-gc", "post-index-change"} {
		if err := os.Symlink(program, filepath.Join(hooks, hook)); err != nil {
			t.Fatal(err)
		}
	}
	config := "[filter \"f\"]\nsmudge = " + program + " smudge\nclean = " + program + " clean\nrequired = true\n" +
		"[core]\nfsmonitor = " + program + "\nhooksPath = " + hooks + "\nsshCommand = " + program + "\nalternateRefsCommand = " + program + "\n" +
		"[uploadpack]\npackObjectsHook = " + program + " pack\n[tar \"tar\"]\ncommand = " + program + "\n" +
		"[diff \"f\"]\ntextconv = " + program + "\n[credential]\nhelper = " + program + "\n"
	attributes := "* filter=f diff=f export-subst\n*.c export-ignore\n"
	home := plant(t, t.TempDir(), map[string]string{".gitconfig": config, ".config/git/attributes": attributes, "template/hooks/x": ""})
	before := readAll(t, filepath.Join(dir, ".git/config"))
	plant(t, dir, map[string]string{".git/config": before + config, ".git/info/attributes": attributes})
	t.Setenv("HOME", home)
	if err := exec.Command("git", "-C", dir, "archive", "-o", os.DevNull, "v1").Run(); err != nil {
		t.Fatal(err)
	}
	if marks := readAll(t, mark); !strings.Contains(marks, "smudge") {
		t.Fatalf("git archive runs %q: this test proves nothing", marks)
	}
	if err := os.Remove(mark); err != nil {
		t.Fatal(err)
	}
	f, _ := fetcher(t)
	f.Machine = host.NewLocal(os.Environ())
	rel := pinned(t, tarball(t, sources))
	mustUnpack(t, f, rel, dir+"?ref=v1")
	// As if it came from elsewhere, and over what an earlier version of this project, or anybody, has put into the cache.
	remote := &Source{Kind: Git, Name: "file://" + dir, Ref: "v1", f: f, rel: rel}
	plant(t, f.partName("git "+remote.Name+" v1", "")+".git", map[string]string{"config": before + config, "info/attributes": attributes, "HEAD": "x"})
	if err := remote.Unpack(t.Context(), filepath.Join(t.TempDir(), "x")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Errorf("programs of the configuration were run: %s", readAll(t, mark))
	}
	left, err := filepath.Glob(filepath.Join(f.Cache.Dir, "part", "*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left in the cache: %q, %v", left, err)
	}
}

// TestGitAttributes is a tree whose own attributes would change and leave out files: what is committed counts.
func TestGitAttributes(t *testing.T) {
	t.Parallel()
	dir := repository(t)
	git := func(args ...string) {
		t.Helper()
		args = append([]string{"-C", dir, "-c", "user.name=n", "-c", "user.email=e"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %s", args, out)
		}
	}
	git("checkout", "-q", "--", ".")
	plant(t, dir, map[string]string{".gitattributes": "* export-subst text eol=crlf\nREADME export-ignore\n", "new": "$Format:%H$\n"})
	git("add", ".")
	git("commit", "-qm", "attributes")
	f, _ := fetcher(t)
	f.Machine = host.NewLocal(os.Environ())
	s, err := f.Open(pinned(t, tarball(t, sources)), dir+"?ref=HEAD")
	if err != nil {
		t.Fatal(err)
	}
	err = s.Unpack(t.Context(), filepath.Join(t.TempDir(), "x"))
	if fault.Code(err) != "source-mismatch" || !strings.Contains(err.Error(), "found: extra .gitattributes\n         extra new\n  do:") {
		t.Errorf("Unpack() = %v, want a mismatch of the two new files alone", err)
	}
}

func readAll(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
