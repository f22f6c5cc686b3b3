package rehearsal

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/packaging"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

// built is what a build stages, in a few files: what each fileset is about, and what the scripts look at.
var built = []stage.Entry{
	{Path: "/etc/opt/sendmail/sendmail.cf.default", Type: stage.File, Mode: 0o444, Owner: "root", Group: "system"},
	{Path: "/etc/opt/sendmail/submit.cf.default", Type: stage.File, Mode: 0o444, Owner: "root", Group: "system"},
	{Path: "/opt/sendmail/bin/mailq", Type: stage.Link, Target: "/opt/sendmail/sbin/sendmail"},
	{Path: "/opt/sendmail/lib/libmilter.a", Type: stage.File, Mode: 0o444, Owner: "bin", Group: "bin"},
	{Path: "/opt/sendmail/sbin/sendmail", Type: stage.File, Mode: 0o2555, Owner: "root", Group: "smmsp"},
	{Path: "/opt/sendmail/share/LICENSE", Type: stage.File, Mode: 0o444, Owner: "root", Group: "system"},
	{Path: "/opt/sendmail/share/cf/README", Type: stage.File, Mode: 0o444, Owner: "root", Group: "system"},
	{Path: "/opt/sendmail/share/man/man8/sendmail.8", Type: stage.File, Mode: 0o444, Owner: "bin", Group: "bin"},
	{Path: "/var/opt/sendmail/clientmqueue", Type: stage.Directory, Mode: 0o770, Owner: "smmsp", Group: "smmsp"},
	{Path: "/var/opt/sendmail/statistics", Type: stage.File, Mode: 0o644, Owner: "root", Group: "system"},
}

// product is the package that this project makes, with its scripts and all that packaging adds, around the files above.
func product(t testing.TB, at string) *preview.Media {
	t.Helper()
	plan, err := packaging.Load("../../packaging")
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{
		"prefix": "/opt/sendmail", "conf": "/etc/opt/sendmail", "state": "/var/opt/sendmail", "level": at, "map": "dbm", "ostype": "aix5", "options": "",
		"needs": "fileset bos.rte 7.2.0.0\nfileset openssl.base 1.0.2.0",
	}
	plan.Copyright = "Nobody's.\n"
	work, root := t.TempDir(), t.TempDir()
	source := t.TempDir()
	if err := errors.Join(os.Mkdir(filepath.Join(source, "cf"), 0o755), os.WriteFile(filepath.Join(source, "LICENSE"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	extras, err := plan.Extras(source, work, values, []string{"sasl", "starttls", "ndbm"})
	if err != nil {
		t.Fatal(err)
	}
	entries := slices.Clone(built)
	content := map[string]string{}
	for _, e := range extras {
		if e.Expand || strings.HasPrefix(e.Path, "/opt/sendmail/share/") { // of sendmail's source: built stands for it
			continue
		}
		entry := stage.Entry{Path: e.Path, Type: stage.Directory, Mode: e.Mode, Owner: e.Owner, Group: e.Group}
		if e.From != "" {
			text, err := os.ReadFile(e.From)
			if err != nil {
				t.Fatal(err)
			}
			entry.Type, content[e.Path] = stage.File, string(text)
		}
		entries = append(entries, entry)
	}
	pkg, err := plan.Image(packaging.Build{
		Manifest: finishManifest(t, root, entries, content, at), Root: root, Values: values,
		Level: parseLevel(t, at), Time: time.Unix(1443657600, 0),
		Needs: []string{"fileset bos.rte 7.2.0.0", "fileset openssl.base 1.0.2.0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return media(t, pkg)
}

// finishManifest writes the files, and adds the directories above them.
func finishManifest(t testing.TB, root string, entries []stage.Entry, content map[string]string, at string) stage.Manifest {
	t.Helper()
	for i := range entries {
		e := &entries[i]
		for dir := filepath.Dir(e.Path); strings.Count(dir, "/") > 1 && dir != "/etc/opt" && dir != "/var/opt"; dir = filepath.Dir(dir) {
			if !slices.ContainsFunc(entries, func(other stage.Entry) bool { return other.Path == dir }) {
				entries = append(entries, stage.Entry{Path: dir, Type: stage.Directory, Mode: 0o755, Owner: "root", Group: "system"})
				e = &entries[i]
			}
		}
		if e.Type != stage.File {
			continue
		}
		text, given := content[e.Path]
		if !given {
			text = "#!/usr/bin/sh\n# " + e.Path + " of " + at + "\nexit 0\n" // sendmail-switch tries to run sendmail
		}
		e.Size, e.SHA256 = int64(len(text)), fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
		name := filepath.Join(root, e.Path)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	slices.SortFunc(entries, func(a, b stage.Entry) int { return strings.Compare(a.Path, b.Path) })
	return entries
}

// command runs a command in the box as an administrator would.
func (s *theatre) command(t *testing.T, argv ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := s.Enter(t.Context(), &out, append([]string{"/rehearsal/bin/env", "-i", "PATH=/usr/bin:/usr/sbin"}, argv...)...); err != nil {
		t.Fatalf("%v: %v\n%s", argv, err, &out)
	}
	return out.String()
}

// leftBehind is what a removal leaves: what the administrator may have edited, and the account that mail may belong to, with its home.
// That directory is the package's, but not empty when the root part goes: sendmail-switch has left word there for the usr part.
var leftBehind = []string{
	"/etc/group", "/etc/opt", "/etc/opt/sendmail", "/etc/opt/sendmail/access", "/etc/opt/sendmail/aliases", "/etc/opt/sendmail/sasl",
	"/etc/opt/sendmail/sasl/Sendmail.conf", "/etc/opt/sendmail/sendmail.cf", "/etc/opt/sendmail/submit.cf", "/etc/passwd",
	"/var/opt", "/var/opt/sendmail",
}

// The whole life of our package, twice in a row: no configuration is lost, nothing of IBM's is touched, and what is left is known.
func TestWholeLife(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	first, second := product(t, "8.15.2.1"), product(t, "8.15.2.2")
	for _, shell := range shells() {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			s := newTheatre(t, shell)
			before, err := s.Picture()
			if err != nil {
				t.Fatal(err)
			}
			const submit = "/etc/opt/sendmail/submit.cf"
			all := preview.Options{Names: []string{"sendmail"}}
			var lives [2][]string
			for i := range lives {
				for _, step := range []struct {
					name string
					do   func() error
					at   string // the level afterwards, "" for none
					code string // of the fault
				}{
					{"install", func() error { return s.Apply(t.Context(), first, preview.Options{}) }, "8.15.2.1", ""},
					{"switch, and edit submit.cf", func() error {
						s.command(t, "/opt/sendmail/sbin/sendmail-switch", "ours")
						s.edit(t, submit, "# mine\n")
						return nil
					}, "8.15.2.1", ""},
					{"install again", func() error { return s.Apply(t.Context(), first, preview.Options{}) }, "8.15.2.1", ""},
					{"update", func() error { return s.Apply(t.Context(), second, preview.Options{}) }, "8.15.2.2", ""},
					{"reject", func() error { return s.Reject(t.Context(), all) }, "8.15.2.2", "rehearsal-failed"},
					{"go back", func() error { return s.Apply(t.Context(), first, preview.Options{}) }, "8.15.2.2", ""},
					{"go back by force", func() error { return s.Apply(t.Context(), first, preview.Options{Force: true}) }, "8.15.2.1", ""},
					{"update again", func() error { return s.Apply(t.Context(), second, preview.Options{}) }, "8.15.2.2", ""},
					{"remove", func() error { return s.Deinstall(t.Context(), all) }, "", ""},
				} {
					if err := step.do(); fault.Code(err) != step.code {
						t.Fatalf("life %d, %s: %v", i+1, step.name, err)
					}
					if err := s.Check(); err != nil {
						t.Errorf("life %d, %s: %v", i+1, step.name, err)
					}
					if got := s.levels(t); got != step.at {
						t.Errorf("life %d, %s: level %q, want %q", i+1, step.name, got, step.at)
					}
					if text, err := s.Read(submit); err == nil && step.name != "install" && string(text) != "# mine\n" {
						t.Errorf("life %d, %s: submit.cf holds %q", i+1, step.name, text)
					}
				}
				after, err := s.Picture()
				if err != nil {
					t.Fatal(err)
				}
				lives[i] = after.Since(before)
				if diff := cmp.Diff(leftBehind, paths(lives[i])); diff != "" {
					t.Errorf("left behind, -want +got:\n%s", diff)
				}
			}
			if diff := cmp.Diff(lives[0], lives[1]); diff != "" {
				t.Errorf("the second life is not like the first:\n%s", diff)
			}
			if got := s.command(t, "lssrc", "-s", "sendmail"); !strings.HasSuffix(got, " active\n") {
				t.Errorf("IBM's sendmail: %s", got)
			}
		})
	}
}

// paths leaves of changes the names.
func paths(changes []string) []string {
	var names []string
	for _, change := range changes {
		names = append(names, strings.Fields(change)[1])
	}
	return names
}

// levels are those of all filesets that were installed, each once.
func (s *theatre) levels(t *testing.T) string {
	t.Helper()
	all, err := s.Shown()
	if err != nil {
		t.Fatal(err)
	}
	var levels []string
	for _, f := range all {
		levels = append(levels, f.Level.String())
	}
	slices.Sort(levels)
	return strings.Join(slices.Compact(levels), " ")
}

// shell runs a shell command in the box.
func (s *theatre) shell(t *testing.T, command string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := s.Enter(t.Context(), &out, "/rehearsal/bin/env", "-i", "PATH=/usr/bin:/usr/sbin", "LC_ALL=C", "/usr/bin/sh", "-c", "exec 2>&1; umask 022; "+command)
	return out.String(), err
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}
