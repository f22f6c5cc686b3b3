package probe

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/doctor"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// lineOf is where one of our functions stands, as file:line.
func lineOf(function any) string {
	f := runtime.FuncForPC(reflect.ValueOf(function).Pointer())
	file, line := f.FileLine(f.Entry())
	return fmt.Sprintf("%s:%d", file[strings.LastIndex(file, "buildlib/"):], line)
}

// commands holds what detecting a machine and the doctor rely on against what commands of the machine print.
func (p *comparer) commands() {
	p.command("oslevel -s", lineOf(target.ParseOSLevel), "VRMF-TL-SP-YYWW", func(q *ask) bool {
		_, err := target.ParseOSLevel(q.text())
		return err == nil
	})
	p.command("lslpp -Lcq bos.rte", lineOf(target.ParseLslpp), "the level of bos.rte in the third field, that of oslevel", func(q *ask) bool {
		l, err := target.ParseLslpp(q.text())
		of, unknown := target.ParseOSLevel(p.r.Level)
		return err == nil && (unknown != nil || l.Version == of.Version && l.Release == of.Release && l.TL == of.TL)
	})
	for _, fileset := range slices.Concat(doctor.Filesets, further) {
		if q := p.find("lslpp -Lcq " + fileset); q != nil && q.status == "0" {
			p.command(q.command, lineOf(doctor.ParseFileset), "a row whose sixth field is the state, C A B O E or ?", func(q *ask) bool {
				_, state, ok := doctor.ParseFileset(fileset, q.text())
				return ok && strings.Contains("CABOE?", state) && state != ""
			})
		}
	}
	p.command("lslpp -Lcq no.such.fileset", lineOf(doctor.Check), "status 1", func(q *ask) bool { return q.status == "1" })
	p.command("uname -s", lineOf(doctor.Check), "AIX", func(q *ask) bool { return q.text() == "AIX" })
	for _, command := range []string{"bootinfo -K", "getconf KERNEL_BITMODE"} {
		if q := p.find(command); q != nil && q.status == "0" { // bootinfo wants root on some levels
			p.command(command, lineOf(target.Detect), "32 or 64", func(q *ask) bool { return q.text() == "32" || q.text() == "64" })
		}
	}
	for _, bits := range widths {
		name, _, _ := strings.Cut(p.compiler[bits], " ")
		for _, option := range []string{"-qversion", "--version"} {
			if bits == 64 || p.compiler[64] == "" {
				p.command(name+" "+option, lineOf(target.ParseCompilerVersion), "a kind of compiler and its version", func(q *ask) bool {
					kind, version := target.ParseCompilerVersion(q.text())
					return kind != "" && version != ""
				})
			}
		}
	}
}

// command checks one answer, if there is one.
func (p *comparer) command(command, where, ours string, holds func(*ask) bool) {
	q := p.find(command)
	switch {
	case q == nil:
	case holds(q):
		p.r.Confirmed.Commands++
	default:
		p.differs(Contradiction{What: command, Where: where, Ours: ours, Theirs: fmt.Sprintf("%q, status %s", q.text(), q.status)})
	}
}
