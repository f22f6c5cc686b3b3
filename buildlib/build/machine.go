package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/sendmail-aix/sendmail-aix/buildlib/doctor"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

// Options lists the options that the setting "with" can name.
func (p *Project) Options(context.Context) error {
	set, err := siteconfig.Load(p.Path("site.config.m4.d"))
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "OPTION\tLINKS\tREMARKS\tMEANING")
	for _, f := range set.Options() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Option, dash(strings.Join(f.Libraries, " ")), dash(remarks(f)), f.Summary)
	}
	return w.Flush()
}

// remarks tells what limits an option.
func remarks(f *siteconfig.Fragment) string {
	var words []string
	add := func(word, value string) {
		if value != "" {
			words = append(words, word+" "+value)
		}
	}
	add("only for", string(f.Targets))
	add("from", f.Since.String())
	add("before", f.Before.String())
	add("openssl", f.OpenSSL.String())
	add("needs", strings.Join(f.Needs, " "))
	if f.Provider == "" { // else it depends on who that is
		add("fileset", f.Packages.Filesets)
	}
	add("not with", strings.Join(f.Conflicts, " "))
	add("default on", f.Default)
	return strings.Join(words, "; ")
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// examine asks the doctor about this machine.
func (p *Project) examine(ctx context.Context, tests bool) (*doctor.Report, error) {
	set, err := siteconfig.Load(p.Path("site.config.m4.d"))
	if err != nil {
		return nil, err
	}
	want := p.Wanted(ctx)
	if tests && want.Name != string(target.Host) && !p.OnAIX(ctx) {
		want = target.Request{Name: string(target.Host)} // tests build for both
	}
	return doctor.Check(ctx, p.Machine, doctor.Request{Want: want, Options: p.Settings.With, Set: set, Tests: tests})
}

// Doctor shows what this machine has and lacks. A lack that stops a build is an error, and so are settings that cannot be met here.
func (p *Project) Doctor(ctx context.Context) error {
	report, err := p.examine(ctx, false)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(p.out, report.String()); err != nil {
		return err
	}
	if !report.IsHealthy() {
		return &fault.Error{
			Code: "doctor-lacks", Finding: true, What: "this machine lacks what the build needs", Where: "the lines marked missing above",
			Do: `run the command below each, or "mage setup" for all`,
		}
	}
	j, err := p.job(ctx)
	if err != nil {
		return err
	}
	if j.refused != nil {
		return j.refused
	}
	return j.sdkLacks(ctx)
}

// Setup installs what the machine lacks, for building and for the project's own tests, which build for AIX as well: so a machine that is
// none of AIX gets the toolchain.
func (p *Project) Setup(ctx context.Context) error {
	report, err := p.examine(ctx, true)
	if err != nil {
		return err
	}
	if err := report.Plan().Run(ctx, p.Machine, p.out); err != nil {
		return err
	}
	if report.OnAIX {
		return nil
	}
	err = p.CrossSetup(ctx)
	if report.Target.OS == target.Host && errors.Is(err, cross.ErrAbsent) { // only tests want it
		p.Log.WithError(err).Warn("no toolchain for AIX")
		return nil
	}
	return err
}
