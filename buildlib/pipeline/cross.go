package pipeline

import (
	"context"
	"errors"

	"github.com/sendmail-aix/sendmail-aix/buildlib/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/target"
)

// detect describes the target that the settings ask for, and the machine that compiles for it: this one, or what a toolchain makes
// of it. A target that can be configured for here, but not compiled, comes with the reason.
func (p *Project) detect(ctx context.Context) (t *target.Target, m *host.Local, absent error, err error) {
	want := target.Request{Name: p.settings.Target, Compiler: p.settings.Compiler, OpenSSL: p.settings.OpenSSL, SASL: p.settings.SASL}
	t, err = target.Detect(ctx, p.machine, want)
	if err != nil || t.OS != target.AIX || t.Here {
		return t, p.machine, nil, err
	}
	b, err := p.crossBuilder()
	if err != nil {
		return nil, nil, nil, err
	}
	sysroot := ""
	if p.settings.Sysroot != "/" {
		sysroot = p.machine.Root
	}
	tc, err := b.Toolchain(ctx, t, sysroot)
	if errors.Is(err, cross.ErrAbsent) {
		return t, p.machine, err, nil
	}
	if err != nil {
		return nil, nil, nil, err
	}
	m = tc.Machine(p.environ)
	m.Trace = p.machine.Trace
	if want.Compiler == "" {
		want.Compiler = "clang" // the gcc that may be here as well is this machine's
	}
	t, err = target.Detect(ctx, m, want)
	return t, m, nil, err
}

func (p *Project) crossBuilder() (*cross.Builder, error) {
	cache, err := p.cacheDir()
	if err != nil {
		return nil, err
	}
	here := *p.machine
	here.Root = "/"
	return &cross.Builder{Machine: &here, Environ: p.environ, Cache: cache, Jobs: p.settings.Jobs, Log: p.log.WithField("step", "cross")}, nil
}

// CrossSetup builds what compiling for AIX on this machine takes.
func (p *Project) CrossSetup(ctx context.Context) error {
	b, err := p.crossBuilder()
	if err != nil {
		return err
	}
	return explain(b.Setup(ctx))
}
