package build

import (
	"context"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// sdkUnknown are options that need values of AIX's headers which the SDK does not have, as nobody here knows them, and the option
// that makes one do without.
var sdkUnknown = []struct{ option, need, without string }{
	{option: "dane", need: "RES_USE_DNSSEC of resolv.h"},
	{option: "ipv6", need: "getipnodebyname of netdb.h", without: "needs-getipnode"},
}

// sdkLacks tells what the options need and the SDK has not: better than a compiler that looks for it.
func (j *job) sdkLacks(ctx context.Context) error {
	if !j.SDK {
		return nil
	}
	var lacks []string
	do := "leave out the option that needs it"
	for _, name := range j.site.Libraries {
		var files []string
		for _, dir := range append(j.Target.LibraryPath(), target.ToolboxPrefix+"/lib") {
			files = append(files, path.Join(dir, "lib"+name+".a"))
		}
		if !slices.Contains(j.Machine.Stat(ctx, files...), nil) {
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
