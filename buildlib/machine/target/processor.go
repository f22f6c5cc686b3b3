package target

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Processors are the usual names of processors, oldest first: as clang and IBM's compilers call them.
var Processors = []string{"pwr4", "pwr5", "pwr6", "pwr7", "pwr8", "pwr9", "pwr10"}

// OldestProcessor is the oldest that any level runs on, as clang calls it. It is one for all levels, so that they can share objects: those of
// 6.1 and 7.1 run on machines down to POWER4, and clang would take POWER7 for AIX (llvm/llvm-project pull request 113943).
func OldestProcessor(bits int) string {
	if bits == 64 {
		return "ppc64"
	}
	return "ppc"
}

// takes says how to tell each kind of compiler which processor it makes programs for.
//
// XL C: without the option at most POWER4's instructions (-qarch=ppc and ppc64 are the defaults of 12.1, pwr4 that of 13.1 and 16.1), and
// older names are no longer taken. Open XL C: its documents have four names; 7.2 and later, which it is for, want POWER7. gcc: what it
// takes without the option depends on how it was built.
var takes = map[CompilerKind]struct {
	option string
	oldest bool // whether the oldest processor must be said, too
	names  []string
}{
	XLC:      {"-qarch=", false, Processors[:6]},
	XLClang:  {"-qarch=", false, Processors[:6]},
	IBMClang: {"-mcpu=", false, Processors[3:]},
	GCC:      {"-mcpu=", true, Processors},
	Clang:    {"-mcpu=", true, Processors},
}

// processor is the option for the target's processor, "" where none is needed.
func (t *Target) processor() string {
	how := takes[t.Compiler.Kind]
	name := t.Processor
	if t.OS != AIX || name == "" && !how.oldest {
		return ""
	}
	if name == "" {
		name = OldestProcessor(t.Bits)
	}
	if t.Compiler.Kind == GCC {
		name = strings.NewReplacer("pwr", "power", "ppc", "powerpc").Replace(name)
	}
	return how.option + name
}

// CheckProcessor refuses a processor that a kind of compiler has no name for. Which of its other names are for machines that AIX runs on, and
// for which width, a compiler does not say.
func (t *Target) CheckProcessor(kind CompilerKind) error {
	known := takes[kind].names
	switch {
	case t.Processor == "":
		return nil
	case t.OS != AIX:
		return &fault.Error{Code: "cpu-unknown", What: "a processor can be chosen for AIX only", Where: "setting cpu", Found: t.Processor,
			Do: "leave the setting out, or choose a target of AIX"}
	case slices.Contains(known, t.Processor):
		return nil
	}
	f := &fault.Error{Code: "cpu-unknown", What: fmt.Sprintf("%s is not known to make programs for a processor %q", kind, t.Processor), Where: "setting cpu",
		Do: "it can be " + strings.Join(known, " ") + "; without the setting programs run on the oldest that AIX runs on"}
	if near := fault.Nearest(t.Processor, known); near != "" {
		f.Do = fmt.Sprintf("did you mean %q? ", near) + f.Do
	}
	return f
}
