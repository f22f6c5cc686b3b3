package build

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// workshop is a target, and the machine that compiles for it: this one, or what a toolchain makes of it.
type workshop struct {
	target  *target.Target
	machine *host.Local
	absent  error // why nothing here compiles for the target, which can be configured for all the same; nil when something does
	sdk     bool  // whether it compiles with this project's own headers for AIX, and not with AIX's
}

// elsewhere is what a machine that is not AIX builds for unless told otherwise: what most AIX machines of today can run.
const elsewhere = "aix7.2-64"

// crossCompiler is the one that compiles for AIX elsewhere. Others that may be there as well compile for that machine.
const crossCompiler = "clang"

// wanted is the target that the settings ask for. On AIX, none is the machine itself.
func (p *Project) wanted(ctx context.Context) target.Request {
	want := target.Request{Name: p.settings.Target, Processor: p.settings.CPU, Compiler: p.settings.Compiler, OpenSSL: p.settings.OpenSSL, SASL: p.settings.SASL}
	if want.Name == "" && !p.onAIX(ctx) {
		want.Name = elsewhere
	}
	return want
}

// onAIX tells whether this machine is one of AIX. Without a uname it counts as one: detecting says what is wrong.
func (p *Project) onAIX(ctx context.Context) bool {
	system, err := p.machine.Output(ctx, host.Cmd{Argv: []string{"uname", "-s"}})
	return err != nil || system == "AIX"
}

// detect describes the target that the settings ask for.
func (p *Project) detect(ctx context.Context) (w workshop, err error) {
	want := p.wanted(ctx)
	w.machine = p.machine
	w.target, err = target.Detect(ctx, p.machine, want)
	if err != nil || w.target.OS != target.AIX || w.target.Here {
		return w, err
	}
	b, err := p.crossBuilder()
	if err != nil {
		return w, err
	}
	sysroot := p.sysroot
	if sysroot != "" {
		if sysroot, err = b.Sysroot(ctx, sysroot); err != nil {
			return w, p.explainCache(err)
		}
	}
	if w.absent = compilesElsewhere(want); w.absent != nil {
		return w, nil
	}
	tc, err := b.Toolchain(ctx, w.target, sysroot)
	if errors.Is(err, cross.ErrAbsent) {
		w.absent = noToolchain(w.target, err)
		return w, nil
	}
	if err != nil {
		return w, p.explainCache(err)
	}
	w.machine, w.sdk = tc.Machine(p.environ), tc.SDK
	w.machine.Trace = p.machine.Trace
	want.Compiler = crossCompiler
	w.target, err = target.Detect(ctx, w.machine, want)
	return w, err
}

// noToolchain tells what to do without one.
func noToolchain(t *target.Target, err error) error {
	found := err.Error()
	if f, ok := errors.AsType[*fault.Error](err); ok {
		found = strings.TrimSpace(f.What + "\n" + f.Found)
	}
	return &fault.Error{
		Code: "target-elsewhere", What: "cannot compile for " + t.String() + " on this machine",
		Found: found,
		Do:    `run "mage setup", which brings a toolchain for AIX; or "mage build" on the AIX machine; or set SENDMAIL_TARGET=host for programs of this machine`,
	}
}

// compilesElsewhere refuses another compiler than the toolchain's.
func compilesElsewhere(want target.Request) error {
	if want.Compiler == "" || want.Compiler == crossCompiler {
		return nil
	}
	return &fault.Error{
		Code: "cross-compiler", What: "cannot compile for " + want.Name + " with " + want.Compiler + " on this machine", Where: "setting compiler",
		Found: "the toolchain that compiles for AIX here has " + crossCompiler, Do: "leave the compiler setting out, or build on an AIX machine",
	}
}

// sdkUnknown are options that need values of AIX's headers which the SDK does not have, as nobody here knows them, and the option
// that makes one do without.
var sdkUnknown = []struct{ option, need, without string }{
	{option: "dane", need: "RES_USE_DNSSEC of resolv.h"},
	{option: "ipv6", need: "getipnodebyname of netdb.h", without: "needs-getipnode"},
}

// sdkLacks tells what the options need and the SDK has not: better than a compiler that looks for it.
func (j *job) sdkLacks() error {
	if !j.sdk {
		return nil
	}
	var lacks []string
	do := "leave out the option that needs it"
	for _, name := range j.site.Libraries {
		there := false
		for _, dir := range append(j.target.LibraryPath(), target.ToolboxPrefix+"/lib") {
			_, err := j.machine.Stat(filepath.Join(dir, "lib"+name+".a"))
			there = there || err == nil
		}
		if !there {
			lacks = append(lacks, "lib"+name)
		}
	}
	has := func(option string) bool { return slices.Contains(j.site.Options, option) }
	for _, u := range sdkUnknown {
		if !has(u.option) || has(u.without) {
			continue
		}
		lacks = append(lacks, u.need)
		if u.without != "" {
			do += ", or add " + u.without
		}
	}
	if lacks == nil {
		return nil
	}
	return &fault.Error{
		Code: "sdk-lacks", What: "the project's own headers and libraries for AIX have no " + strings.Join(lacks, ", no "),
		Where: "options " + strings.Join(j.site.Options, ","),
		Do:    do + `, or build with those of a real machine: "mage cross:sysroot" tells how`,
	}
}

func (p *Project) crossBuilder() (*cross.Builder, error) {
	cache, err := p.cache()
	if err != nil {
		return nil, err
	}
	here := *p.machine
	here.Root = "/"
	return &cross.Builder{Machine: &here, Environ: p.environ, Cache: cache, Jobs: p.settings.Jobs, Memory: p.memory, Log: p.log.WithField("step", "cross")}, nil
}

// CrossSysroot tells how to build with the headers and libraries of a real machine.
func (p *Project) CrossSysroot(context.Context) error {
	_, err := io.WriteString(p.out, cross.Collect)
	return err
}

// CrossSetup builds what compiling for AIX on this machine takes.
func (p *Project) CrossSetup(ctx context.Context) error {
	b, err := p.crossBuilder()
	if err != nil {
		return err
	}
	return explain(p.explainCache(b.Setup(ctx)))
}
