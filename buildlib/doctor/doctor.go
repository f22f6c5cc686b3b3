// Package doctor says what a machine lacks for a build, and installs it where it can.
//
// [Check] looks and changes nothing. Its [Report] is a table with a cure for each lack. [Report.Plan] turns the lacks into the commands
// of the machine's package manager, and [Plan.Run] runs them when it may.
package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

// Request is what the machine is to be good for.
type Request struct {
	Want    target.Request
	Options []string        // as for siteconfig
	Set     *siteconfig.Set // the fragments that say what the options take; nil when that is not of interest
	Tests   bool            // whether the project's own tests are to run too
}

// Status is the outcome of one check.
type Status string

// Outcomes.
const (
	OK      Status = "ok"
	Missing Status = "missing" // the build stops without it
	Note    Status = "note"    // worth knowing; nothing stops
)

// Finding is the outcome of one check.
type Finding struct {
	Name     string          `json:"name"`
	Status   Status          `json:"status"`
	Found    string          `json:"found"`             // what is there, in a few words, or what is wrong with it
	Cure     string          `json:"cure,omitempty"`    // what to do when it is missing
	Packages target.Packages `json:"packages,omitzero"` // that bring it, when that is known
}

// Report is the outcome of all checks for one request.
type Report struct {
	Target   *target.Target `json:"-"`
	Findings []Finding      `json:"checks"`
	OnAIX    bool           `json:"on_aix"` // whether the machine itself is one of AIX, whatever the target
	machine  host.Machine
	manager  string // of packages; "" when there is none that we know
}

// IsHealthy reports whether nothing is missing.
func (r *Report) IsHealthy() bool {
	for _, f := range r.Findings {
		if f.Status == Missing {
			return false
		}
	}
	return true
}

// WriteText shows the report.
func (r *Report) WriteText(w io.Writer) error {
	_, err := io.WriteString(w, r.String())
	return err
}

// String is a table, a line for each check; below a lack stands its cure.
func (r *Report) String() string {
	wide := 0
	for _, f := range r.Findings {
		wide = max(wide, len(f.Name))
	}
	var b strings.Builder
	indent := strings.Repeat(" ", wide+11)
	for _, f := range r.Findings {
		found := strings.ReplaceAll(f.Found, "\n", "\n"+indent)
		fmt.Fprintf(&b, "%-*s  %-7s  %s\n", wide, f.Name, f.Status, found)
		if f.Cure != "" {
			fmt.Fprintf(&b, "%sdo: %s\n", indent, f.Cure)
		}
	}
	return b.String()
}

// Check looks at a machine and reports what it has and lacks for a request.
func Check(ctx context.Context, m host.Machine, q Request) (*Report, error) {
	t, err := target.Examine(ctx, m, q.Want)
	if err != nil {
		return nil, err
	}
	e, err := examine(ctx, m)
	if err != nil {
		return nil, err
	}
	e.r.Target, e.want = t, q.Want
	e.add(Finding{Name: "target", Status: OK, Found: t.String()})
	if t.Here {
		if t.OS == target.AIX {
			e.r.Findings[0].Found += ", AIX " + t.Level.String()
		}
		e.parts()
	} else if e.r.OnAIX {
		e.r.Findings[0].Status = Note
		e.r.Findings[0].Found += ": this machine is another one: it can configure for it, not compile"
	} else {
		e.r.Findings[0].Found += ", which this machine compiles for by a toolchain of its own"
		e.toolchain()
	}
	if t.OS == target.AIX && t.Here {
		e.filesets()
	}
	if q.Set != nil && t.Here {
		fragments, err := q.Set.Choose(q.Options, t.OS)
		if err != nil {
			return nil, err
		}
		e.headers(fragments)
	}
	if q.Tests {
		e.programs(testPrograms)
		if !e.r.OnAIX {
			e.toolchain() // they build for AIX as well, and run that
			e.programs(emulators[64])
			e.programs(emulators[32])
		}
	}
	return e.r, context.Cause(ctx)
}

// Emulation looks at a machine that is none of AIX and reports what it has and lacks for running AIX's programs of so many bits.
func Emulation(ctx context.Context, m host.Machine, bits int) (*Report, error) {
	e, err := examine(ctx, m)
	if err != nil {
		return nil, err
	}
	e.programs(emulators[bits])
	return e.r, context.Cause(ctx)
}

// examine begins a report with what the machine is.
func examine(ctx context.Context, m host.Machine) (*examiner, error) {
	r := &Report{machine: m}
	system, err := m.Output(ctx, host.Cmd{Argv: []string{"uname", "-s"}})
	if err != nil {
		return nil, err
	}
	r.OnAIX = system == "AIX"
	files, err := m.Find(ctx, managers...)
	if err != nil {
		return nil, err
	}
	for i, manager := range managers {
		if r.manager == "" && files[i] != "" && (manager == "dnf" || !r.OnAIX) {
			r.manager = manager
		}
	}
	return &examiner{ctx: ctx, r: r}, nil
}

type examiner struct {
	ctx  context.Context
	r    *Report
	want target.Request
	// programsSeen are those that were looked for, by name.
	programsSeen []string
}

func (e *examiner) add(f Finding) { e.r.Findings = append(e.r.Findings, f) }

// parts reports what the target's detection found.
func (e *examiner) parts() {
	t := e.r.Target
	compiler := t.Compiler.String()
	if file := t.Programs()[string(target.PartCompiler)]; file != "" {
		compiler = strings.TrimSpace(string(t.Compiler.Kind)+" "+t.Compiler.Version) + ", " + file
	}
	e.part(target.PartCompiler, compiler)
	e.part(target.PartMake, e.program(target.PartMake, t.Make))
	e.part(target.PartM4, e.program(target.PartM4, t.M4))
	e.part(target.PartAr, e.program(target.PartAr, t.Ar))
	e.part(target.PartOpenSSL, t.OpenSSL.String())
	e.part(target.PartSASL, t.SASL.String())
}

// program describes a tool by its place, and by what it says of itself when it is GNU's. AIX's own know no --version.
func (e *examiner) program(p target.Part, name string) string {
	file := e.r.Target.Programs()[string(p)]
	if file == "" {
		return name
	}
	out, err := e.r.machine.Output(e.ctx, host.Cmd{Argv: []string{file, "--version"}})
	first, _, _ := strings.Cut(out, "\n")
	if err != nil || !strings.Contains(first, "GNU") {
		return file
	}
	return strings.TrimSpace(first) + ", " + file
}

// part reports one; found is what to say when nothing speaks against it.
func (e *examiner) part(p target.Part, found string) {
	if err := e.r.Target.Need(p); err != nil {
		f, ok := errors.AsType[*fault.Error](err)
		if !ok {
			return // Need returns nothing else
		}
		text := strings.TrimSpace(strings.Join([]string{f.Where, f.Found}, "\n"))
		bring := p.Packages()
		if !isOurs(p, e.want) {
			bring = target.Packages{}
		}
		e.add(Finding{Name: string(p), Status: Missing, Found: f.What + "\n" + text, Cure: f.Do, Packages: bring})
		return
	}
	e.add(Finding{Name: string(p), Status: OK, Found: found})
}

// isOurs reports whether the packages that we know for a part bring what was asked for. For another compiler than gcc, or a library from
// another place, they would be installed and help nothing.
func isOurs(p target.Part, want target.Request) bool {
	switch p {
	case target.PartCompiler:
		return want.Compiler == "" || want.Compiler == "gcc"
	case target.PartOpenSSL:
		return want.OpenSSL == "" || want.OpenSSL == string(target.Base)
	case target.PartSASL:
		return want.SASL == "" || want.SASL == string(target.Toolbox)
	}
	return true
}

// filesets asks lslpp for what compiling on AIX takes.
func (e *examiner) filesets() {
	for _, name := range Filesets {
		out, err := e.r.machine.Output(e.ctx, host.Cmd{Argv: []string{"lslpp", "-Lcq", name}})
		finding := e.missing(name, "fileset not installed", target.Packages{Filesets: name})
		if level, state, ok := ParseFileset(name, out); err == nil && ok {
			switch state {
			case "B":
				finding.Found = "fileset " + level + " is broken"
			case "?":
				finding.Found = "fileset " + level + " is inconsistent; lppchk -v tells more"
			default:
				finding = Finding{Name: name, Status: OK, Found: level}
			}
		}
		e.add(finding)
	}
}

// ParseFileset reads a fileset's level and state from what "lslpp -Lcq" prints of it. The state is the sixth column (published lists of AIX
// 5.3 to 7.2; the fourth, which is called that, is blank): what is BROKEN has to be installed again (IBM's manual page of lslpp), and ?
// stands for parts that differ.
func ParseFileset(name, text string) (level, state string, ok bool) {
	fields := strings.Split(text, ":")
	if len(fields) < 6 || fields[1] != name {
		return "", "", false
	}
	return fields[2], strings.TrimSpace(fields[5]), true
}

// missing is a lack that packages cure.
func (e *examiner) missing(name, found string, bring target.Packages) Finding {
	return Finding{Name: name, Status: Missing, Found: found, Packages: bring,
		Cure: cmp.Or(bring.Cure(e.r.OnAIX), "install it by hand, or leave the option out")}
}

// headers looks for the headers of what the options link, but for libraries that are parts of the target.
func (e *examiner) headers(fragments []*siteconfig.Fragment) {
	for _, f := range fragments {
		name := f.Option
		if len(f.Libraries) > 0 {
			name = "lib" + f.Libraries[0]
		}
		if f.Provider != "" || slices.ContainsFunc(e.r.Findings, func(f Finding) bool { return f.Name == name }) {
			continue
		}
		if len(f.Libraries) > 0 && f.Headers == nil {
			e.add(Finding{Name: name, Status: Note, Found: "not looked for: option " + f.Option + " names no Headers"})
		}
		var found, missed []string
		for _, header := range f.Headers {
			file, places := e.header(header)
			if file != "" {
				found = append(found, file)
			}
			missed = append(missed, places...)
		}
		if len(missed) > 0 {
			e.add(e.missing(name, "no "+strings.Join(missed, "\nno "), f.Packages))
		} else if len(found) > 0 {
			e.add(Finding{Name: name, Status: OK, Found: strings.Join(found, "\n")})
		}
	}
}

// header finds a header, or tells the files that were looked for.
func (e *examiner) header(name string) (found string, missed []string) {
	dirs := []string{"/usr/include", "/usr/local/include"}
	if e.r.Target.OS == target.AIX {
		dirs = []string{"/usr/include", target.ToolboxPrefix + "/include"}
	}
	for _, p := range []target.Provider{e.r.Target.OpenSSL, e.r.Target.SASL} {
		if p.Include != "" && !slices.Contains(dirs, p.Include) {
			dirs = append(dirs, p.Include)
		}
	}
	files := make([]string, len(dirs))
	for i, dir := range dirs {
		files[i] = path.Join(dir, name)
	}
	for i, err := range e.r.machine.Stat(e.ctx, files...) {
		if err == nil {
			return files[i], nil
		}
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			files[i] = p.Path // on a simulated machine it lies elsewhere
		}
		missed = append(missed, files[i])
	}
	return "", missed
}

// toolchain looks for what compiling for AIX on another system takes.
func (e *examiner) toolchain() {
	const name = "clang for AIX"
	if !slices.Contains(e.programsSeen, name) {
		e.programsSeen = append(e.programsSeen, name)
		f := Finding{Name: name, Status: OK}
		var err error
		if f.Found, err = cross.Clang(e.ctx, e.r.machine); err != nil {
			f = e.missing(name, err.Error(), target.Packages{Debian: "clang-19", Fedora: "clang"})
			if fault, ok := errors.AsType[*fault.Error](err); ok {
				f.Found = strings.TrimSpace(fault.What + "\n" + fault.Found)
			}
		}
		e.add(f)
	}
	e.programs(crossPrograms)
}

// programs looks for tools, and whether they can do what they are wanted for.
func (e *examiner) programs(list []program) {
	for _, p := range list {
		if slices.Contains(e.programsSeen, p.name) { // two purposes may take the same
			continue
		}
		e.programsSeen = append(e.programsSeen, p.name)
		f := Finding{Name: p.name, Status: OK, Found: p.what}
		if p.argv != nil {
			out, err := e.r.machine.Output(e.ctx, host.Cmd{Argv: p.argv})
			if err != nil || !strings.Contains(out, p.answer) {
				f.Status = Missing
			}
		} else if _, err := host.LookPath(e.ctx, e.r.machine, p.name); err != nil {
			f.Status = Missing
		}
		if f.Status == Missing {
			f = e.missing(p.name, "nothing that "+p.what, p.bring)
		}
		e.add(f)
	}
}
