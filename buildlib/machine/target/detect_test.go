package target

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// box is a simulated AIX machine.
func box(t *testing.T, name string) *host.Local {
	t.Helper()
	boxes, err := filepath.Abs("../../../testdata/boxes")
	if err != nil {
		t.Fatal(err)
	}
	m := host.NewLocal([]string{"PATH=" + filepath.Join(boxes, name, "bin") + ":" + filepath.Join(boxes, "common/bin") + ":/usr/bin:/bin"})
	m.Root = filepath.Join(boxes, name, "root")
	return m
}

func TestDetectBoxes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		box, target, level, compiler, openssl, sasl string
	}{
		{"6.1", "aix6.1-32", "6.1 TL9 SP6", "xlc 12.1", "base (1.0.2)", "toolbox (2.1.26)"},
		{"7.1", "aix7.1-64", "7.1 TL5 SP2", "xlc 13.1.3", "base (1.0.2)", "toolbox (2.1.26)"}, // the fileset's level is 20.16.102
		{"7.2-tl0", "aix7.2-64", "7.2 TL0 SP1", "gcc 6.3.0", "base (1.0.2)", "toolbox (2.1.26)"},
		{"7.2-tl5", "aix7.2-64", "7.2 TL5 SP3", "xlc 16.1.0", "base (1.1.1)", "toolbox (2.1.28)"}, // the fileset's level is 1.1.2
		{"7.3", "aix7.3-64", "7.3 TL4 SP2", "ibm-clang 17.1.0", "base (3.0)", "toolbox (2.1.28)"},
	} {
		t.Run(test.box, func(t *testing.T) {
			t.Parallel()
			got, err := Detect(t.Context(), box(t, test.box), Request{})
			if err != nil {
				t.Fatal(err)
			}
			if !got.Here || got.String() != test.target || got.Level.String() != test.level {
				t.Errorf("target %s level %s here %v, want %s %s", got, got.Level, got.Here, test.target, test.level)
			}
			if got.Compiler.String() != test.compiler || got.OpenSSL.String() != test.openssl || got.SASL.String() != test.sasl {
				t.Errorf("compiler %s, OpenSSL %s, SASL %s; want %s, %s, %s", got.Compiler, got.OpenSSL, got.SASL, test.compiler, test.openssl, test.sasl)
			}
			lacks := got.Need(PartCompiler, PartMake, PartAr, PartOpenSSL, PartSASL) // m4 is the machine's own, if it has one
			if lacks != nil {
				t.Errorf("lacks %v", lacks)
			}
		})
	}
}

func TestDetectRequests(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		want Request
		code string // of the fault, or
		see  string // the target's name, compiler and providers
	}{
		{"the other compiler", Request{Compiler: "xlclang"}, "", "aix7.2-64 xlclang base toolbox true"},
		{"the other width", Request{Name: "aix7.2-32"}, "", "aix7.2-32 xlc base toolbox true"},
		{"host on a box is the box", Request{Name: "host"}, "", "aix7.2-64 xlc base toolbox true"},
		{"another level is not here", Request{Name: "aix7.3-64", SASL: "/opt/sasl"}, "", "aix7.3-64 ibm-clang base prefix false"},
		{"another level, own compiler", Request{Name: "aix7.1-64", Compiler: "/opt/x/gcc", OpenSSL: "toolbox"}, "", "aix7.1-64 gcc toolbox toolbox false"},
		{"no such target", Request{Name: "aix7.4-64"}, "target-unknown", ""},
		{"no such provider", Request{SASL: "tolbox"}, "provider-unknown", ""},
		{"relative prefix", Request{OpenSSL: "opt/ssl"}, "provider-unknown", ""},
		{"prefix with dots", Request{OpenSSL: "/opt/../ssl"}, "provider-unknown", ""},
		{"compiler that says nothing", Request{Name: "aix7.1-64", Compiler: "icc"}, "compiler-unknown", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := Detect(t.Context(), box(t, "7.2-tl5"), test.want)
			if fault.Code(err) != test.code {
				t.Fatalf("Detect = %v, want fault %q", err, test.code)
			}
			see := ""
			if err == nil {
				here := map[bool]string{true: "true", false: "false"}[got.Here]
				see = strings.Join([]string{got.String(), string(got.Compiler.Kind), string(got.OpenSSL.Kind), string(got.SASL.Kind), here}, " ")
			}
			if see != test.see {
				t.Errorf("Detect = %s, want %s", see, test.see)
			}
		})
	}
}

// fake is a machine of a few facts: what commands print, by command line, and files.
type fake struct {
	host.Machine
	output map[string]string
	files  map[string]string
	bin    string // where its programs are; "" is /bin/
	silent error  // what it says instead of answering where programs are
}

func (f *fake) Run(ctx context.Context, c host.Cmd) error { _, err := f.Output(ctx, c); return err }

func (f *fake) Expect(context.Context, host.Questions) error { return nil }

func (f *fake) Output(_ context.Context, c host.Cmd) (string, error) {
	if out, ok := f.output[strings.Join(c.Argv, " ")]; ok {
		return out, nil
	}
	return "", &fault.Error{Code: "command-failed", What: "command failed: " + c.String()}
}

func (f *fake) Find(_ context.Context, names ...string) ([]string, error) {
	files := make([]string, len(names))
	for i, name := range names {
		for line := range f.output {
			if program, _, _ := strings.Cut(line, " "); program != name {
				continue
			}
			if files[i] = name; !strings.Contains(name, "/") {
				files[i] = cmp.Or(f.bin, "/bin/") + name
			}
		}
	}
	return files, f.silent
}

func (f *fake) Read(ctx context.Context, names ...string) ([]string, []error) {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = f.files[name]
	}
	return texts, f.Stat(ctx, names...)
}

func (f *fake) Stat(_ context.Context, names ...string) []error {
	errs := make([]error, len(names))
	for i, name := range names {
		if _, ok := f.files[name]; !ok {
			errs[i] = fs.ErrNotExist
		}
	}
	return errs
}

const (
	ssl102  = "#define OPENSSL_VERSION_NUMBER 0x1000215fL\n"
	sasl226 = "#define SASL_VERSION_MAJOR 2\n#define SASL_VERSION_MINOR 1\n#define SASL_VERSION_STEP 26\n"
)

// healthy is a 7.2 box with XL C outside of PATH; each broken variant takes something away from it.
func healthy() *fake {
	return &fake{
		output: map[string]string{"uname -s": "AIX", "oslevel -s": "7200-05-03-2148", "bootinfo -K": "64", "make": "", "m4": "right", "ar": "",
			"/opt/IBM/xlc/16.1.0/bin/xlc -qversion": "IBM XL C/C++ for AIX, V16.1.0  (5725-C72)\nVersion: 16.01.0000.0003"},
		files: map[string]string{"/usr/include/openssl/opensslv.h": ssl102, "/usr/lib/libssl.a": "", "/opt/freeware/include/sasl/sasl.h": sasl226,
			"/opt/freeware/lib/libsasl2.a": ""},
	}
}

func TestDetectLacks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		wound func(*fake)
		want  Request
		lacks string
		do    string // part of the cure
	}{
		{"nothing lacks", func(*fake) {}, Request{}, "", ""},
		{"no compiler", func(f *fake) { delete(f.output, "/opt/IBM/xlc/16.1.0/bin/xlc -qversion") }, Request{}, "compiler-missing", "openxlCcmp"},
		{"not that compiler", func(*fake) {}, Request{Compiler: "gcc"}, "compiler-missing", "leave it out"},
		{"no make", func(f *fake) { delete(f.output, "make") }, Request{}, "make-missing", "bos.adt.base"},
		{"no ar", func(f *fake) { delete(f.output, "ar") }, Request{}, "ar-missing", "bos.adt.base"},
		{"no m4", func(f *fake) { delete(f.output, "m4") }, Request{}, "m4-missing", "dnf install m4"},
		{"old AIX m4", func(f *fake) { f.output["m4"] = "wrong" }, Request{}, "m4-broken", "dnf install m4"},
		{"no OpenSSL headers", func(f *fake) { delete(f.files, "/usr/include/openssl/opensslv.h") }, Request{}, "openssl-missing", "openssl.base"},
		{"OpenSSL headers alone", func(f *fake) { delete(f.files, "/usr/lib/libssl.a") }, Request{}, "openssl-missing", "openssl.base"},
		{"unreadable OpenSSL header", func(f *fake) { f.files["/usr/include/openssl/opensslv.h"] = "junk" }, Request{}, "openssl-missing", "openssl.base"},
		{"no SASL", func(f *fake) { delete(f.files, "/opt/freeware/include/sasl/sasl.h") }, Request{}, "sasl-missing", "dnf install cyrus-sasl"},
		{"not in that prefix", func(*fake) {}, Request{SASL: "/opt/sasl"}, "sasl-missing", "include/ and lib/"},
		{"not in the base system", func(*fake) {}, Request{SASL: "base"}, "sasl-missing", "dnf install cyrus-sasl"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := healthy()
			test.wound(m)
			got, err := Examine(t.Context(), m, test.want)
			if err != nil {
				t.Fatal(err)
			}
			var codes, cures []string
			for _, l := range got.Lacks {
				codes, cures = append(codes, l.Fault.Code), append(cures, l.Fault.Do)
			}
			if strings.Join(codes, " ") != test.lacks || !strings.Contains(strings.Join(cures, " "), test.do) {
				t.Errorf("lacks %v, do %v; want %s, %q", codes, cures, test.lacks, test.do)
			}
			all := []Part{PartCompiler, PartMake, PartM4, PartAr, PartOpenSSL, PartSASL}
			if err := got.Need(all...); fault.Code(err) != test.lacks {
				t.Errorf("Need = %v, want %q", err, test.lacks)
			}
			refused := ""
			if test.want != (Request{}) { // what was asked for by name has no stand-in
				refused = test.lacks
			}
			if got, err := Detect(t.Context(), m, test.want); fault.Code(err) != refused || (got == nil) != (refused != "") {
				t.Errorf("Detect = %v, %v; want fault %q", got, err, refused)
			}
		})
	}
}

// TestPrograms tells two machines apart whose tools have the same names and versions.
// TestDetectNamesAll wants every part that was asked for and is not there in one error.
func TestDetectNamesAll(t *testing.T) {
	t.Parallel()
	m := healthy()
	delete(m.output, "make") // nobody asked for it: that is for those who need it to tell
	_, err := Detect(t.Context(), m, Request{Compiler: "nosuchcc", OpenSSL: "toolbox", SASL: "/opt/sasl"})
	for _, want := range []string{"there is no compiler nosuchcc here", "cannot build with openssl here", "cannot build with sasl here"} {
		if !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("Detect = %v, want %q in it", err, want)
		}
	}
	if strings.Contains(fmt.Sprint(err), "make") {
		t.Errorf("Detect = %v: make was not asked for", err)
	}
}

// TestDetectRealPlace takes away a header below the root of a simulated machine: the message must name the file that was looked for there.
func TestDetectRealPlace(t *testing.T) {
	t.Parallel()
	m := box(t, "7.2-tl5")
	m.Root = t.TempDir()
	got, err := Examine(t.Context(), m, Request{})
	if err != nil {
		t.Fatal(err)
	}
	for part, file := range map[Part]string{PartOpenSSL: "usr/include/openssl/opensslv.h", PartSASL: "opt/freeware/include/sasl/sasl.h"} {
		if want := "no " + filepath.Join(m.Root, file); !strings.Contains(fmt.Sprint(got.Need(part)), want) {
			t.Errorf("%v\nwant %q in it", got.Need(part), want)
		}
	}
}

// TestDetectWithoutPath is a machine on which nothing is found: the way out is not another command of ours.
func TestDetectWithoutPath(t *testing.T) {
	t.Parallel()
	_, err := Detect(t.Context(), host.NewLocal([]string{"PATH="}), Request{})
	if fault.Code(err) != "path-useless" || strings.Contains(err.Error(), "mage doctor") {
		t.Errorf("Detect = %v, want fault path-useless", err)
	}
}

func TestPrograms(t *testing.T) {
	t.Parallel()
	got, err := Detect(t.Context(), healthy(), Request{})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"compiler": "/opt/IBM/xlc/16.1.0/bin/xlc", "make": "/bin/make", "m4": "/bin/m4", "ar": "/bin/ar"}
	if !maps.Equal(got.Programs(), want) {
		t.Errorf("Programs() = %v, want %v", got.Programs(), want)
	}
	if got.Make != "make" {
		t.Errorf("Make = %q: what is written into makefiles must not depend on where it was found", got.Make)
	}
	if got := parse(t, "aix7.3-64").Programs(); len(got) > 0 {
		t.Errorf("of a target that nobody looked at: %v", got)
	}
	other := healthy()
	other.bin = "/usr/local/bin/"
	got, err = Detect(t.Context(), other, Request{})
	if want := "/usr/local/bin/make"; err != nil || got.Programs()["make"] != want {
		t.Errorf("another make: %v, %v; want %s", got.Programs(), err, want)
	}
}

func TestDetectLevelWays(t *testing.T) {
	t.Parallel()
	m := healthy()
	delete(m.output, "oslevel -s")
	m.output["lslpp -Lcq bos.rte"] = "bos:bos.rte:7.2.4.1: : :C:F:Base Operating System Runtime"
	check := func(want string) {
		t.Helper()
		got, err := Detect(t.Context(), m, Request{})
		if err != nil || got.Level.String() != want {
			t.Errorf("Detect = %v, %v; want level %s", got, err, want)
		}
	}
	check("7.2 TL4 SP0")
	delete(m.output, "lslpp -Lcq bos.rte")
	m.output["uname -vr"] = "2 7"
	check("7.2")
	m.output["uname -vr"] = "3 5"
	if _, err := Detect(t.Context(), m, Request{}); fault.Code(err) != "aix-level" {
		t.Errorf("AIX 5.3: %v, want fault aix-level", err)
	}
	delete(m.output, "uname -vr")
	if _, err := Detect(t.Context(), m, Request{}); fault.Code(err) != "aix-level" {
		t.Errorf("no answer: %v, want fault aix-level", err)
	}
}

func TestDetectKernel(t *testing.T) {
	t.Parallel()
	m := healthy()
	delete(m.output, "bootinfo -K")
	m.output["getconf KERNEL_BITMODE"] = "32"
	if got, err := Detect(t.Context(), m, Request{}); err != nil || got.Bits != 32 {
		t.Errorf("32-bit kernel: %v, %v; want 32 bits", got, err)
	}
}

func TestDetectLib64(t *testing.T) {
	t.Parallel()
	m := healthy()
	delete(m.files, "/opt/freeware/lib/libsasl2.a")
	m.files["/opt/freeware/lib64/libsasl2.a"] = ""
	got, err := Detect(t.Context(), m, Request{})
	if err != nil || got.SASL.Lib != "/opt/freeware/lib64" {
		t.Errorf("SASL in lib64: %v, %v", got, err)
	}
}

func TestDetectHost(t *testing.T) {
	t.Parallel()
	m := &fake{
		output: map[string]string{"uname -s": "Linux", "getconf LONG_BIT": "64", "gcc --version": "gcc (Debian 12.2.0-14) 12.2.0",
			"gcc -print-multiarch": "x86_64-linux-gnu", "make": "", "ar": "", "m4": "right"},
		files: map[string]string{"/usr/include/x86_64-linux-gnu/openssl/opensslv.h": "#define OPENSSL_VERSION_MAJOR 3\n#define OPENSSL_VERSION_MINOR 0\n",
			"/usr/include/sasl/sasl.h": sasl226},
	}
	got, err := Detect(t.Context(), m, Request{})
	if err != nil || got.String() != "host" || !got.Here || got.Bits != 64 || got.OpenSSL.API != "3.0" || len(got.Lacks) > 0 {
		t.Errorf("Detect = %+v, %v", got, err)
	}
	if _, err := Detect(t.Context(), m, Request{OpenSSL: "toolbox"}); fault.Code(err) != "provider-unknown" {
		t.Errorf("Toolbox on Linux: %v, want fault provider-unknown", err)
	}
	got, err = Detect(t.Context(), m, Request{Name: "aix7.2-64"})
	if err != nil || got.Here {
		t.Errorf("AIX from Linux: %+v, %v; want defaults", got, err)
	}
	m.output["cc -qversion"], m.output["tcc --version"] = "", "tcc version 0.9.27"
	got, err = Examine(t.Context(), m, Request{Compiler: "tcc"})
	if err != nil || fault.Code(got.Need(PartCompiler)) != "compiler-unknown" {
		t.Errorf("tcc: %v, %v; want fault compiler-unknown", got, err)
	}
	m.output = map[string]string{"uname -s": "Linux"}
	if got, err = Detect(t.Context(), m, Request{}); err != nil {
		t.Fatal(err)
	}
	var parts []Part
	for _, l := range got.Lacks {
		parts = append(parts, l.Part)
		if !strings.Contains(l.Fault.Do, "apt-get") {
			t.Errorf("%s: cure %q names no package", l.Part, l.Fault.Do)
		}
	}
	// Without a compiler nobody tells the name of Debian's directory for headers.
	if want := []Part{PartCompiler, PartMake, PartM4, PartAr, PartOpenSSL}; !slices.Equal(parts, want) {
		t.Errorf("bare host lacks %v, want %v", parts, want)
	}
}

// TestDetectReal looks at the machine that runs the tests, whatever that is.
func TestDetectReal(t *testing.T) {
	t.Parallel()
	m := host.NewLocal(os.Environ())
	got, err := Detect(t.Context(), m, Request{})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Here || got.Bits == 0 {
		t.Errorf("Detect = %+v", got)
	}
	if _, err := host.LookPath(t.Context(), m, "m4"); err == nil && got.Need(PartM4) != nil {
		t.Errorf("the m4 of this machine does not pass: %v", got.Need(PartM4))
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Detect(stopped, m, Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Detect after cancel = %v", err)
	}
}

// A machine that does not answer any more has not lost its compiler.
func TestDetectSilence(t *testing.T) {
	m := healthy()
	m.silent = errors.New("connection lost")
	if got, err := Detect(t.Context(), m, Request{}); !errors.Is(err, m.silent) {
		t.Errorf("Detect() = %v, %v, want %v", got, err, m.silent)
	}
}
