package stage

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/compile"
)

const site = `define(` + "`confNROFF', `false'" + `)
define(` + "`confMBINDIR', `/opt/tiny/sbin'" + `)
define(` + "`confSBINDIR', `/opt/tiny/sbin'" + `)
define(` + "`confUBINDIR', `/opt/tiny/bin'" + `)
define(` + "`confMANROOT', `/opt/tiny/share/man/cat'" + `)
define(` + "`confHFDIR', `/etc/opt/tiny'" + `)
define(` + "`confSTDIR', `/var/opt/tiny'" + `)
define(` + "`confMSP_QUEUE_DIR', `/var/opt/tiny/clientmqueue'" + `)
`

// build compiles the tiny source tree on this machine and returns a stager for it.
func build(t *testing.T, site string) *Stager {
	t.Helper()
	source, err := filepath.Abs("../../../testdata/src/tiny")
	if err != nil {
		t.Fatal(err)
	}
	b, s := workplace(t, host.NewLocal(os.Environ()), source, t.TempDir(), site)
	compileFor(t.Context(), t, b, s)
	return s
}

// workplace is what compiles a source tree on a machine, and what stages it then, all in dir.
func workplace(t *testing.T, machine host.Machine, source, dir, site string) (*compile.Builder, *Stager) {
	t.Helper()
	for _, tool := range []string{"cc", "m4", "make"} {
		if _, err := host.LookPath(t.Context(), host.NewLocal(os.Environ()), tool); err != nil {
			t.Skipf("%v; \"mage test\" installs it", err)
		}
	}
	siteFile := filepath.Join(dir, "site.config.m4")
	if err := os.WriteFile(siteFile, []byte(site), 0o644); err != nil {
		t.Fatal(err)
	}
	log := logrus.New()
	log.SetOutput(io.Discard)
	b := &compile.Builder{
		Machine: machine, Source: source, Objects: filepath.Join(dir, "objects"), Site: siteFile,
		Jobs: 2, LogDir: filepath.Join(dir, "log"), Log: log,
	}
	s := &Stager{
		Machine: machine, Source: source, Objects: b.Objects, Root: filepath.Join(dir, "root"), Work: filepath.Join(dir, "work"),
		LogDir:  b.LogDir,
		Places:  []string{"/opt/tiny", "/etc/opt/tiny", "/var/opt/tiny"},
		Folders: []string{"/opt/tiny/sbin", "/opt/tiny/bin", "/opt/tiny/share/man/cat8"},
		Extra: []Extra{
			{Path: "/opt/tiny/share/cf", From: filepath.Join(source, "cf"), Owner: "root", Group: "system", Mode: 0o444},
			{Path: "/var/opt/tiny/mqueue", Owner: "root", Group: "system", Mode: 0o700},
			{Path: "/etc/opt/tiny/submit.cf", From: filepath.Join(source, "cf/cf/submit.mc"), Owner: "root", Group: "bin", Mode: 0o444},
			{Path: "/etc/opt/tiny/made.cf", From: filepath.Join(source, "cf/cf/submit.mc"), Expand: true, Owner: "smmsp", Group: "bin", Mode: 0o440},
		},
		M4: []string{"m4", "-DMAIL_SETTINGS_DIR=/etc/opt/tiny/"},
	}
	return b, s
}

// compileFor compiles, and tells the stager what there is to install.
func compileFor(ctx context.Context, t *testing.T, b *compile.Builder, s *Stager) {
	t.Helper()
	var err error
	if b.Name, err = compile.MachineName(ctx, b.Machine); err != nil {
		t.Fatal(err)
	}
	directories, err := b.Build(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s.Directories = nil
	for _, d := range directories {
		s.Directories = append(s.Directories, d.Name)
	}
}

func TestStage(t *testing.T) {
	s := build(t, site)
	m, err := s.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, e := range m {
		if e.Type == File && e.Size == 0 != strings.HasPrefix(e.SHA256, "e3b0c44298fc1c14") {
			t.Errorf("%s: %d bytes with sha256 %s", e.Path, e.Size, e.SHA256)
		}
		if strings.HasSuffix(e.Path, "sbin/sendmail") && e.Size < 1000 {
			t.Errorf("%s has %d bytes, want a program", e.Path, e.Size)
		}
		f := strings.Split(strings.TrimSuffix(Manifest{e}.String(), "\n"), "\t")
		f = f[len(f)-8:]
		lines = append(lines, strings.Join([]string{strings.TrimPrefix(f[0], "target\n"), f[1], f[2], f[3], f[6], f[7]}, " "))
	}
	want := `directory 0755 root system /etc/opt/tiny -
file 0444 bin bin /etc/opt/tiny/helpfile -
file 0440 smmsp bin /etc/opt/tiny/made.cf -
file 0444 root bin /etc/opt/tiny/submit.cf -
directory 0755 root system /opt/tiny -
directory 0755 root system /opt/tiny/bin -
link 0777 root system /opt/tiny/bin/mailq /opt/tiny/sbin/sendmail
link 0777 root system /opt/tiny/bin/newaliases /opt/tiny/sbin/sendmail
directory 0755 root system /opt/tiny/sbin -
file 0555 bin bin /opt/tiny/sbin/makemap -
file 2555 root smmsp /opt/tiny/sbin/sendmail -
directory 0755 root system /opt/tiny/share -
directory 0755 root system /opt/tiny/share/cf -
directory 0755 root system /opt/tiny/share/cf/cf -
file 0444 root system /opt/tiny/share/cf/cf/submit.mc -
directory 0755 root system /opt/tiny/share/cf/feature -
file 0444 root system /opt/tiny/share/cf/feature/access_db.m4 -
file 0444 root system /opt/tiny/share/cf/feature/genericstable.m4 -
file 0444 root system /opt/tiny/share/cf/feature/mailertable.m4 -
file 0444 root system /opt/tiny/share/cf/feature/msp.m4 -
file 0444 root system /opt/tiny/share/cf/feature/no_default_msa.m4 -
file 0444 root system /opt/tiny/share/cf/feature/smrsh.m4 -
file 0444 root system /opt/tiny/share/cf/feature/use_cw_file.m4 -
file 0444 root system /opt/tiny/share/cf/feature/virtusertable.m4 -
directory 0755 root system /opt/tiny/share/cf/m4 -
file 0444 root system /opt/tiny/share/cf/m4/cf.m4 -
directory 0755 root system /opt/tiny/share/cf/ostype -
file 0444 root system /opt/tiny/share/cf/ostype/aix5.m4 -
file 0444 root system /opt/tiny/share/cf/ostype/linux.m4 -
directory 0755 root system /opt/tiny/share/man -
directory 0755 root system /opt/tiny/share/man/cat8 -
file 0444 bin bin /opt/tiny/share/man/cat8/makemap.8 -
file 0444 bin bin /opt/tiny/share/man/cat8/sendmail.8 -
directory 0755 root system /var/opt/tiny -
directory 0770 smmsp smmsp /var/opt/tiny/clientmqueue -
directory 0700 root system /var/opt/tiny/mqueue -
file 0600 root bin /var/opt/tiny/statistics -`
	if diff := cmp.Diff(strings.Split(want, "\n"), lines); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
	if page, err := os.ReadFile(filepath.Join(s.Root, "opt/tiny/share/man/cat8/sendmail.8")); err != nil || string(page) != "sendmail(8), formatted upstream\n" {
		t.Errorf("manual page = %q, %v, want upstream's own", page, err)
	}
}

// The manifest, and the modes in the root, are the same under any umask, and when it is done twice.
func TestStageUmask(t *testing.T) {
	s := build(t, site)
	first, err := s.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	modes := rootModes(t, s.Root)
	defer syscall.Umask(syscall.Umask(0o077))
	second, err := s.Stage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("manifest with umask 077 (-022 +077):\n%s", diff)
	}
	if diff := cmp.Diff(modes, rootModes(t, s.Root)); diff != "" {
		t.Errorf("root with umask 077 (-022 +077):\n%s", diff)
	}
}

func rootModes(t *testing.T, root string) map[string]string {
	t.Helper()
	modes := make(map[string]string)
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		modes[strings.TrimPrefix(path, root)] = info.Mode().String()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return modes
}

// A directory that a fragment forgot to move must stop the build, not end up in IBM's place.
func TestStageStray(t *testing.T) {
	s := build(t, strings.Replace(site, "confHFDIR", "confFORGOTTEN", 1))
	_, err := s.Stage(t.Context())
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != "stage-stray" || !strings.Contains(f.Where, "/etc/mail") {
		t.Errorf("Stage() = %v, want a stage-stray fault that names /etc/mail", err)
	}
}

func TestTools(t *testing.T) {
	for _, test := range []struct {
		name, command string
		status        int
		notes         string
	}{
		{"install to a directory", "install -c -o root -g bin -m 444 f $STAGE_ROOT/d", 0, "own\troot\tbin\t444\tROOT/d/f\n"},
		{"install by name", "install -c f $STAGE_ROOT/d/g", 0, "own\t-\t-\t0755\tROOT/d/g\n"},
		{"install strips", "install -s -c -m 555 f $STAGE_ROOT/d/g", 0, "own\t-\t-\t555\tROOT/d/g\n"},
		{"install elsewhere", "install -c f /tmp/outside", 73, ""},
		{"install of a list", "install -c f f $STAGE_ROOT/d", 64, ""},
		{"install, unknown option", "install -d $STAGE_ROOT/d/new", 64, ""},
		{"install of nothing", "install -c absent $STAGE_ROOT/d", 1, ""},
		{"chown", "chown smmsp $STAGE_ROOT/d", 0, "own\tsmmsp\t-\t-\tROOT/d\n"},
		{"chown with group", "chown root:bin $STAGE_ROOT/d", 0, "own\troot\tbin\t-\tROOT/d\n"},
		{"chgrp", "chgrp mail $STAGE_ROOT/d", 0, "own\t-\tmail\t-\tROOT/d\n"},
		{"chmod", "chmod 0770 $STAGE_ROOT/d $STAGE_ROOT/e", 0, "own\t-\t-\t0770\tROOT/d\nown\t-\t-\t0770\tROOT/e\n"},
		{"chmod -R", "chmod -R 0770 $STAGE_ROOT/d", 64, ""},
		{"chown elsewhere", "chown root /etc", 73, ""},
		{"mkdir", "mkdir -p $STAGE_ROOT/a/b", 0, ""},
		{"mkdir beside the root", "mkdir -p ${STAGE_ROOT}0", 73, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			s := &Stager{Machine: host.NewLocal(os.Environ()), Root: filepath.Join(dir, "root"), Work: filepath.Join(dir, "work"), LogDir: filepath.Join(dir, "log"), Folders: []string{"/d"}}
			if err := errors.Join(s.prepare(t.Context()), os.WriteFile(filepath.Join(dir, "f"), []byte("text"), 0o444)); err != nil {
				t.Fatal(err)
			}
			notes := filepath.Join(s.Work, "notes")
			err := s.Machine.Run(t.Context(), host.Cmd{Argv: []string{"sh", "-c", test.command}, Dir: dir, Env: []string{
				"PATH=" + s.Work + ":" + os.Getenv("PATH"), "STAGE_PATH=" + os.Getenv("PATH"), "STAGE_ROOT=" + s.Root, "STAGE_LOG=" + notes,
			}})
			status := 0
			if exit, ok := errors.AsType[*host.ExitError](err); ok {
				status = exit.Status
			} else if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(notes)
			if err != nil {
				t.Fatal(err)
			}
			if text := strings.ReplaceAll(string(got), s.Root, "ROOT"); status != test.status || text != test.notes {
				t.Errorf("%s: status %d, notes %q, want %d, %q", test.command, status, text, test.status, test.notes)
			}
		})
	}
}

func FuzzParseNotes(f *testing.F) {
	f.Add("own\troot\tbin\t444\t/root/a/b\nown\t-\tmail\t-\t/root/a/b\n")
	f.Add("own\troot\tbin\t444\t/root/../etc/passwd\n")
	f.Fuzz(func(t *testing.T, text string) {
		asked, err := parseNotes(text, "/root")
		for target := range asked {
			if !strings.HasPrefix(target, "/") || strings.Contains(target, "/../") || err != nil {
				t.Errorf("parseNotes() = %v, %v", asked, err)
			}
		}
	})
}
