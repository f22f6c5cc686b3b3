package inspect

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// A symbol of the symbol table, and each of its auxiliary entries, has 18 bytes in both widths (IBM's page). n_type of one with the class
// C_FILE has in its low byte for which processor the compiler made code. The last auxiliary entry of an external symbol is that of its csect.
const (
	symbolSize    = 18
	symbolName32  = 0 // n_name: 8 bytes, or four of 0 and n_offset
	symbolName64  = 8 // n_offset, u32, into the string table
	symbolSection = 12
	symbolType    = 14 // n_type, u16
	symbolClass   = 16 // n_sclass
	symbolAux     = 17 // n_numaux
	csectType     = 10 // x_smtyp, the type in its low three bits
	csectClass    = 11 // x_smclas
	typeReference = 0  // XTY_ER
	classExternal = 2
	classFile     = 103
	classWeak     = 111
	mostSymbols   = 1 << 22  // 72 MB; no object seen here has a tenth
	mostNames     = 64 << 20 // bytes of a string table
)

// table is what the symbol table tells.
type table struct {
	processors       map[byte]bool
	imports, exports []Symbol // of an object, which has no loader section yet: what it leaves to the linker, and what it has for others
}

// readTable reads the symbol table. One that the file cuts off is read as far as it goes: AIX's loader does not look at it.
func readTable(r *io.SectionReader, f *xcoff.File) (*table, error) {
	t := &table{processors: map[byte]bool{}}
	if f.SymbolOffset >= uint64(r.Size()) {
		return t, nil
	}
	size := symbolSize * int64(min(f.SymbolCount, mostSymbols))
	var names []byte
	if f.Loader == nil {
		rest := io.NewSectionReader(r, int64(f.SymbolOffset)+size, mostNames)
		var err error
		if names, err = io.ReadAll(rest); err != nil {
			return nil, err
		}
	}
	symbols := bufio.NewReader(io.NewSectionReader(r, int64(f.SymbolOffset), size))
	symbol, aux := make([]byte, symbolSize), make([]byte, symbolSize)
	for {
		_, err := io.ReadFull(symbols, symbol)
		for range symbol[symbolAux] {
			if err == nil {
				_, err = io.ReadFull(symbols, aux)
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		switch class := symbol[symbolClass]; {
		case class == classFile:
			t.processors[byte(binary.BigEndian.Uint16(symbol[symbolType:]))] = true
		case f.Loader == nil && (class == classExternal || class == classWeak) && symbol[symbolAux] > 0:
			s := Symbol{nameOf(symbol, names, f.Width), xcoff.Class(aux[csectClass]).String(), class == classWeak}
			if aux[csectType]&7 == typeReference {
				t.imports = append(t.imports, s)
			} else {
				t.exports = append(t.exports, s)
			}
		}
	}
}

// nameOf gives the name of a symbol, which may lie in the string table.
func nameOf(symbol, names []byte, width int) string {
	at := symbol[symbolName64 : symbolName64+4]
	if width == 32 {
		short := symbol[symbolName32 : symbolName32+8]
		if binary.BigEndian.Uint32(short) != 0 {
			return string(bytes.TrimRight(short, "\x00"))
		}
		at = short[4:]
	}
	offset := int64(binary.BigEndian.Uint32(at)) // its own length, in front, is counted
	if offset >= int64(len(names)) {
		return ""
	}
	name, _, _ := bytes.Cut(names[offset:], []byte{0})
	return string(name)
}
