package build

import (
	"context"
	"io"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
)

// sdkLacks tells what the options need and the SDK has not, when it is what compiles.
func (j *job) sdkLacks(ctx context.Context) error {
	if !j.SDK {
		return nil
	}
	return j.site.SDKLacks(ctx, j.Target, j.Machine)
}

// CrossSysroot tells how to build with the headers and libraries of a real machine.
func (p *Project) CrossSysroot(context.Context) error {
	_, err := io.WriteString(p.out, cross.Collect)
	return err
}

// CrossSetup builds what compiling for AIX on this machine takes.
func (p *Project) CrossSetup(ctx context.Context) error {
	b, err := p.CrossBuilder()
	if err != nil {
		return err
	}
	return checkout.Explain(p.ExplainCache(b.Setup(ctx)))
}
