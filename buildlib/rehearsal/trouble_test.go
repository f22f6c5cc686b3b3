package rehearsal

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// The disk is full from a moment on. Whatever installp makes of that, once there is room again a clean-up and the same operation
// lead to where they would have led.
func TestFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, o := range ofTwoLevels(t, product(t, "8.15.2.1"), product(t, "8.15.2.2")) {
		t.Run(o.command, func(t *testing.T) {
			t.Parallel()
			want, moments, err := o.whole(t.Context(), filepath.Join(t.TempDir(), "box"))
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range some(moments, productStride) {
				if strings.HasPrefix(moments[n-1], box.InScript) {
					continue // a script has the disk that it begins with
				}
				t.Run(momentName(n, moments), func(t *testing.T) {
					s := o.begin(t)
					s.Fate = box.Fate{Full: n}
					err := o.do(t.Context(), s.Installp)
					full := s.printed.String()
					s.Fate = box.Fate{}
					if err != nil && !strings.Contains(err.Error(), "do:    ") {
						t.Errorf("with a full disk: %v, which does not say what to do", err)
					}
					if err := s.Cleanup(t.Context()); err != nil {
						t.Fatalf("clean-up: %v\n%s", err, full)
					}
					// Scripts of a removal do not fail, but tell what is left to do. That must help.
					for _, advice := range advised.FindAllStringSubmatch(full, -1) {
						if out, err := s.shell(t, advice[1]); err != nil && !strings.Contains(out, "is not on file") {
							t.Errorf("%s, as advised: %v\n%s", advice[1], err, out)
						}
					}
					if err := o.again(t.Context(), s.Installp, want); err != nil {
						t.Error(err)
					}
				})
			}
		})
	}
}

var advised = regexp.MustCompile(`Do it with "([^"]+)"`)

// failing is the demonstration with one script that fails.
func failing(t *testing.T, at string, part database.Part, step installp.Step) *preview.Media {
	t.Helper()
	p := demo(t, at)
	scripts := p.Filesets[0].Usr
	if part == database.Root {
		scripts = p.Filesets[0].Root
	}
	scripts[step] = "#!/usr/bin/ksh\necho \"script " + string(step) + " fails\"\nexit 1\nexit 0\n"
	return media(t, p)
}

// A script fails. The table is that of the documents: a new fileset is gone, an older base level stays while its files are there, and is
// BROKEN afterwards; un- scripts run for what was completed, in reverse.
func TestFailingScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, c := range []struct {
		part  database.Part
		step  installp.Step
		over  bool   // an older level
		state string // of demo.rte afterwards
		un    string // scripts that ran after the failure
	}{
		{database.Usr, installp.PreI, false, "", ""},
		{database.Usr, installp.PostI, false, "", "unpre_i U"},
		{database.Usr, installp.Config, false, "", "unpost_i U, unpre_i U"},
		{database.Root, installp.PreI, false, "", "unconfig U, unpost_i U, unpre_i U"},
		{database.Root, installp.PostI, false, "", "unpre_i M, unconfig U, unpost_i U, unpre_i U"},
		{database.Root, installp.Config, false, "", "unpost_i M, unpre_i M, unconfig U, unpost_i U, unpre_i U"},
		{database.Usr, installp.PreRm, true, "1.0.0.0 COMMITTED", ""},
		{database.Usr, installp.PreI, true, "1.0.0.1 BROKEN", ""},
		{database.Usr, installp.PostI, true, "1.0.0.1 BROKEN", "unpre_i U"},
		{database.Usr, installp.Config, true, "1.0.0.1 BROKEN", "unpost_i U, unpre_i U"},
		{database.Root, installp.Config, true, "1.0.0.1 BROKEN", "unpost_i M, unpre_i M, unconfig U, unpost_i U, unpre_i U"},
	} {
		t.Run(fmt.Sprintf("%s %s over %v", c.part, c.step, c.over), func(t *testing.T) {
			t.Parallel()
			s := newTheatre(t, "dash")
			at := "1.0.0.0"
			if c.over {
				if err := s.Apply(t.Context(), media(t, demo(t, at)), preview.Options{}); err != nil {
					t.Fatal(err)
				}
				at = "1.0.0.1"
			}
			before := s.look(t)
			s.scripts()
			err := s.Apply(t.Context(), failing(t, at, c.part, c.step), preview.Options{})
			if fault.Code(err) != "rehearsal-failed" || !strings.Contains(err.Error(), "script demo.rte."+string(c.step)) {
				t.Errorf("Apply = %v, want a failure that names the script", err)
			}
			if !strings.Contains(s.printed.String(), "demo.data                   "+at+"         USR         APPLY       CANCELED") {
				t.Error("the fileset that depends on it is not told to be canceled")
			}
			var un []string
			failed := false
			for _, line := range s.scripts() {
				f := strings.Fields(line)
				if failed {
					un = append(un, f[0]+" "+f[1])
				}
				failed = failed || f[1] == "fails"
			}
			if got := strings.Join(un, ", "); got != c.un {
				t.Errorf("after the failure ran %q, want %q", got, c.un)
			}
			all, err := s.Shown()
			if err != nil {
				t.Fatal(err)
			}
			state := ""
			for _, f := range all {
				if f.Name == "demo.rte" {
					state = fmt.Sprintf("%s %s", f.Level, f.State)
				}
			}
			if state != c.state {
				t.Errorf("state %q, want %q", state, c.state)
			}
			if c.state == "" {
				if diff := cmp.Diff(withoutMade(before), withoutMade(s.look(t))); diff != "" {
					t.Errorf("something is left, -want +got:\n%s", diff)
				}
				return
			}
			// What is broken can be installed again, or removed.
			good := media(t, demo(t, at))
			other := s.clone(t)
			if err := s.Apply(t.Context(), good, preview.Options{}); err != nil {
				t.Errorf("install again: %v", err)
			}
			if err := s.Check(); err != nil {
				t.Error(err)
			}
			if err := other.Deinstall(t.Context(), preview.Options{Names: []string{"demo"}}); err != nil {
				t.Errorf("remove: %v", err)
			}
			for _, line := range other.look(t) {
				name := strings.Fields(line)[1]
				kept := strings.HasPrefix(name, "/lpp/save.config/") || name == "/etc/opt/demo.conf"
				if strings.Contains(name, "demo") && !kept {
					t.Errorf("the removal of what is broken leaves %s", line)
				}
			}
		})
	}
}

// withoutMade leaves out what the demonstration's scripts make and never take away: its group, and the directory above its own.
func withoutMade(look []string) []string {
	return slices.DeleteFunc(slices.Clone(look), func(line string) bool {
		return strings.HasPrefix(line, "+ /etc/opt ") || strings.HasPrefix(line, "+ /etc/group ")
	})
}

// A failing unconfig leaves what can neither be used nor easily removed: the part stays BROKEN.
func TestFailingRemoval(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, c := range []struct {
		part database.Part
		step installp.Step
		want string
	}{
		{database.Usr, installp.PreD, "demo.data, demo.rte: COMMITTED"}, // may forbid, and nothing is changed
		{database.Root, installp.Unconfig, "demo.rte: BROKEN"},
		{database.Root, installp.UnpreI, ""}, // is told only
		{database.Usr, installp.UnpostI, "demo.rte: BROKEN"},
	} {
		t.Run(fmt.Sprintf("%s %s", c.part, c.step), func(t *testing.T) {
			t.Parallel()
			s := newTheatre(t, "dash")
			if err := s.Apply(t.Context(), failing(t, "1.0.0.0", c.part, c.step), preview.Options{}); err != nil {
				t.Fatal(err)
			}
			err := s.Deinstall(t.Context(), preview.Options{Names: []string{"demo.rte"}, Dependents: true})
			if (err == nil) != (c.want == "") {
				t.Errorf("Deinstall = %v", err)
			}
			all, err := s.Shown()
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			state := ""
			for _, f := range all {
				names, state = append(names, f.Name), f.State
			}
			got := ""
			if len(names) > 0 {
				got = strings.Join(names, ", ") + ": " + state
			}
			if strings.TrimPrefix(got, "demo.data, ") != strings.TrimPrefix(c.want, "demo.data, ") {
				t.Errorf("left is %q, want %q", got, c.want)
			}
		})
	}
}

// An administrator's smmsp keeps its number, whatever that is, and files belong to it.
func TestOtherAccount(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, shell := range shells() {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			s := newTheatre(t, shell)
			s.command(t, "mkgroup", "id=777", "smmsp")
			s.command(t, "mkgroup", "id=25", "other")
			s.command(t, "mkuser", "id=778", "pgrp=smmsp", "home=/var/opt", "smmsp")
			before := s.command(t, "cat", "/etc/passwd", "/etc/group")
			if err := s.Apply(t.Context(), product(t, "8.15.2.1"), preview.Options{}); err != nil {
				t.Fatal(err)
			}
			if err := s.Check(); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(before, s.command(t, "cat", "/etc/passwd", "/etc/group")); diff != "" {
				t.Errorf("accounts, -before +after:\n%s", diff)
			}
			p, err := s.Picture()
			if err != nil {
				t.Fatal(err)
			}
			if got := p["/var/opt/sendmail/clientmqueue"]; got != "directory 0770 smmsp:smmsp" {
				t.Errorf("the client queue is a %s", got)
			}
		})
	}
}

// With only the number taken, others do.
func TestNumberTaken(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	s := newTheatre(t, "dash")
	s.command(t, "mkgroup", "id=25", "other")
	s.command(t, "mkuser", "id=25", "pgrp=other", "home=/var/opt", "other")
	if err := s.Apply(t.Context(), product(t, "8.15.2.1"), preview.Options{}); err != nil {
		t.Fatal(err)
	}
	if got := s.command(t, "lsuser", "-a", "id", "pgrp", "smmsp"); got != "smmsp id=13 pgrp=smmsp\n" {
		t.Errorf("lsuser: %s", got)
	}
}

// A machine whose /usr is another's, read-only, has the root part installed alone (installp -Or; syncroot does the same in a workload
// partition): nothing in /usr and /opt changes, and the result is that of a whole installation.
func TestReadOnlyUsr(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, shell := range shells() {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			m := product(t, "8.15.2.1")
			server := newTheatre(t, shell)
			if props(t).Reach() != "" {
				t.Skip("nothing can be mounted here: /usr cannot be made read-only")
			}
			if err := server.Apply(t.Context(), m, preview.Options{}); err != nil {
				t.Fatal(err)
			}
			client := newTheatre(t, shell)
			serve(t, server, client)
			client.ReadOnlyUsr = true
			shared := func() box.Picture {
				p, err := client.Picture()
				if err != nil {
					t.Fatal(err)
				}
				return below(p, "/usr", "/opt")
			}
			before := shared()
			if err := client.Apply(t.Context(), m, preview.Options{RootOnly: true}); err != nil {
				t.Fatal(err)
			}
			if err := client.Check(); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(server.look(t), client.look(t)); diff != "" {
				t.Errorf("a client is not as a machine of its own, -want +got:\n%s", diff)
			}
			if changes := shared().Since(before); len(changes) > 0 {
				t.Errorf("the root part has changed what is shared:\n%s", strings.Join(changes, "\n"))
			}
			if _, err := client.shell(t, "echo x >/usr/lib/x || echo x >/opt/x"); err == nil {
				t.Error("scripts can write to /usr")
			}
		})
	}
}

// serve gives a client the /usr and /opt of a server, and the part of the product database that lies there.
func serve(t *testing.T, server, client *theatre) {
	t.Helper()
	whole := server.clone(t)
	for _, dir := range []string{"usr", "opt"} {
		if err := os.RemoveAll(filepath.Join(client.Root(), dir)); err != nil {
			t.Fatal(err)
		}
		move(t, whole.Root()+"/"+dir, client.Root()+"/"+dir)
	}
	move(t, whole.Dir()+"/db", client.Dir()+"/db")
	if err := os.RemoveAll(filepath.Join(client.Dir(), "db", string(database.Root))); err != nil {
		t.Fatal(err)
	}
	if err := client.Supply(nil); err != nil {
		t.Fatal(err)
	}
	owners, err := server.Owners()
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for name, o := range owners {
		if strings.HasPrefix(name, "/usr/") || strings.HasPrefix(name, "/opt/") {
			fmt.Fprintf(&lines, "%s %s %s\n", name, o.User, o.Group)
		}
	}
	if err := client.SetOwners(lines.String()); err != nil {
		t.Fatal(err)
	}
}

// What is missing in the box, on the disk or in the command is told before anything is done.
func TestRefusals(t *testing.T) {
	t.Parallel()
	p := demo(t, "1.0.0.0")
	p.Filesets[0].Requisites = append(p.Filesets[0].Requisites, "*prereq openssl.base 3.0.0.0", "*ifreq absent.rte 1.0.0.0",
		">0 {", "*prereq no.such", "*prereq bos.rte 7.0.0.0", "}")
	demanding := media(t, p)
	plain := media(t, demo(t, "1.0.0.0"))
	for _, c := range []struct {
		name string
		do   func(s *theatre) error
		want []string // in the error or on the screen
	}{
		{"requisite", func(s *theatre) error { return s.Apply(t.Context(), demanding, preview.Options{}) }, []string{
			"installp would refuse filesets of this image", "openssl.base 3.0.0.0", "demo.rte 1.0.0.0: Requisite failure",
			"demo.data 1.0.0.0: Requisite failure",
			"  MISSING REQUISITES:  The following filesets are required by one or more\n",
			"    2  FAILED pre-installation verification", "    0  Total to be installed"}},
		{"space", func(s *theatre) error {
			s.Free = map[string]int64{"/": 1000, "/usr": 1000, "/opt": 8}
			return s.Apply(t.Context(), plain, preview.Options{})
		}, []string{"demo.rte 1.0.0.0: Not enough space"}},
		{"preview of too little space", func(s *theatre) error {
			s.Free = map[string]int64{"/": 1000, "/usr": 1000, "/opt": 8}
			return s.Apply(t.Context(), plain, preview.Options{Preview: true})
		}, []string{"demo.rte 1.0.0.0: Not enough space", "End of installp PREVIEW.  No apply operation has actually occurred."}},
		{"no such fileset", func(s *theatre) error {
			return s.Apply(t.Context(), plain, preview.Options{Names: []string{"dem", "other"}})
		},
			[]string{"no fileset of the image is called dem or other"}},
		{"a fileset whose requisite is not selected", func(s *theatre) error {
			return s.Apply(t.Context(), plain, preview.Options{Names: []string{"demo.data"}})
		}, []string{"demo.rte 1.0.0.0", "demo.data 1.0.0.0: Requisite failure"}},
		{"the root part alone without the usr part", func(s *theatre) error { return s.Apply(t.Context(), plain, preview.Options{RootOnly: true}) },
			[]string{"demo.rte 1.0.0.0: No usr part of this level"}},
		{"removal of what others need", func(s *theatre) error {
			if err := s.Apply(t.Context(), plain, preview.Options{}); err != nil {
				return err
			}
			return s.Deinstall(t.Context(), preview.Options{Names: []string{"demo.rte"}})
		}, []string{"installp would refuse to deinstall: other filesets depend on these", "demo.data"}},
		{"after an interruption", func(s *theatre) error {
			s.Fate = box.Fate{Power: 12}
			if err := s.Apply(t.Context(), plain, preview.Options{}); err == nil {
				t.Error("the power did not go off")
			}
			s.Fate = box.Fate{}
			return s.Apply(t.Context(), plain, preview.Options{})
		}, []string{"demo.rte 1.0.0.0: Interrupted before: run installp -C first"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newTheatre(t, "dash")
			err := c.do(s)
			if fault.Code(err) != "rehearsal-failed" {
				t.Fatalf("got %v, want a failure", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) && !strings.Contains(s.printed.String(), want) {
					t.Errorf("nowhere is %q:\n%v", want, err)
				}
			}
		})
	}
}

// below leaves of the paths those that are in one of the directories given, or are one of them.
func below(p box.Picture, dirs ...string) box.Picture {
	part := box.Picture{}
	for name, what := range p {
		for dir := name; dir != "/"; dir = path.Dir(dir) {
			if slices.Contains(dirs, dir) {
				part[name] = what
				break
			}
		}
	}
	return part
}
