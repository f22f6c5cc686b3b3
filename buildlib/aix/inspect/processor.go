package inspect

import (
	"fmt"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

const (
	noProcessor  = 0
	anyProcessor = 5
)

// processorNames are IBM's (TCPU_*); llvm-readobj has the same.
var processorNames = map[byte]string{
	1: "PPC", 2: "PPC64", 3: "COM", 4: "PWR", anyProcessor: "ANY", 6: "601", 7: "603", 8: "604", 16: "620", 17: "A35", 18: "PWR5", 19: "970",
	20: "PWR6", 21: "VEC", 22: "PWR5X", 23: "PWR6E", 24: "PWR7", 25: "PWR8", 26: "PWR9", 27: "PWR10",
}

// processors names those that the parts of the file were compiled for: what the auxiliary header says, and each file symbol.
func processors(f *xcoff.File, found map[byte]bool) []string {
	if f.Aux != nil {
		found[f.Aux.CPUType] = true
	}
	delete(found, noProcessor)
	var names []string
	for id := range found {
		if name := processorNames[id]; name != "" {
			names = append(names, name)
		} else {
			names = append(names, fmt.Sprintf("%#x", id))
		}
	}
	slices.Sort(names)
	return names
}
