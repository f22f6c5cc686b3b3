package probe

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/inspect"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// Comparison is what probes say of what we state.
type Comparison struct {
	Probes []*Compared `json:"probes"`
}

// Compared is what one probe says.
type Compared struct {
	Probe        string            `json:"probe"`
	Level        string            `json:"level"` // of AIX, as oslevel -s has it; "" where that was not told
	Compilers    map[string]string `json:"compilers"`
	Confirmed    Counts            `json:"confirmed"`
	Contradicted []Contradiction   `json:"contradicted"`
	New          []Note            `json:"new"`        // what we do not state yet
	Unanswered   []Note            `json:"unanswered"` // what we state and the machine could not tell
}

// Counts are how many facts of each kind.
type Counts struct {
	Headers  int `json:"headers"`  // values, sizes and places
	Imports  int `json:"imports"`  // names that a library's member exports
	Lacks    int `json:"lacks"`    // names that a level lacks
	Commands int `json:"commands"` // what commands of AIX print
}

// Sum is all of them.
func (c Counts) Sum() int { return c.Headers + c.Imports + c.Lacks + c.Commands }

// Contradiction is a fact that is otherwise on the machine.
type Contradiction struct {
	What   string `json:"what"`
	Bits   int    `json:"bits,omitempty"`
	Where  string `json:"where"` // the line of ours to change, as file:line
	Ours   string `json:"ours"`
	Theirs string `json:"theirs"`
}

// Note is something to know, and the place of ours that it is about, if there is one.
type Note struct {
	What  string `json:"what"`
	Where string `json:"where,omitempty"`
}

// WriteText shows what each probe says.
func (c *Comparison) WriteText(w io.Writer) error {
	var b strings.Builder
	for _, p := range c.Probes {
		n := p.Confirmed
		fmt.Fprintf(&b, "%s: AIX %s\n  confirmed     %d: %d of headers, %d of libraries, %d that are lacking, %d of commands\n",
			p.Probe, p.Level, n.Sum(), n.Headers, n.Imports, n.Lacks, n.Commands)
		for _, x := range p.Contradicted {
			what := x.What
			if x.Bits != 0 {
				what += fmt.Sprintf(", %d bits", x.Bits)
			}
			fmt.Fprintf(&b, "  contradicted  %s: %s: we say %s, it says %s\n", x.Where, what, x.Ours, x.Theirs)
		}
		for _, list := range []struct {
			word  string
			notes []Note
		}{{"new", p.New}, {"unanswered", p.Unanswered}} {
			for _, note := range list.notes {
				fmt.Fprintf(&b, "  %-12s  %s\n", list.word, strings.TrimPrefix(note.Where+": ", ": ")+note.What)
			}
		}
	}
	_, err := io.WriteString(w, fault.Lines(b.String()))
	return err
}

// Compare compares probes with what we state. The error is a finding when one contradicts that.
func Compare(ctx context.Context, files ...string) (*Comparison, error) {
	c := &Comparison{Probes: []*Compared{}}
	var contradicted []string
	for _, file := range files {
		a, err := read(ctx, file)
		if err != nil {
			return nil, err
		}
		p, err := compare(file, a)
		if err != nil {
			return nil, err
		}
		c.Probes = append(c.Probes, p)
		if n := len(p.Contradicted); n > 0 {
			contradicted = append(contradicted, fmt.Sprintf("%s: %d", file, n))
		}
	}
	if contradicted == nil {
		return c, nil
	}
	return c, &fault.Error{Code: "probe-contradicts", What: "what is stated here of AIX is not so on a machine", Found: strings.Join(contradicted, "\n"),
		Finding: true, Do: "see the lines that are named; send the probe to the project, see README"}
}

func compare(file string, a *answers) (*Compared, error) {
	p := &comparer{answers: a, r: &Compared{Probe: file, Compilers: map[string]string{}, Contradicted: []Contradiction{}, New: []Note{}, Unanswered: []Note{}}}
	for bits, compiler := range a.compiler {
		p.r.Compilers[fmt.Sprint(bits)] = compiler
	}
	if q := a.find("oslevel -s"); q != nil && len(q.lines) > 0 {
		p.r.Level = q.lines[0]
	}
	p.openssl = a.openssl()
	p.commands()
	if err := p.headers(); err != nil {
		return nil, err
	}
	if err := p.imports(); err != nil {
		return nil, err
	}
	p.lacks()
	return p.r, nil
}

type comparer struct {
	*answers
	r       *Compared
	openssl string // the interface of the machine's OpenSSL, "" where it is not known
}

// differs says that a statement is wrong.
func (p *comparer) differs(x Contradiction) { p.r.Contradicted = append(p.r.Contradicted, x) }

func (p *comparer) isNew(what, where string) { p.r.New = append(p.r.New, Note{what, where}) }
func (p *comparer) isOpen(what, where string) {
	p.r.Unanswered = append(p.r.Unanswered, Note{what, where})
}

// openssl is the interface of OpenSSL that the headers of a machine have.
func (a *answers) openssl() string {
	for _, bits := range widths {
		var n int64
		if _, err := fmt.Sscan(a.values[bits][constant+" OPENSSL_VERSION_NUMBER"], &n); err != nil {
			continue
		}
		if n>>28 >= 3 {
			return fmt.Sprintf("%d.%d", n>>28, n>>20&0xff)
		}
		return fmt.Sprintf("%d.%d.%d", n>>28, n>>20&0xff, n>>12&0xff)
	}
	return ""
}

// headers compares values, sizes and places.
func (p *comparer) headers() error {
	all, err := parseFacts(factsText)
	if err != nil {
		return err
	}
	absent := map[string]int{}
	for _, f := range all {
		if len(f.Interfaces) > 0 && !slices.Contains(f.Interfaces, p.openssl) {
			continue
		}
		for _, bits := range widths {
			ours, stated := f.Values[bits]
			theirs := p.values[bits][f.Kind+" "+f.Name]
			switch {
			case !stated:
			case theirs == ours:
				p.r.Confirmed.Headers++
			case theirs != "":
				p.differs(Contradiction{f.what(), bits, f.place(), ours, theirs})
			case p.missing[bits][f.Header]:
				absent[f.Header]++
			}
		}
	}
	for _, header := range slices.Sorted(maps.Keys(absent)) {
		p.isOpen(fmt.Sprintf("%d facts: the machine has no such header, or none that compiles", absent[header]), "header "+header)
	}
	if p.compiler[32] == "" && p.compiler[64] == "" {
		p.isOpen("the machine has no compiler that we know", "")
	}
	if p.left > 0 {
		p.isOpen(fmt.Sprintf("%d facts were left out: too many do not compile", p.left), "")
	}
	return nil
}

// imports looks up what programs take from libraries in what those of the machine export.
func (p *comparer) imports() error {
	lists, err := cross.Lists()
	if err != nil {
		return err
	}
	tables, err := cross.Tables()
	if err != nil {
		return err
	}
	for _, list := range lists {
		for _, provider := range p.providers(list.Library) {
			for _, bits := range widths {
				if m := list.Member(bits, provider); m != nil {
					p.member(list, tables[list.Library], provider, bits, m)
				}
			}
		}
	}
	return nil
}

// providers are those whose library is looked for on the machine.
func (p *comparer) providers(library string) []target.Provider {
	switch library {
	case "libssl", "libcrypto":
		if p.openssl == "" {
			return nil
		}
		return []target.Provider{{Kind: target.Base, Prefix: "/usr", API: p.openssl}}
	case "libsasl2":
		return []target.Provider{{Kind: target.Toolbox, Prefix: target.ToolboxPrefix}}
	}
	return []target.Provider{{Kind: target.Base, Prefix: "/usr"}}
}

func (p *comparer) member(list cross.List, table cross.Table, provider target.Provider, bits int, m *cross.Listed) {
	name := provider.Prefix + "/lib/" + m.Text
	where := fmt.Sprintf("%s:%d", list.File, m.Line)
	exports, dumped := p.exports[bits][name], p.members[bits][name]
	if !dumped {
		archive, _, _ := strings.Cut(name, "(")
		var others []string
		for other := range p.members[bits] {
			if in, _, _ := strings.Cut(other, "("); in == archive {
				others = append(others, other)
			}
		}
		switch {
		case others != nil:
			slices.Sort(others)
			p.differs(Contradiction{"member of " + list.Library, bits, where, m.Text, strings.Join(others, " ")})
			return
		case exports == nil:
			p.isOpen(fmt.Sprintf("%d bits: there is no %s, or nothing that lists it", bits, name), where)
			return
		}
	}
	for _, n := range list.Names {
		switch at := fmt.Sprintf("%s:%d", list.File, n.Line); {
		case !n.IsFor(bits, provider):
		case exports[n.Text]:
			p.r.Confirmed.Imports++
			if by := table.Find(n.Text, bits); len(by) > 0 && !slices.Contains([]string{cross.Program, cross.Go, cross.Width}, by[0].Kind) {
				p.isNew(fmt.Sprintf("%s exports %s, %d bits, which was known by %s", name, n.Text, bits, by[0]),
					fmt.Sprintf("%sevidence/%s:%d", cross.Source, list.Library, table.Row(n.Text).Line))
			}
		case dumped:
			p.differs(Contradiction{"export of " + n.Text, bits, at, "in " + name, "not in it"})
		}
	}
}

// lacks compares what levels of AIX are known to lack with what the base libraries export.
func (p *comparer) lacks() {
	var level vrmf.Level
	if l, err := target.ParseOSLevel(p.r.Level); err == nil {
		level = vrmf.Level{Version: l.Version, Release: l.Release, Modification: l.TL}
	} else {
		return
	}
	all := inspect.Lacks()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		lack := all[name]
		where := fmt.Sprintf("%s:%d", inspect.LacksFile, lack.Line)
		older := level.Compare(vrmf.Level{Version: lack.Level.Version, Release: lack.Level.Release, Modification: lack.Level.Modification}) <= 0
		for _, bits := range widths {
			there, seen := "", false
			for member := range p.members[bits] {
				if strings.HasPrefix(member, "/usr/lib/libc.a(") || strings.HasPrefix(member, "/usr/lib/libpthreads.a(") {
					seen = true
					if p.exports[bits][member][name] {
						there = member
					}
				}
			}
			switch {
			case !seen:
			case there != "" && older:
				p.differs(Contradiction{name, bits, where, "lacking up to " + lack.Level.String(), "in " + there})
			case there == "" && older:
				p.r.Confirmed.Lacks++
			case there == "" && bits == 64:
				p.isNew(fmt.Sprintf("%s is lacking in AIX %s, too", name, p.r.Level), where)
			}
		}
	}
}
