package rehearsal

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

var rewrite = flag.Bool("update", false, "write the golden files anew")

// life rehearses one, and prints it.
func (s *theatre) life(ctx context.Context, images ...*preview.Media) error {
	l, err := live(ctx, s.Installp, images)
	s.printed.WriteString(l.Transcript())
	return err
}

// The life of the demonstration, word for word.
func TestLife(t *testing.T) {
	t.Parallel()
	s := newTheatre(t, "dash")
	s.Free = map[string]int64{"/": 363384, "/usr": 380312, "/opt": 132640}
	if err := s.life(t.Context(), media(t, plainDemo(t, "1.0.0.0")), media(t, plainDemo(t, "1.0.0.1"))); err != nil {
		t.Error(err)
	}
	golden := filepath.Join("testdata", "life.txt")
	if *rewrite {
		if err := os.WriteFile(golden, s.printed.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), s.printed.String()); diff != "" {
		t.Errorf("%s, -want +got:\n%s", golden, diff)
	}
}

// Updates can be part of a life.
func TestLifeOfUpdates(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	s := newTheatre(t, "dash")
	if err := s.life(t.Context(), media(t, plainDemo(t, "1.0.0.0")), mended("1.0.0.5").media(t)); err != nil {
		t.Error(err)
	}
}

// What a package does wrong in its life is told.
func TestBadLives(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, c := range []struct {
		name string
		step installp.Step // of the root part
		more string        // what it does
		want string
	}{
		{"touches IBM's files", installp.Config, "echo '# mine now' >>/etc/rc.tcpip", "~ /etc/rc.tcpip  file 0755"},
		{"removes a file of IBM's", installp.PreI, "rm -f /etc/mail/submit.cf", "- /etc/mail/submit.cf  file 0644"},
		{"forgets its subsystem", installp.Unconfig, "exit 0", "~ /etc/objrepos/SRCsubsys"},
		{"changes what it has installed", installp.Config,
			"echo more >>/opt/demo/share/../bin/demo", "lppchk:  demo.rte: sysck: the size of /opt/demo/bin/demo is"},
		{"removes what it has installed", installp.Config,
			"rm -f /opt/demo/bin/linked", "lppchk:  demo.rte: 0504-206  File /opt/demo/bin/linked could not be located"},
		{"changes a mode", installp.Config, "chmod 700 /etc/opt/demo", "the mode of /etc/opt/demo is 700, not 750"},
		{"changes an owner", installp.Config, "chown bin /etc/opt/demo", "/etc/opt/demo belongs to bin:demo, not to root:demo"},
		{"comes to another end each time", installp.Config, "echo again >>/var/adm/ras/demo.log", "~ /var/adm/ras/demo.log"},
		{"uses what AIX has not", installp.Config, "mktemp || exit 1", "script demo.rte.config of the root part: exit status 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newTheatre(t, "dash")
			p := plainDemo(t, "1.0.0.0")
			p.Filesets[0].Root[c.step] = told(c.step, c.more)
			if err := s.life(t.Context(), media(t, p)); fault.Code(err) != "rehearsal-failed" || !strings.Contains(err.Error(), c.want) {
				t.Errorf("live = %v\nwant a failure with %q", err, c.want)
			}
		})
	}
}

// What installp itself leaves where it keeps configuration files while levels change is no fault of the package's.
func TestLifeWithConfigs(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	s := newTheatre(t, "dash")
	p := plainDemo(t, "1.0.0.0")
	for i := range p.Filesets[0].Files {
		f := &p.Filesets[0].Files[i]
		if m := installp.Method(filepath.Base(f.Path)); slices.Contains(installp.Methods, m) && m != installp.AutoMerge { // a merge is the scripts'
			f.Config = m
		}
	}
	if err := s.life(t.Context(), media(t, p)); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(s.Root(), "lpp/save.config")); err != nil {
		t.Errorf("nothing was kept, and the test is none: %v", err)
	}
}

// A box has what an image requires, in place of an older level, and says so, to scripts as well.
func TestSupplies(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	s := newTheatre(t, "dash")
	p := plainDemo(t, "1.0.0.0")
	p.Filesets[0].Requisites = append(p.Filesets[0].Requisites, "*prereq openssl.base 3.0.0.0")
	p.Filesets[0].Usr[installp.PostI] = told(installp.PostI, `echo "there is $(lslpp -Lqc openssl.base | cut -d: -f3)"`)
	if err := s.life(t.Context(), media(t, p)); err != nil {
		t.Error(err)
	}
	if !strings.HasPrefix(s.printed.String(), "(this box gets the requisite openssl.base 3.0.0.0)\n") {
		t.Errorf("printed %q", s.printed.String()[:100])
	}
	if !strings.Contains(s.printed.String(), "\nthere is 3.0.0.0\n") {
		t.Errorf("a script was told another level:\n%s", s.printed.String())
	}
}

// Ours runs under dash, too; what others wrote for AIX's Korn shell, or for ksh93, runs under those that have what it uses.
func TestShellsOfOthers(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	if p := props(t); !p.Has("dash") || !p.Has("mksh") || !p.Has("ksh93") {
		t.Skip(`not all shells are here; "mage setup test" installs them`)
	}
	p := plainDemo(t, "1.0.0.0")
	korn := "[[ demo = d* ]] || exit 1\n/usr/bin/ksh93 -c 'typeset -A of; of[demo]=rte; print ${of[demo]}' || exit 1"
	p.Filesets[0].Root[installp.Config] = told(installp.Config, korn)
	m := []*preview.Media{media(t, p)}
	for ours, want := range map[bool]Verdict{true: Fails, false: Passes} {
		r, err := Run(t.Context(), host.NewLocal(os.Environ()), t.TempDir(), m, Options{Trusted: true, Ours: func(string) bool { return ours }})
		if r == nil || r.Verdict != want || (err != nil) != ours {
			t.Fatalf("ours: %v: %v, %v; want %s", ours, r, err, want)
		}
		if ours && !strings.Contains(err.Error(), "under dash") {
			t.Errorf("ours: %v", err)
		}
		if got := len(r.Lives); got != len(box.Shells) && ours || got != len(box.KornShells) && !ours {
			t.Errorf("ours: %v: %d lives", ours, got)
		}
	}
}
