package doctor

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// Check looks at a machine and reports what it has and lacks for a request.
func Check(ctx context.Context, m host.Machine, q Request) (*Report, error) {
	t, err := target.Examine(ctx, m, q.Want)
	if err != nil {
		return nil, err
	}
	e := &examiner{ctx: ctx, want: q.Want, r: &Report{Target: t, machine: m}}
	system, err := m.Output(ctx, host.Cmd{Argv: []string{"uname", "-s"}})
	if err != nil {
		return nil, err
	}
	e.r.OnAIX = system == "AIX"
	files, err := m.Find(ctx, managers...)
	if err != nil {
		return nil, err
	}
	for i, manager := range managers {
		if e.r.manager == "" && files[i] != "" && (manager == "dnf" || !e.r.OnAIX) {
			e.r.manager = manager
		}
	}
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
		libraries, err := q.Set.Libraries(q.Options, t.OS)
		if err != nil {
			return nil, err
		}
		e.libraries(libraries)
	}
	if q.Tests {
		e.programs(testPrograms)
		if !e.r.OnAIX {
			e.toolchain() // they build for AIX as well
		}
	}
	return e.r, context.Cause(ctx)
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
		needs := parts[p]
		if !isOurs(p, e.want) {
			needs = nil
		} else if own, ok := onAIX[p]; ok && e.r.Target.OS == target.AIX {
			needs = own
		}
		e.add(Finding{Name: string(p), Status: Missing, Found: f.What + "\n" + text, Cure: f.Do, Needs: needs})
		return
	}
	e.add(Finding{Name: string(p), Status: OK, Found: found})
}

// isOurs tells whether the packages that we know for a part bring what was asked for. For another compiler than gcc, or a library from
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

// filesets asks lslpp for what compiling on AIX takes. The state is the sixth column (published lists of AIX 5.3 to 7.2; the fourth, which
// is called that, is blank): what is BROKEN has to be installed again (IBM's manual page of lslpp), and ? stands for parts that differ.
func (e *examiner) filesets() {
	for _, name := range filesets {
		out, err := e.r.machine.Output(e.ctx, host.Cmd{Argv: []string{"lslpp", "-Lcq", name}})
		fields := strings.Split(out, ":")
		finding := Finding{Name: name, Status: Missing, Found: "fileset not installed", Needs: []Need{{Fileset: name}}, Cure: installp + name}
		if err == nil && len(fields) > 5 && fields[1] == name {
			switch state := strings.TrimSpace(fields[5]); state {
			case "B":
				finding.Found = "fileset " + fields[2] + " is broken"
			case "?":
				finding.Found = "fileset " + fields[2] + " is inconsistent; lppchk -v tells more"
			default:
				finding = Finding{Name: name, Status: OK, Found: fields[2]}
			}
		}
		e.add(finding)
	}
}

// installp is the command that brings a fileset of AIX's media.
const installp = "installp -acXYgd /dev/cd0 "

// libraries looks for the headers of what the options link.
func (e *examiner) libraries(names []string) {
	for _, name := range names {
		if slices.Contains(elsewhere, name) {
			continue
		}
		i := slices.IndexFunc(libraries, func(l library) bool { return l.name == name })
		if i < 0 {
			e.add(Finding{Name: "lib" + name, Status: Note, Found: "not looked for: its header and package are not known here"})
			continue
		}
		e.add(e.library(libraries[i]))
	}
}

func (e *examiner) library(l library) Finding {
	f := Finding{Name: "lib" + l.name, Status: OK}
	found, missed := e.header(l.header)
	if found != "" {
		f.Found = found
		return f
	}
	f.Status, f.Found = Missing, "no "+strings.Join(missed, "\nno ")
	if l.need == (Need{}) {
		f.Cure = "install it by hand, or leave the option out"
	} else {
		f.Needs, f.Cure = []Need{l.need}, e.cure(l.need)
	}
	return f
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
			need := Need{APT: "clang-19", DNF: "clang"}
			f.Status, f.Found, f.Needs, f.Cure = Missing, err.Error(), []Need{need}, e.cure(need)
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
			f.Found, f.Needs, f.Cure = "nothing that "+p.what, []Need{p.need}, e.cure(p.need)
		}
		e.add(f)
	}
}

func (e *examiner) cure(n Need) string {
	if n.Fileset != "" && e.r.OnAIX {
		return installp + n.Fileset
	}
	if e.r.OnAIX {
		return "dnf install " + n.DNF
	}
	if n.DNF == "" {
		return `run "mage setup", or: apt-get install ` + n.APT
	}
	return `run "mage setup", or: apt-get install ` + n.APT + " (dnf install " + n.DNF + ")"
}
