package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

// fake is a machine of a few facts. Commands that install change it.
type fake struct {
	host.Machine
	programs []string          // in PATH
	output   map[string]string // by command line; others fail
	files    []string
	text     map[string]string   // of files
	ran      []string            // what Run was asked to do
	broken   map[string][]string // what a command that Run gets says when it fails the next times
	env      []string            // of the last command that Run got
}

func (f *fake) Run(_ context.Context, c host.Cmd) error {
	f.ran, f.env = append(f.ran, c.String()), c.Env
	name := c.Argv[0] + " " + c.Argv[1]
	if rest := f.broken[name]; len(rest) > 0 {
		f.broken[name] = rest[1:]
		if _, err := fmt.Fprintln(c.Stderr, rest[0]); err != nil {
			return err
		}
		return &fault.Error{Code: "command-failed", What: "command failed: " + c.String(), Found: rest[0]}
	}
	_, err := fmt.Fprintln(c.Stdout, name+": done")
	return err
}

func (f *fake) Expect(context.Context, host.Questions) error { return nil }

func (f *fake) Recall(_ context.Context, _ string, _ []string, find func() (string, error)) (string, error) {
	return find()
}

func (f *fake) Output(_ context.Context, c host.Cmd) (string, error) {
	if out, ok := f.output[c.String()]; ok {
		return out, nil
	}
	return "", &fault.Error{Code: "command-failed", What: "command failed: " + c.String()}
}

func (f *fake) Find(_ context.Context, names ...string) ([]string, error) {
	files := make([]string, len(names))
	for i, name := range names {
		if slices.Contains(f.programs, name) {
			files[i] = "/usr/bin/" + name
		}
	}
	return files, nil
}

func (f *fake) Read(_ context.Context, names ...string) ([]string, []error) {
	texts, errs := make([]string, len(names)), make([]error, len(names))
	for i, name := range names {
		var ok bool
		if texts[i], ok = f.text[name]; !ok {
			errs[i] = fs.ErrNotExist
		}
	}
	return texts, errs
}

func (f *fake) Stat(_ context.Context, names ...string) []error {
	errs := make([]error, len(names))
	for i, name := range names {
		if !slices.Contains(f.files, name) {
			errs[i] = fs.ErrNotExist
		}
	}
	return errs
}

// debian is a machine that has everything for sasl and starttls.
func debian() *fake {
	return &fake{
		programs: []string{"apt-get", "gcc", "make", "m4", "ar", "git", "patch", "gpgv", "xz", "openssl", "ssh-keygen",
			"mksh", "ksh93", "shellcheck", "checkbashisms", "clang-19", "llvm-readobj-19", "bison", "flex", "qemu-ppc64", "qemu-ppc", "powerpc64-linux-gnu-gcc", "powerpc-linux-gnu-gcc"},
		output: map[string]string{"uname -s": "Linux", "getconf LONG_BIT": "64", "gcc --version": "gcc (Debian 12.2.0-14) 12.2.0",
			"m4": "right", "id -u": "0", "/usr/bin/clang-19 --version": "Debian clang version 19.1.7", "ar --help": "ar: supported targets: aixcoff-rs6000 aix5coff64-rs6000",
			"sh -c 'ls /usr/src/binutils'": "binutils-2.40.tar.xz", "sh -c 'ls /usr/include/stdio.h'": "/usr/include/stdio.h",
			"sh -c 'ls /usr/powerpc64-linux-gnu/include/stdio.h'": "/usr/powerpc64-linux-gnu/include/stdio.h",
			"sh -c 'ls /usr/powerpc-linux-gnu/include/stdio.h'":   "/usr/powerpc-linux-gnu/include/stdio.h",
			host.Cmd{Argv: pluginViewer}.String():                 "Installed auxprop mechanisms are:\nsasldb\nInstalled SASL mechanisms are:\n  DIGEST-MD5 EXTERNAL PLAIN LOGIN"},
		text: map[string]string{"/usr/include/openssl/opensslv.h": "#define OPENSSL_VERSION_MAJOR 3\n#define OPENSSL_VERSION_MINOR 0\n",
			"/usr/include/sasl/sasl.h": "#define SASL_VERSION_MAJOR 2\n#define SASL_VERSION_MINOR 1\n#define SASL_VERSION_STEP 28\n"},
		broken: map[string][]string{},
	}
}

func (f *fake) without(program string) *fake {
	f.programs = slices.DeleteFunc(f.programs, func(p string) bool { return p == program })
	return f
}

func (f *fake) says(argv []string, text string) *fake {
	f.output[host.Cmd{Argv: argv}.String()] = text
	return f
}

func set(t testing.TB) *siteconfig.Set {
	t.Helper()
	s, err := siteconfig.Load("../../site.config.m4.d")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ExampleReport() {
	r := &Report{Findings: []Finding{
		{Name: "compiler", Status: OK, Found: "xlc 16.1.0"},
		{Name: "sasl", Status: Missing, Found: "cannot build with sasl here\n/opt/freeware: no sasl/sasl.h", Cure: "dnf install cyrus-sasl cyrus-sasl-devel"},
	}}
	fmt.Print(r)
	// Output:
	// compiler  ok       xlc 16.1.0
	// sasl      missing  cannot build with sasl here
	//                    /opt/freeware: no sasl/sasl.h
	//                    do: dnf install cyrus-sasl cyrus-sasl-devel
}

func TestCheckDebian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		machine *fake
		options string
		tests   bool
		want    string // packages
	}{
		{"healthy", debian(), "sasl,starttls", true, ""},
		{"no m4, no make", debian().without("m4").without("make"), "sasl", false, "m4 make"},
		{"no compiler", debian().without("gcc"), "sasl", false, "gcc libc6-dev"},
		{"options bring libraries", debian(), "ldap,newdb,tcpwrappers,cdb,eai", false, "libcdb-dev libdb-dev libicu-dev libldap2-dev libwrap0-dev"},
		{"tests take second readers", debian().without("patch").without("gpgv"), "", true, "gpgv patch"},
		{"tests take shells", debian().without("mksh").without("ksh93"), "", true, "ksh93u+m mksh"},
		{"tests take clients", debian().without("openssl").says(pluginViewer, "sasldb\n  EXTERNAL PLAIN LOGIN"), "", true, "libsasl2-modules openssl"},
		{"tests take a sasldb", debian().says(pluginViewer, ""), "", true, "libsasl2-modules sasl2-bin"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := Check(t.Context(), test.machine, Request{Options: options(test.options), Set: set(t), Tests: test.tests})
			if err != nil {
				t.Fatal(err)
			}
			p := r.Plan()
			if got := strings.Join(p.Packages, " "); got != test.want || len(p.ByHand)+len(p.Filesets) > 0 {
				t.Errorf("plan %+v, want packages %q\n%s", p, test.want, r)
			}
			if r.IsHealthy() != (test.want == "") {
				t.Errorf("IsHealthy() = %v with\n%s", r.IsHealthy(), r)
			}
		})
	}
}

// Building for AIX takes no emulator, running takes that of the programs' width, and tests take both.
func TestEmulation(t *testing.T) {
	t.Parallel()
	bare := func() *fake {
		return debian().without("qemu-ppc64").without("qemu-ppc").without("powerpc64-linux-gnu-gcc").without("powerpc-linux-gnu-gcc").
			says([]string{"sh", "-c", "ls /usr/powerpc64-linux-gnu/include/stdio.h"}, "").says([]string{"sh", "-c", "ls /usr/powerpc-linux-gnu/include/stdio.h"}, "")
	}
	const wide, narrow = "gcc-powerpc64-linux-gnu libc6-dev-ppc64-cross", "gcc-powerpc-linux-gnu libc6-dev-powerpc-cross"
	for _, test := range []struct {
		name string
		look func() (*Report, error)
		want string // packages
	}{
		{"building", func() (*Report, error) {
			return Check(t.Context(), bare(), Request{Want: target.Request{Name: "aix7.2-64"}, Set: set(t)})
		}, ""},
		{"running 64 bits", func() (*Report, error) { return Emulation(t.Context(), bare(), 64) }, wide + " qemu-user"},
		{"running 32 bits", func() (*Report, error) { return Emulation(t.Context(), bare(), 32) }, narrow + " qemu-user"},
		{"running, all there", func() (*Report, error) { return Emulation(t.Context(), debian(), 64) }, ""},
		{"tests", func() (*Report, error) { return Check(t.Context(), bare(), Request{Set: set(t), Tests: true}) },
			"gcc-powerpc-linux-gnu gcc-powerpc64-linux-gnu libc6-dev-powerpc-cross libc6-dev-ppc64-cross qemu-user"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r, err := test.look()
			if err != nil {
				t.Fatal(err)
			}
			if p := r.Plan(); strings.Join(p.Packages, " ") != test.want || p.Manager != "apt-get" {
				t.Errorf("packages %q of %s, want %q of apt-get\n%s", p.Packages, p.Manager, test.want, r)
			}
		})
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	if _, err := Check(t.Context(), debian(), Request{Options: []string{"sals"}, Set: set(t)}); fault.Code(err) != "option-unknown" {
		t.Errorf("unknown option: %v, want fault option-unknown", err)
	}
	if _, err := Check(t.Context(), debian(), Request{Want: target.Request{Name: "aix"}}); fault.Code(err) != "target-unknown" {
		t.Errorf("unknown target: %v, want fault target-unknown", err)
	}
	r, err := Check(t.Context(), debian().without("bison").without("flex"),
		Request{Want: target.Request{Name: "aix7.2-64"}, Options: []string{"ldap"}, Set: set(t)})
	if err != nil || !strings.Contains(r.String(), "compiles for by a toolchain") {
		t.Errorf("a target that takes a toolchain: %v\n%v", err, r)
	} else if got, want := strings.Join(r.Plan().Packages, " "), "bison flex"; got != want {
		t.Errorf("packages for the toolchain: %s, want %s", got, want)
	}
	box := &fake{output: map[string]string{"uname -s": "AIX", "oslevel -s": "7200-05-03-2148"}}
	r, err = Check(t.Context(), box, Request{Want: target.Request{Name: "aix6.1-32"}})
	if err != nil || !r.IsHealthy() || !strings.Contains(r.String(), "can configure for it, not compile") {
		t.Errorf("another AIX machine's target: %v\n%v", err, r)
	}
	r, err = Check(t.Context(), debian(), Request{Options: []string{"ph"}, Set: set(t)})
	if err != nil || len(r.Plan().ByHand) != 1 {
		t.Errorf("library without a package: %v\n%v", err, r)
	}
}

// TestUnknownLibrary is a fragment that links what the doctor has never heard of: he says so, and does not stop.
func TestUnknownLibrary(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "dnl Option: hesiod\ndnl Summary: Hesiod maps\ndnl Libraries: hesiod\n"
	if err := os.WriteFile(filepath.Join(dir, "18-hesiod.m4"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := siteconfig.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Check(t.Context(), debian(), Request{Options: []string{"hesiod"}, Set: s})
	if err != nil || !r.IsHealthy() || !strings.Contains(r.String(), "libhesiod  note") {
		t.Errorf("Check = %v\n%v", err, r)
	}
}

// box is a simulated AIX machine; see testdata/boxes.
func box(t *testing.T, name string) *host.Local {
	t.Helper()
	boxes, err := filepath.Abs("../../testdata/boxes")
	if err != nil {
		t.Fatal(err)
	}
	m := host.NewLocal([]string{"PATH=" + filepath.Join(boxes, name, "bin") + ":" + filepath.Join(boxes, "common/bin") + ":/usr/bin:/bin"})
	m.Root = filepath.Join(boxes, name, "root")
	return m
}

// A fileset that is there, but not whole, is found by its state.
func TestCheckBroken(t *testing.T) {
	t.Parallel()
	m := &lists{box(t, "7.2-tl5"), map[string]string{
		"bos.adt.base":    "bos.adt:bos.adt.base:7.2.5.1: : :B: :Base Application Development Toolkit: : : : : : :0:0:/:",
		"bos.adt.include": "bos.adt:bos.adt.include:7.2.5.1: : :?: :Base Application Development Include Files: : : : : : :0:0:/:",
		"bos.adt.lib":     "bos.adt:bos.adt.lib:7.2.5.1: : :A: :Base Application Development Libraries: : : : : : :0:0:/:",
	}}
	r, err := Check(t.Context(), m, Request{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range r.Findings {
		if m.filesets[f.Name] != "" {
			got[f.Name] = fmt.Sprintf("%s %s %s", f.Status, f.Found, f.Cure)
		}
	}
	want := map[string]string{
		"bos.adt.base":    "missing fileset 7.2.5.1 is broken installp -acXYgd DIRECTORY bos.adt.base",
		"bos.adt.include": "missing fileset 7.2.5.1 is inconsistent; lppchk -v tells more installp -acXYgd DIRECTORY bos.adt.include",
		"bos.adt.lib":     "ok 7.2.5.1 ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// lists is a machine with filesets of its own.
type lists struct {
	*host.Local
	filesets map[string]string
}

func (l *lists) Output(ctx context.Context, c host.Cmd) (string, error) {
	if row := l.filesets[c.Argv[len(c.Argv)-1]]; c.Argv[0] == "lslpp" && row != "" {
		return row, nil
	}
	return l.Local.Output(ctx, c)
}

func TestCheckBox(t *testing.T) {
	t.Parallel()
	m := box(t, "7.2-tl5")
	r, err := Check(t.Context(), m, Request{Options: []string{"sasl", "starttls"}, Set: set(t)})
	if err != nil {
		t.Fatal(err)
	}
	compiler, err := host.LookPath(t.Context(), m, "xlc")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range r.Findings {
		if !slices.Contains([]string{"m4", "make", "ar"}, f.Name) { // the machine's own, or a wrapper of it
			found := strings.ReplaceAll(f.Found, filepath.Dir(filepath.Dir(filepath.Dir(compiler))), "BOXES")
			got = append(got, fmt.Sprintf("%s %s %s", f.Name, f.Status, found))
		}
	}
	want := []string{"target ok aix7.2-64, AIX 7.2 TL5 SP3", "compiler ok xlc 16.1.0, BOXES/7.2-tl5/bin/xlc", "openssl ok base (1.1.1)",
		"sasl ok toolbox (2.1.28)", "bos.adt.base ok 7.2.5.1", "bos.adt.include ok 7.2.5.1", "bos.adt.lib ok 7.2.5.0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	// The same box, asked for what it has not.
	r, err = Check(t.Context(), m, Request{Want: target.Request{Compiler: "ibm-clang", SASL: "/opt/sasl"}, Options: []string{"sasl", "ldap"}, Set: set(t)})
	if err != nil {
		t.Fatal(err)
	}
	p := r.Plan()
	if p.Manager == "apt-get" {
		t.Error("apt-get is no package manager for AIX")
	}
	if want := []string{"openldap-devel"}; !slices.Equal(p.Packages, want) || len(p.ByHand) != 2 {
		t.Errorf("packages %v and by hand %q, want %v: gcc is not ibm-clang\n%s", p.Packages, p.ByHand, want, r)
	}
}

// TestBareAIX is a box with nothing but dnf.
func TestBareAIX(t *testing.T) {
	t.Parallel()
	m := &fake{programs: []string{"dnf"}, output: map[string]string{"uname -s": "AIX", "oslevel -s": "7200-05-03-2148", "id -u": "0"}}
	r, err := Check(t.Context(), m, Request{Options: []string{"sasl"}, Set: set(t)})
	if err != nil {
		t.Fatal(err)
	}
	p := r.Plan()
	want := "dnf install -y cyrus-sasl cyrus-sasl-devel gcc m4\ninstallp -acXYgd DIRECTORY bos.adt.base bos.adt.include bos.adt.lib openssl.base\n"
	if p.String() != want {
		t.Errorf("plan:\n%swant:\n%s", p, want)
	}
	var said strings.Builder
	err = p.Run(t.Context(), m, &said)
	if fault.Code(err) != "setup-by-hand" || !strings.Contains(fmt.Sprint(err), "installp -acXYgd DIRECTORY bos.adt.base") {
		t.Errorf("Run = %v, want fault setup-by-hand with the filesets", err)
	}
	if want := []string{"dnf install -y cyrus-sasl cyrus-sasl-devel gcc m4"}; !slices.Equal(m.ran, want) {
		t.Errorf("ran %q, want %q", m.ran, want)
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	const (
		install     = "apt-get install -y --no-install-recommends m4 make"
		first       = "installing m4 make\n$ " + install + "\n"
		old         = "\npackage lists are missing or old\n$ apt-get update\n"
		unknown     = "E: Unable to locate package m4"
		noCandidate = "E: Package 'm4' has no installation candidate"
		gone        = "E: Failed to fetch http://deb.example/m4.deb  404  Not Found [IP: 192.0.2.1 80]"
		lock        = "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 404 (apt-get)"
		full        = "E: You don't have enough free space in /var/cache/apt/archives/."
	)
	for _, test := range []struct {
		name   string
		change func(*fake)
		ran    []string
		said   string
		code   string
		do     string
	}{
		{"as root", func(*fake) {}, []string{install}, first + "apt-get install: done\n", "", ""},
		{"unknown package", func(f *fake) { f.broken["apt-get install"] = []string{unknown} }, []string{install, "apt-get update", install},
			first + unknown + old + "apt-get update: done\n$ " + install + "\napt-get install: done\n", "", ""},
		{"no candidate", func(f *fake) { f.broken["apt-get install"] = []string{noCandidate} }, []string{install, "apt-get update", install},
			first + noCandidate + old + "apt-get update: done\n$ " + install + "\napt-get install: done\n", "", ""},
		{"old package lists", func(f *fake) { f.broken["apt-get install"] = []string{gone} }, []string{install, "apt-get update", install},
			first + gone + old + "apt-get update: done\n$ " + install + "\napt-get install: done\n", "", ""},
		{"nothing helps", func(f *fake) { f.broken["apt-get install"] = []string{gone, gone} }, []string{install, "apt-get update", install},
			first + gone + old + "apt-get update: done\n$ " + install + "\n" + gone + "\n", "command-failed", "404"},
		{"no network", func(f *fake) {
			f.broken["apt-get install"], f.broken["apt-get update"] = []string{unknown}, []string{"E: Could not resolve"}
		}, []string{install, "apt-get update"}, first + unknown + old + "E: Could not resolve\n", "command-failed", "Could not resolve"},
		{"lock held", func(f *fake) { f.broken["apt-get install"] = []string{lock} }, []string{install}, first + lock + "\n", "command-failed", lock},
		{"disk full", func(f *fake) { f.broken["apt-get install"] = []string{full} }, []string{install}, first + full + "\n", "command-failed", full},
		{"without root", func(f *fake) { f.output["id -u"] = "1000" }, nil, "", "setup-root", "sudo apt-get update && sudo " + install},
		{"unknown manager", func(f *fake) { f.without("apt-get") }, nil, "", "setup-by-hand", "install these packages: m4 make"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := debian().without("m4").without("make")
			test.change(m)
			r, err := Check(t.Context(), m, Request{})
			if err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			err = r.Plan().Run(t.Context(), m, &said)
			if fault.Code(err) != test.code || !strings.Contains(fmt.Sprint(err), test.do) {
				t.Errorf("Run = %v, want fault %q with %q", err, test.code, test.do)
			}
			if !slices.Equal(m.ran, test.ran) || said.String() != test.said {
				t.Errorf("ran %q and said:\n%swant %q and:\n%s", m.ran, said.String(), test.ran, test.said)
			}
		})
	}
}

// TestProxies wants the way to the network to reach the package manager, and no other variable. It changes the environment, so it is
// not parallel.
func TestProxies(t *testing.T) {
	for _, name := range []string{"https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"} {
		t.Setenv(name, "")
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("http_proxy", "http://proxy.example:3128")
	t.Setenv("no_proxy", "localhost")
	for manager, want := range map[string][]string{
		"apt-get": {"http_proxy=http://proxy.example:3128", "no_proxy=localhost", "DEBIAN_FRONTEND=noninteractive"},
		"dnf":     {"http_proxy=http://proxy.example:3128", "no_proxy=localhost"},
	} {
		m := debian().without("m4").without("apt-get")
		m.programs = append(m.programs, manager)
		r, err := Check(t.Context(), m, Request{})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Plan().Run(t.Context(), m, io.Discard); err != nil || !slices.Equal(m.env, want) {
			t.Errorf("%s: Run = %v with %q, want %q", manager, err, m.env, want)
		}
	}
}

// TestTable wants to see which tool it is and, where the tool tells, which version.
func TestTable(t *testing.T) {
	t.Parallel()
	m := debian()
	m.output["/usr/bin/make --version"] = "GNU Make 4.3\nBuilt for x86_64-pc-linux-gnu"
	m.output["/usr/bin/m4 --version"] = "something else"
	r, err := Check(t.Context(), m, Request{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"compiler  ok       gcc 12.2.0, /usr/bin/gcc\n", "make      ok       GNU Make 4.3, /usr/bin/make\n",
		"m4        ok       /usr/bin/m4\n", "ar        ok       /usr/bin/ar\n"} {
		if !strings.Contains(r.String(), want) {
			t.Errorf("%s\nwant a line %q", r, want)
		}
	}
}

// TestNamedAndMissing is a table for what the user asked for by name, which stops every other command at once.
func TestNamedAndMissing(t *testing.T) {
	t.Parallel()
	r, err := Check(t.Context(), debian(), Request{Want: target.Request{Compiler: "nosuchcc", SASL: "/opt/sasl"}})
	if err != nil || r.IsHealthy() || !strings.Contains(r.String(), "there is no compiler nosuchcc here") || !strings.Contains(r.String(), "no /opt/sasl/include/sasl/sasl.h") {
		t.Errorf("Check = %v\n%v", err, r)
	}
}

// TestNamedPackages wants packages for what was asked for by name when they bring that, and not when they bring something else.
func TestNamedPackages(t *testing.T) {
	t.Parallel()
	aix := map[string]string{"uname -s": "AIX", "oslevel -s": "7200-05-03-2148"}
	linux := debian().without("gcc")
	for _, test := range []struct {
		name     string
		machine  *fake
		want     target.Request
		packages string
		byHand   int
	}{
		{"gcc", linux, target.Request{Compiler: "gcc"}, "gcc libc6-dev", 0},
		{"another compiler", linux, target.Request{Compiler: "clang"}, "", 1},
		{"own library", linux, target.Request{SASL: "/opt/sasl"}, "gcc libc6-dev", 1},
		{"where the packages put them", &fake{output: aix}, target.Request{OpenSSL: "base", SASL: "toolbox"}, "cyrus-sasl cyrus-sasl-devel gcc m4", 0},
		{"the other way round", &fake{output: aix}, target.Request{OpenSSL: "toolbox", SASL: "base"}, "gcc m4", 2},
	} {
		r, err := Check(t.Context(), test.machine, Request{Want: test.want})
		if err != nil {
			t.Fatal(err)
		}
		p := r.Plan()
		if got := strings.Join(p.Packages, " "); got != test.packages || len(p.ByHand) != test.byHand {
			t.Errorf("%s: packages %q and by hand %q, want %q and %d", test.name, got, p.ByHand, test.packages, test.byHand)
		}
	}
}

// TestRealPlace wants the place where a simulated machine's header was looked for.
func TestRealPlace(t *testing.T) {
	t.Parallel()
	m := box(t, "7.2-tl5")
	r, err := Check(t.Context(), m, Request{Options: []string{"ldap"}, Set: set(t)})
	if want := "no " + filepath.Join(m.Root, "opt/freeware/include/ldap.h"); err != nil || !strings.Contains(r.String(), want) {
		t.Errorf("Check = %v\n%v\nwant %q", err, r, want)
	}
}

// TestWithoutPath must not send the user of the doctor to the doctor.
func TestWithoutPath(t *testing.T) {
	t.Parallel()
	if _, err := Check(t.Context(), host.NewLocal([]string{"PATH="}), Request{}); fault.Code(err) != "path-useless" || strings.Contains(err.Error(), "mage doctor") {
		t.Errorf("Check = %v, want fault path-useless", err)
	}
}

// TestRunAgain is the second time: nothing is done, and that is said.
func TestRunAgain(t *testing.T) {
	t.Parallel()
	m := debian()
	r, err := Check(t.Context(), m, Request{Options: []string{"sasl", "starttls"}, Set: set(t), Tests: true})
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	plan := r.Plan()
	if err := errors.Join(plan.Run(t.Context(), m, &said), plan.WriteText(&said)); err != nil || len(m.ran) > 0 {
		t.Errorf("Run = %v, ran %q; want nothing done\n%s", err, m.ran, r)
	}
	if want := "nothing to install: everything needed is here\n"; said.String() != want {
		t.Errorf("said %q, want %q", said.String(), want)
	}
}

func TestFedora(t *testing.T) {
	t.Parallel()
	m := debian().without("m4").without("gcc").without("apt-get")
	m.programs = append(m.programs, "dnf")
	r, err := Check(t.Context(), m, Request{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "dnf install -y gcc glibc-devel m4\n"; r.Plan().String() != want {
		t.Errorf("plan %q, want %q", r.Plan(), want)
	}
}

// TestClang asks for what compiles for AIX, whatever it is called, by its version.
func TestClang(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ program, version, want string }{
		{"clang", "clang version 20.1.2 (Fedora 20.1.2-1.fc42)", "clang for AIX  ok       /usr/bin/clang\n"},
		{"clang-19", "Debian clang version 19.1.7", "clang for AIX  ok       /usr/bin/clang-19\n"},
		{"clang", "Debian clang version 14.0.6", "/usr/bin/clang is version \"14.0.6\"\n"},
		{"", "", "clang for AIX  missing  there is no clang that compiles for AIX here\n"},
	} {
		m := debian().without("clang-19")
		m.programs = append(m.programs, test.program)
		m.output["/usr/bin/"+test.program+" --version"] = test.version
		r, err := Check(t.Context(), m, Request{Want: target.Request{Name: "aix7.2-64"}})
		if err != nil || !strings.Contains(r.String(), test.want) {
			t.Errorf("with %s, %s: %v\n%s\nwant %q", test.program, test.version, err, r, test.want)
		}
		if missing := slices.ContainsFunc(r.Plan().Packages, func(p string) bool { return p == "clang-19" }); missing == strings.Contains(test.want, " ok ") {
			t.Errorf("with %s, %s: the plan is %s", test.program, test.version, r.Plan())
		}
	}
}

// options splits a list of options, "" being the empty one.
func options(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' })
}
