package checkout

import (
	"context"
	"errors"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/emulate"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// Workshop is a target, and the machine that compiles for it: this one, what a toolchain makes of it, or the one that the setting host names.
type Workshop struct {
	Target  *target.Target
	Machine host.Machine
	Absent  error // why nothing here compiles for the target, which can be configured for all the same; nil when something does
	// Toolchain is what compiles for another system, and nil where the machine itself does.
	Toolchain *cross.Toolchain
	SDK       bool // whether it compiles with this project's own headers for AIX, and not with AIX's
}

// elsewhere is what a machine that is not AIX builds for unless told otherwise: what most AIX machines of today can run.
const elsewhere = "aix7.2-64"

// crossCompiler is the one that compiles for AIX elsewhere. Others that may be there as well compile for that machine.
const crossCompiler = "clang"

// Wanted is the target that the settings ask for. On AIX, none is the machine itself.
func (c *Checkout) Wanted(ctx context.Context) target.Request {
	want := c.request()
	if want.Name == "" && c.Settings.Host == "" && !c.OnAIX(ctx) {
		want.Name = elsewhere
	}
	return want
}

func (c *Checkout) request() target.Request {
	return target.Request{Name: c.Settings.Target, Processor: c.Settings.CPU, Compiler: c.Settings.Compiler, OpenSSL: c.Settings.OpenSSL, SASL: c.Settings.SASL}
}

// OnAIX reports whether this machine is one of AIX. Without a uname it counts as one: detecting says what is wrong.
func (c *Checkout) OnAIX(ctx context.Context) bool {
	system, err := c.Machine.Output(ctx, host.Cmd{Argv: []string{"uname", "-s"}})
	return err != nil || system == "AIX"
}

// Detect describes the target that the settings ask for.
func (c *Checkout) Detect(ctx context.Context) (w Workshop, err error) {
	if c.Settings.Host != "" {
		return c.detectHost(ctx)
	}
	want := c.Wanted(ctx)
	w.Machine = c.Machine
	w.Target, err = target.Detect(ctx, c.Machine, want)
	if err != nil || w.Target.OS != target.AIX || w.Target.Here {
		return w, err
	}
	b, err := c.CrossBuilder()
	if err != nil {
		return w, err
	}
	sysroot := c.Sysroot
	if sysroot != "" {
		if sysroot, err = b.Sysroot(ctx, sysroot); err != nil {
			return w, c.ExplainCache(err)
		}
	}
	if w.Absent = compilesElsewhere(want); w.Absent != nil {
		return w, nil
	}
	tc, err := b.Toolchain(ctx, w.Target, sysroot)
	if errors.Is(err, cross.ErrAbsent) {
		w.Absent = noToolchain(w.Target, err)
		return w, nil
	}
	if err != nil {
		return w, c.ExplainCache(err)
	}
	m := tc.Machine(c.Environ)
	m.Trace, m.Memory = c.Machine.Trace, c.Machine.Memory
	w.Machine, w.Toolchain, w.SDK = m, tc, tc.SDK
	want.Compiler = crossCompiler
	w.Target, err = target.Detect(ctx, w.Machine, want)
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

// CrossBuilder makes toolchains for AIX on this machine.
func (c *Checkout) CrossBuilder() (*cross.Builder, error) {
	store, err := c.Cache()
	if err != nil {
		return nil, err
	}
	here := *c.Machine
	here.Root = "/"
	return &cross.Builder{Machine: &here, Environ: c.Environ, Cache: store, Jobs: c.Settings.Jobs, Log: c.Log.WithField("step", "cross")}, nil
}

// Emulator runs programs for AIX on this machine.
func (c *Checkout) Emulator() (*emulate.Emulator, error) {
	b, err := c.CrossBuilder()
	if err != nil {
		return nil, err
	}
	return &emulate.Emulator{Machine: b.Machine, Cache: b.Cache, SDK: cross.SDK()}, nil
}
