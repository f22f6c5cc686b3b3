package target

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Request is what the user asked for. The zero value leaves everything to [Detect].
type Request struct {
	Name      string // as of [Names]; "" for the machine itself
	Processor string // name; "" for the oldest that any level runs on
	Compiler  string // name or absolute path; "" for the best that is there
	OpenSSL   string // "base", "toolbox", an absolute prefix, or "" for the best that is there
	SASL      string // the same
}

// Detect describes the target asked for. When it is the machine m itself, m is looked at, and what it lacks is in the target's Lacks:
// see [Target.Need]. When it is another AIX level, the target has the defaults of [Parse] and what the request says.
// The error is for requests that cannot be met on any machine, for machines that do not answer, and for a compiler or library that the
// request names and the machine lacks: nothing else will do instead.
func Detect(ctx context.Context, m host.Machine, want Request) (*Target, error) {
	t, err := Examine(ctx, m, want)
	if err == nil {
		err = t.faults(func(l Lack) bool { return l.Named })
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Examine is [Detect] for those who want to see everything that is missing: what the request names is among the target's Lacks too.
func Examine(ctx context.Context, m host.Machine, want Request) (*Target, error) {
	for _, p := range []struct{ setting, value string }{{"openssl", want.OpenSSL}, {"sasl", want.SASL}} {
		if err := checkProvider(p.setting, p.value); err != nil {
			return nil, err
		}
	}
	if err := m.Expect(ctx, Questions(want)); err != nil {
		return nil, err
	}
	system, err := m.Output(ctx, host.Cmd{Argv: []string{"uname", "-s"}})
	if fault.Code(err) == "command-missing" {
		return nil, &fault.Error{Code: "path-useless", What: "uname not found: PATH contains no system directory", Found: "no uname there",
			Do: "let PATH hold the usual absolute directories, as in: export PATH=/usr/bin:/bin:/usr/sbin:/sbin"}
	}
	if err != nil {
		return nil, fmt.Errorf("asking for the kind of system: %w", err)
	}
	if system != "AIX" {
		if want.Name == "" || want.Name == string(Host) {
			return detectHost(ctx, m, want)
		}
		return elsewhere(want)
	}
	level, err := detectLevel(ctx, m)
	if err != nil {
		return nil, err
	}
	if want.Name == "" || want.Name == string(Host) {
		if want.Name, err = ownName(ctx, m, level); err != nil {
			return nil, err
		}
	}
	t, err := Parse(want.Name)
	if err != nil {
		return nil, err
	}
	if t.Level.compare(level) != 0 {
		return elsewhere(want)
	}
	t.Level, t.Here, t.Processor = level, true, want.Processor
	if err := detectParts(ctx, m, t, want); err != nil {
		return nil, err
	}
	return t, t.CheckProcessor(t.Compiler.Kind)
}

// checkProvider refuses what no machine can have.
func checkProvider(setting, value string) error {
	if value == "" || value == string(Base) || value == string(Toolbox) || path.IsAbs(value) && path.Clean(value) == value && value != "/" {
		return nil
	}
	f := &fault.Error{Code: "provider-unknown", What: fmt.Sprintf("unknown provider %q for %s", value, setting),
		Do: "say base, toolbox, or an absolute directory that holds include/ and lib/"}
	if near := fault.Nearest(value, []string{string(Base), string(Toolbox)}); near != "" && !strings.Contains(value, "/") {
		f.Do = fmt.Sprintf("did you mean %q? ", near) + f.Do
	}
	return f
}

// elsewhere describes a target that the machine at hand is not.
func elsewhere(want Request) (*Target, error) {
	t, err := Parse(want.Name)
	if err != nil {
		return nil, err
	}
	if want.Compiler != "" {
		kind := KindOf(want.Compiler)
		if kind == "" {
			return nil, unknownCompiler(want.Compiler)
		}
		t.Compiler = Compiler{Kind: kind, Path: want.Compiler}
	}
	t.OpenSSL = requested(t.OpenSSL, want.OpenSSL)
	t.SASL = requested(t.SASL, want.SASL)
	t.Processor = want.Processor
	if want.Compiler == "" && t.OS == AIX {
		return t, nil // nobody knows which compiler it will be
	}
	return t, t.CheckProcessor(t.Compiler.Kind)
}

// requested puts what the user wants in place of a default. Nobody can look at the headers, so the interface stays the default's.
func requested(p Provider, want string) Provider {
	if want == "" {
		return p
	}
	kind := ProviderKind(want)
	if path.IsAbs(want) {
		kind = Prefix
	}
	r := provider(kind, want)
	r.API = p.API
	return r
}

// detectLevel asks three ways, the most exact first: oslevel -s can fail on a box with a half-applied service pack, and lslpp is what
// sendmail's own Build asks.
func detectLevel(ctx context.Context, m host.Machine) (Level, error) {
	var errs []error
	for i, parse := range []func(string) (Level, error){ParseOSLevel, ParseLslpp, parseUname} {
		out, err := m.Output(ctx, host.Cmd{Argv: levelCommands[i]})
		if err == nil {
			var l Level
			if l, err = parse(out); err == nil {
				return l, nil
			}
		}
		if ctx.Err() != nil {
			return Level{}, err
		}
		errs = append(errs, err)
	}
	return Level{}, &fault.Error{Code: "aix-level", What: "cannot tell the level of this AIX system", Err: flatten(errs),
		Do: `look at what "oslevel -s", "lslpp -Lcq bos.rte" and "uname -vr" print`}
}

// flatten makes one plain error of several, as a fault must not hold another.
func flatten(errs []error) error {
	var lines []string
	for _, err := range errs {
		first, _, _ := strings.Cut(err.Error(), "\n")
		lines = append(lines, first)
	}
	return errors.New(strings.Join(lines, "; "))
}

// ownName is the target that an AIX box is by itself. From 7.1 on that is 64 bit, if the kernel is: packages of OpenSSL and SASL are
// made for it there. A 6.1 box often has 32-bit libraries alone.
func ownName(ctx context.Context, m host.Machine, l Level) (string, error) {
	bits := 32
	if l.Version >= 7 {
		bits = 64
		for _, argv := range kernelCommands {
			out, err := m.Output(ctx, host.Cmd{Argv: argv})
			if ctx.Err() != nil {
				return "", err
			}
			if err == nil && (out == "32" || out == "64") {
				if out == "32" {
					bits = 32
				}
				break
			}
		}
	}
	own := name(l, bits)
	if _, err := Parse(own); err != nil {
		return "", &fault.Error{Code: "aix-level", What: "this AIX level cannot be built for", Found: l.String(),
			Do: "build on AIX 6.1, 7.1, 7.2 or 7.3"}
	}
	return own, nil
}

// How the level of a machine and the width of its kernel are asked for.
var (
	levelCommands  = [][]string{{"oslevel", "-s"}, {"lslpp", "-Lcq", "bos.rte"}, {"uname", "-vr"}}
	kernelCommands = [][]string{{"bootinfo", "-K"}, {"getconf", "KERNEL_BITMODE"}} // bootinfo wants root on some levels

	makePrograms = []string{"make", "gmake", ToolboxPrefix + "/bin/make"}
	arPrograms   = []string{"ar", "/usr/ccs/bin/ar"}
)

// Linker is the program that compilers call which have none of their own.
const Linker = "ld"

// Questions are those that [Detect] asks a machine of AIX first, whatever the answers are; and where the linker is, which a build asks next.
func Questions(want Request) host.Questions {
	q := host.Questions{Find: slices.Concat(compilerPrograms(AIX, want.Compiler), makePrograms, m4Programs(AIX), arPrograms, []string{Linker})}
	for _, argv := range slices.Concat([][]string{{"uname", "-s"}}, levelCommands, kernelCommands) {
		q.Output = append(q.Output, host.Cmd{Argv: argv})
	}
	for _, of := range []struct {
		library library
		want    string
	}{{openSSL, want.OpenSSL}, {cyrusSASL, want.SASL}} {
		for _, p := range of.library.providers(AIX, of.want) {
			q.Read = append(q.Read, path.Join(p.Prefix, "include", of.library.header))
			q.Stat = append(q.Stat, of.library.at(p)...)
		}
	}
	return q
}

// expect says what will be asked of the programs that are there.
func (d *detector) expect() error {
	compilers, m4s := compilerPrograms(d.t.OS, d.want.Compiler), m4Programs(d.t.OS)
	files, err := d.m.Find(d.ctx, slices.Concat(compilers, m4s)...)
	if err != nil {
		return err
	}
	var q host.Questions
	if i := slices.IndexFunc(files[:len(compilers)], func(file string) bool { return file != "" }); i >= 0 {
		for _, option := range versionOptions(compilers[i], d.t.OS) {
			q.Output = append(q.Output, host.Cmd{Argv: []string{compilers[i], option}})
		}
	}
	for i, name := range m4s {
		if files[len(compilers)+i] != "" {
			q.Output = append(q.Output, askSanity(name))
		}
	}
	return d.m.Expect(d.ctx, q)
}

// detectParts fills in what was found on the machine and notes what was not.
func detectParts(ctx context.Context, m host.Machine, t *Target, want Request) error {
	d := detector{ctx: ctx, m: m, t: t, want: want}
	if err := d.expect(); err != nil {
		return err
	}
	d.compiler(want.Compiler)
	d.program(PartMake, &t.Make, makePrograms...)
	d.m4()
	d.program(PartAr, &t.Ar, arPrograms...)
	t.OpenSSL = d.library(openSSL, want.OpenSSL)
	t.SASL = d.library(cyrusSASL, want.SASL)
	return cmp.Or(context.Cause(ctx), d.silent)
}

// detectHost describes a machine that is not AIX.
func detectHost(ctx context.Context, m host.Machine, want Request) (*Target, error) {
	t, err := Parse(string(Host))
	if err != nil {
		return nil, err
	}
	t.Here, t.Processor = true, want.Processor
	if err := t.CheckProcessor(t.Compiler.Kind); err != nil {
		return nil, err
	}
	for _, p := range []struct{ setting, value string }{{"openssl", want.OpenSSL}, {"sasl", want.SASL}} {
		if p.value == string(Base) || p.value == string(Toolbox) {
			return nil, &fault.Error{Code: "provider-unknown", What: fmt.Sprintf("%s from %q is for AIX targets", p.setting, p.value),
				Do: "leave the setting out to take the distribution's, or name an absolute directory"}
		}
	}
	if out, err := m.Output(ctx, host.Cmd{Argv: []string{"getconf", "LONG_BIT"}}); err == nil {
		if n, err := number(out); err == nil {
			t.Bits = n
		}
	}
	return t, detectParts(ctx, m, t, want)
}

// detector carries what the steps of one detection share.
type detector struct {
	ctx  context.Context
	m    host.Machine
	t    *Target
	want Request

	triplet *string // what the compiler calls the machine, once it was asked
	silent  error   // of a machine that does not answer
}

func (d *detector) lack(part Part, f *fault.Error) {
	named := map[Part]string{PartCompiler: d.want.Compiler, PartOpenSSL: d.want.OpenSSL, PartSASL: d.want.SASL}[part] != ""
	d.t.Lacks = append(d.t.Lacks, Lack{Part: part, Fault: f, Named: named})
}

// output runs a program for what it says about itself; a program that cannot be run says nothing.
func (d *detector) output(argv ...string) string {
	out, err := d.m.Output(d.ctx, host.Cmd{Argv: argv})
	if err != nil {
		return ""
	}
	return out
}

// choose looks for the first of several names, "" for none; those with a slash are places outside of PATH. It passes over what is no good.
func (d *detector) choose(part Part, names []string, good func(name string) bool) string {
	files, err := d.m.Find(d.ctx, names...)
	d.silent = cmp.Or(d.silent, err)
	for i, file := range files {
		if file != "" && (good == nil || good(names[i])) {
			d.t.find(part, file)
			return names[i]
		}
	}
	return ""
}

func (d *detector) program(part Part, found *string, names ...string) {
	if name := d.choose(part, names, nil); name != "" {
		*found = name
		return
	}
	d.lack(part, &fault.Error{Code: string(part) + "-missing", What: "there is no " + names[0] + " here", Err: fs.ErrNotExist,
		Where: "PATH", Do: cure(d.t.OS, part)})
}
