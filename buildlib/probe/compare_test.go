package probe

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// TestScript holds probe.sh, for those who have a checkout and no Go, against the template and what is stated.
func TestScript(t *testing.T) {
	t.Parallel()
	script, err := Script()
	if err != nil {
		t.Fatal(err)
	}
	if left := regexp.MustCompile(`@[a-z]+@`).FindString(script); left != "" {
		t.Errorf("%s was not replaced", left)
	}
	golden(t, "../../probe.sh", script)
}

// small is a probe of a machine that is as we say, but for what a test puts behind it.
const small = `sendmail-aix probe 1
ask oslevel -s
| 7200-05-03-2148
status 0
ask lslpp -Lcq bos.rte
| bos:bos.rte:7.2.5.101: : :C: :Base Operating System Runtime: : : : : : :0:0:/:
status 0
ask lslpp -Lcq bos.adt.base
| bos.adt:bos.adt.base:7.2.5.1: : :C: :Base Application Development Toolkit: : : : : : :0:0:/:
status 0
ask lslpp -Lcq no.such.fileset
| lslpp: 0504-132  Fileset no.such.fileset not installed.
status 1
ask lssrc -s sendmail
absent
compiler 64 xlc -q64
missing 64 regex.h
fact 64 C EPERM 1
fact 64 C OPENSSL_VERSION_NUMBER 269488447
fact 64 O struct.stat/st_size 168:8
fact 64 C SSL_OP_ALL 2147485780
a line of a newer probe
member 64 /usr/lib/libc.a(shr_64.o)
`

// TestCompare: what contradicts is named with the line; all else is counted.
func TestCompare(t *testing.T) {
	t.Parallel()
	exported := "export 64 /usr/lib/libc.a(shr_64.o) "
	for name, test := range map[string]struct {
		more string
		want []string // contradictions, as "what where"
	}{
		"value":    {"fact 64 C EINTR 5\n", []string{"EINTR " + at(t, "sdk/include/errno.h", "#define EINTR 4")}},
		"none":     {"fact 64 C EINTR undefined\n", []string{"EINTR " + at(t, "sdk/include/errno.h", "#define EINTR 4")}},
		"place":    {"fact 64 O struct.pollfd/revents 4:2\n", []string{"place and size of struct pollfd.revents " + at(t, "sdk/include/poll.h", "revents;")}},
		"type":     {"fact 64 T rlim_t 4\n", []string{"size of rlim_t " + at(t, "sdk/include/sys/resource.h", "rlim_t;")}},
		"unstated": {"fact 64 C NEVER_HEARD 4\n", nil},
		"openssl":  {"fact 64 C SSL_OP_TLS_D5_BUG 256\n", []string{"SSL_OP_TLS_D5_BUG " + at(t, "sdk/openssl/common/options.h", "#define SSL_OP_TLS_D5_BUG")}},
		"member":   {"member 64 /usr/lib/libdbm.a(other.o)\n", []string{"member of libdbm " + at(t, "sdk/imports/libdbm", "# 64 ")}},
		"lack":     {exported + "strlcpy\n", []string{"strlcpy " + found(t, "../aix/inspect/lacks.go", "strlcpy")}},
		"command":  {"ask lslpp -Lcq bos.adt.lib\n| bos.adt:bos.adt.lib:7.2.5.1:C: : : :\nstatus 0\n", []string{"lslpp -Lcq bos.adt.lib " + found(t, "../doctor/doctor.go", "func ParseFileset(")}},
	} {
		a, err := parse(small + test.more + "end\n")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p, err := compare("probe.txt", a)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range p.Contradicted {
			if !strings.HasPrefix(x.What, "export of ") { // the small machine's libc has nothing
				got = append(got, x.What+" "+x.Where)
			}
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%s: contradicted (-want +got):\n%s", name, d)
		}
		if c := p.Confirmed; c.Headers != 3 || c.Commands < 4 || p.Level != "7200-05-03-2148" {
			t.Errorf("%s: %+v are confirmed of level %s", name, c, p.Level)
		}
	}
}

// found is where a text stands in one of our files, as file:line.
func found(t *testing.T, file, text string) string {
	t.Helper()
	all, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, _, ok := strings.Cut(string(all), text)
	if !ok {
		t.Fatalf("%q is not in %s", text, file)
	}
	return fmt.Sprintf("%s:%d", filepath.Join("buildlib/probe", file), strings.Count(before, "\n")+1)
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                       `does not begin with "sendmail-aix probe 1"`,
		"sendmail-aix probe 2\n": `does not begin with "sendmail-aix probe 1"`,
		"sendmail-aix probe 1\nask oslevel -s\n| 7200\n":            `its last line is not "end"`,
		"sendmail-aix probe 1\nfact 64 C\nend\n":                    `line 2: "fact 64 C" is cut off`,
		"sendmail-aix probe 1\nfact 16 C EPERM 1\nend\n":            "is cut off",
		"sendmail-aix probe 1\nunanswered 64 many\nend\n":           `line 2: strconv.Atoi`,
		"sendmail-aix probe 1\nexport 64 /usr/lib/libc.a(x)\nend\n": "is cut off",
	} {
		file := filepath.Join(t.TempDir(), "probe.txt")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Compare(t.Context(), file); fault.Code(err) != "probe-unreadable" || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want probe-unreadable with %q", text, err, want)
		}
	}
	if _, err := Compare(t.Context(), filepath.Join(t.TempDir(), "absent")); fault.Code(err) != "probe-unreadable" {
		t.Errorf("a file that is not there: %v, want probe-unreadable", err)
	}
}

// Any text is a probe or is not; none makes the comparison fail.
func FuzzParse(f *testing.F) {
	f.Add(small + "end\n")
	f.Add("sendmail-aix probe 1\n| \nstatus\nabsent\nfact 32 O x y\nend")
	f.Add("sendmail-aix probe 1\r\nask oslevel -s\r\n| x\r\nend\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := parse(text)
		if err != nil {
			return
		}
		if _, err := compare("probe.txt", a); err != nil {
			t.Error(err)
		}
	})
}

// TestProbes: what machines of users said holds from then on, and the README counts it.
func TestProbes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/probes/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	confirmed := 0
	for _, file := range files {
		c, err := Compare(t.Context(), file)
		if err != nil {
			t.Errorf("%v\n%+v", err, c)
			continue
		}
		confirmed += c.Probes[0].Confirmed.Sum()
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("Probes of %d machines have come so far: %d facts are confirmed.", len(files), confirmed); !strings.Contains(string(readme), want) {
		t.Errorf("the README does not have %q", want)
	}
}
