package checkout

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

func TestLoadSettings(t *testing.T) {
	for _, test := range []struct {
		name    string
		file    string
		environ []string
		setting string
		value   string
		origin  string
	}{
		{"default", "", nil, "release", "8.15.2", "default"},
		{"file", `release = "8.18.2"`, nil, "release", "8.18.2", "build.toml"},
		{"environment", `release = "8.18.2"`, []string{"SENDMAIL_RELEASE=8.17.1.9"}, "release", "8.17.1.9", "environment variable SENDMAIL_RELEASE"},
		{"empty variable", `release = "8.18.2"`, []string{"SENDMAIL_RELEASE="}, "release", "8.18.2", "build.toml"},
		{"list in the file", `with = ["starttls", "sasl", "sasl"]`, nil, "with", "sasl,starttls", "build.toml"},
		{"empty list", `with = []`, nil, "with", "none", "build.toml"},
		{"string list", `with = "socketmap, regex"`, nil, "with", "regex,socketmap", "build.toml"},
		{"none", "", []string{"SENDMAIL_WITH=none"}, "with", "none", "environment variable SENDMAIL_WITH"},
		{"one more than the default", "", []string{"SENDMAIL_WITH=+libmilter"}, "with", "libmilter,sasl,starttls", "environment variable SENDMAIL_WITH"},
		{"more and less than the file", `with = ["sasl", "ipv6"]`, []string{"SENDMAIL_WITH=+newdb, -sasl"}, "with", "ipv6,newdb", "environment variable SENDMAIL_WITH"},
		{"a change in the file", `with = ["+newdb", "-starttls"]`, []string{"SENDMAIL_WITH=+ipv6"}, "with", "ipv6,newdb,sasl", "environment variable SENDMAIL_WITH"},
		{"less of an option that is called so", `with = "no-milter"`, []string{"SENDMAIL_WITH=-no-milter"}, "with", "none", "environment variable SENDMAIL_WITH"},
		{"less of what a target has by itself", "", []string{"SENDMAIL_WITH=+regex,-ndbm,+nis,no-sasl"}, "with", "nis,no-ndbm,regex,starttls", "environment variable SENDMAIL_WITH"},
		{"nothing left", "", []string{"SENDMAIL_WITH=-sasl,-starttls"}, "with", "none", "environment variable SENDMAIL_WITH"},
		{"there already", "", []string{"SENDMAIL_WITH=+sasl,+sasl"}, "with", "sasl,starttls", "environment variable SENDMAIL_WITH"},
		{"a plain list of what is off", "", []string{"SENDMAIL_WITH=no-ndbm"}, "with", "no-ndbm", "environment variable SENDMAIL_WITH"},
		{"number", `revision = 7`, nil, "revision", "7", "build.toml"},
		{"other variables", "", []string{"PATH=/bin", "SENDMAILX=1", "HOME"}, "prefix", "/opt/sendmail", "default"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.WriteFile(filepath.Join(root, "build.toml"), []byte(test.file), 0o644); err != nil {
				t.Fatal(err)
			}
			s, err := LoadSettings(root, test.environ)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range table {
				if row.name == test.setting && (row.get(s) != test.value || s.origin[row.name] != test.origin) {
					t.Errorf("%s = %q from %s, want %q from %s", row.name, row.get(s), s.origin[row.name], test.value, test.origin)
				}
			}
			var shown strings.Builder
			if err := s.List(nil).WriteText(&shown); err != nil || !strings.Contains(shown.String(), test.value) || !strings.Contains(shown.String(), test.origin) {
				t.Errorf("the list lacks %q or %q, %v:\n%s", test.value, test.origin, err, &shown)
			}
		})
	}
}

func TestLoadSettingsRefuses(t *testing.T) {
	for _, test := range []struct {
		name    string
		file    string
		environ []string
		code    string
		message string
	}{
		{"unknown key", `releas = "8.15.2"`, nil, "settings-file", `unknown key "releas", did you mean "release"?`},
		{"unknown variable", "", []string{"SENDMAIL_WIHT=sasl"}, "setting-unknown", "did you mean SENDMAIL_WITH?"},
		{"broken file", "release = ", nil, "settings-file", "line 1, column 10:\n"},
		{"table", "[release]\nname = \"x\"", nil, "settings-file", "release has a value of a kind"},
		{"float", "revision = 1.5", nil, "settings-file", "revision has a value of a kind"},
		{"revision 0", "revision = 0", nil, "setting-value", "expected a number from 1 to 99"},
		{"jobs", "", []string{"SENDMAIL_JOBS=many"}, "setting-value", "expected a number from 1 to 1024"},
		{"log", "", []string{"SENDMAIL_LOG=jsno"}, "setting-value", `did you mean "json"?`},
		{"packager", `packager = "backup"`, nil, "setting-value", "expected one of native, mkinstallp"},
		{"hole in a list", "", []string{"SENDMAIL_WITH=sasl,,starttls"}, "setting-value", "expected words separated by commas"},
		{"none and some", "", []string{"SENDMAIL_WITH=none,sasl"}, "setting-value", "expected none to stand alone"},
		{"signs and names", "", []string{"SENDMAIL_WITH=sasl,+ipv6"}, "setting-value", "not both"},
		{"both signs", "", []string{"SENDMAIL_WITH=-sasl,+sasl"}, "setting-value", "expected sasl once: it is both added and taken away"},
		{"a sign and no-", "", []string{"SENDMAIL_WITH=no-ndbm,+ndbm"}, "setting-value", "expected ndbm once"},
		{"a sign alone", "", []string{"SENDMAIL_WITH=+"}, "setting-value", "expected words separated by commas"},
		{"less none", "", []string{"SENDMAIL_WITH=-none"}, "setting-value", "expected none to stand alone"},
		{"relative prefix", "", []string{"SENDMAIL_PREFIX=opt/sendmail"}, "setting-value", "expected /opt/NAME"},
		{"prefix with a blank", "", []string{"SENDMAIL_PREFIX=/opt/send mail"}, "setting-value", "expected /opt/NAME"},
		{"prefix with ..", "", []string{"SENDMAIL_PREFIX=/opt/../etc"}, "setting-value", "expected /opt/NAME"},
		{"prefix in the root part", "", []string{"SENDMAIL_PREFIX=/var/sendmail"}, "setting-value", "expected /opt/NAME"},
		{"AIX's directory", "", []string{"SENDMAIL_PREFIX=/usr/lib/sendmail"}, "setting-value", "expected /opt/NAME"},
		{"the Toolbox's directory", "", []string{"SENDMAIL_PREFIX=/opt/freeware"}, "setting-value", "belongs to IBM's packages"},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			if err := os.WriteFile(filepath.Join(root, "build.toml"), []byte(test.file), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := LoadSettings(root, test.environ)
			if fault.Code(err) != test.code || !strings.Contains(err.Error(), test.message) {
				t.Errorf("LoadSettings() = %v, want a %s fault with %q", err, test.code, test.message)
			}
		})
	}
}

// TestOthersVariables is what other programs and their users call their variables.
func TestOthersVariables(t *testing.T) {
	var environ []string
	for word := range strings.FieldsSeq("PATH BIN LIB CF CFG DIR HOME PORT USER OPTS ARGS ROOT COMMAND VERSION MC CONF ENABLE DAEMON PIDFILE path") {
		environ = append(environ, "SENDMAIL_"+word+"=x")
	}
	s, err := LoadSettings(t.TempDir(), environ)
	if err != nil || len(s.foreign) != len(environ) {
		t.Errorf("LoadSettings() = %v, passed over %q, want all of %q", err, s.foreign, environ)
	}
	for word := range strings.FieldsSeq("JOSB LGO RELESE TARGT OPENSLL COMPILR SOURCES REVISON PERFIX jobs") {
		if _, err := LoadSettings(t.TempDir(), []string{"SENDMAIL_" + word + "=1"}); fault.Code(err) != "setting-unknown" {
			t.Errorf("LoadSettings(SENDMAIL_%s) = %v, want setting-unknown", word, err)
		}
	}
}

func TestLoadSettingsShowsEveryProblem(t *testing.T) {
	_, err := LoadSettings(t.TempDir(), []string{"SENDMAIL_JOBS=0", "SENDMAIL_LGO=json"})
	if err == nil || !strings.Contains(err.Error(), "jobs") || !strings.Contains(err.Error(), "SENDMAIL_LGO") {
		t.Errorf("LoadSettings() = %v, want both problems", err)
	}
}

func TestPinnedTime(t *testing.T) {
	release := time.Date(2015, 7, 3, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		environ []string
		want    time.Time
	}{
		{nil, release},
		{[]string{"SOURCE_DATE_EPOCH=1443657600"}, time.Unix(1443657600, 0)},
		{[]string{"SOURCE_DATE_EPOCH=now"}, time.Time{}},
		{[]string{"SOURCE_DATE_EPOCH="}, time.Time{}},
		{[]string{"SOURCE_DATE_EPOCH=-1"}, time.Time{}},
		{[]string{"SOURCE_DATE_EPOCH=4294967296"}, time.Time{}},
	} {
		got, err := PinnedTime(test.environ, release)
		if !got.Equal(test.want) || (err != nil) != test.want.IsZero() {
			t.Errorf("PinnedTime(%q) = %v, %v, want %v", test.environ, got, err, test.want)
		}
	}
}

func TestValuesLeaveOutWhatDoesNotDecide(t *testing.T) {
	a, errA := LoadSettings(t.TempDir(), []string{"SENDMAIL_JOBS=1", "SENDMAIL_SOURCE=/tmp/x"})
	b, errB := LoadSettings(t.TempDir(), []string{"SENDMAIL_JOBS=2", "SENDMAIL_LOG=json"})
	if err := errors.Join(errA, errB); err != nil {
		t.Fatal(err)
	}
	names := func(s *Settings) (list []string) {
		for name, value := range s.Values() {
			list = append(list, name+"="+value)
		}
		slices.Sort(list)
		return list
	}
	if !slices.Equal(names(a), names(b)) || len(a.Values()) == 0 {
		t.Errorf("Values() differ:\n%q\n%q", names(a), names(b))
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte("release = '8.15.2'\nwith = ['sasl', 'starttls']\nrevision = 1\n"))
	f.Add([]byte("with = []\nreleas = 1.5\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		values, err := parseConfig(data)
		if err != nil {
			return
		}
		for _, row := range table {
			if value, ok := values[row.name]; ok {
				var s Settings
				if row.set(&s, value) == nil && row.set(new(Settings), row.get(&s)) != nil {
					t.Errorf("%s = %q is shown as %q, which is refused", row.name, value, row.get(&s))
				}
			}
		}
	})
}

// Settings that do not go together with a host are refused, whichever file or variable they are from.
func TestHostConflicts(t *testing.T) {
	t.Parallel()
	for _, other := range []string{"SENDMAIL_TARGET=host", "SENDMAIL_PACKAGER=mkinstallp", "SENDMAIL_SYSROOT=relative"} {
		if _, err := LoadSettings(t.TempDir(), []string{"SENDMAIL_HOST=box", other}); fault.Code(err) != "settings-conflict" {
			t.Errorf("%s with a host: %v", other, err)
		}
		if _, err := LoadSettings(t.TempDir(), []string{other}); err != nil {
			t.Errorf("%s alone: %v", other, err)
		}
	}
}
