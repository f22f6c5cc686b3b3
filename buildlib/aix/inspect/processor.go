package inspect

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// A symbol of the symbol table, 18 bytes in both widths (IBM's page). n_type of one with the class C_FILE has in its low byte for which
// processor the compiler made code.
const (
	symbolSize   = 18
	symbolType   = 14 // n_type, u16
	symbolClass  = 16 // n_sclass
	symbolAux    = 17 // n_numaux: entries of the same size that follow
	classFile    = 103
	mostSymbols  = 1 << 22 // 72 MB; no object seen here has a tenth
	noProcessor  = 0
	anyProcessor = 5
)

// processorNames are IBM's (TCPU_*); llvm-readobj has the same.
var processorNames = map[byte]string{
	1: "PPC", 2: "PPC64", 3: "COM", 4: "PWR", anyProcessor: "ANY", 6: "601", 7: "603", 8: "604", 16: "620", 17: "A35", 18: "PWR5", 19: "970",
	20: "PWR6", 21: "VEC", 22: "PWR5X", 23: "PWR6E", 24: "PWR7", 25: "PWR8", 26: "PWR9", 27: "PWR10",
}

// processors lists for which processors the parts of the file were compiled: what the auxiliary header says, and each file symbol. A table
// that the file cuts off is read as far as it goes: AIX's loader does not look at it.
func processors(r *io.SectionReader, f *xcoff.File) ([]string, error) {
	found := map[byte]bool{}
	if f.Aux != nil {
		found[f.Aux.CPUType] = true
	}
	if f.SymbolOffset < uint64(r.Size()) {
		table := bufio.NewReader(io.NewSectionReader(r, int64(f.SymbolOffset), symbolSize*int64(min(f.SymbolCount, mostSymbols))))
		symbol := make([]byte, symbolSize)
		for {
			if _, err := io.ReadFull(table, symbol); err == io.EOF || err == io.ErrUnexpectedEOF {
				break
			} else if err != nil {
				return nil, err
			}
			if symbol[symbolClass] == classFile {
				found[byte(binary.BigEndian.Uint16(symbol[symbolType:]))] = true
			}
			if _, err := table.Discard(symbolSize * int(symbol[symbolAux])); err != nil && err != io.EOF {
				return nil, err
			}
		}
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
	return names, nil
}
