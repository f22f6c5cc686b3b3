package xcoff

import "fmt"

// Flags are the flags of the file header.
type Flags uint16

// The flags that callers ask for.
const (
	FlagExecutable   Flags = 0x0002 // F_EXEC
	FlagLoadable     Flags = 0x1000 // F_DYNLOAD: its imports are bound when it is loaded; Go's linker leaves it out
	FlagSharedObject Flags = 0x2000 // F_SHROBJ
	FlagLoadOnly     Flags = 0x4000 // F_LOADONLY: ld passes over this member of an archive, the loader does not
)

// SectionType says what a section is for.
type SectionType uint16

// The types of sections.
const (
	TypePad       SectionType = 0x0008 << iota
	TypeDWARF                 // Subtype says which
	TypeText                  // code and constants
	TypeData                  //
	TypeBSS                   // data that begins as zeros and is not in the file
	TypeException             //
	TypeInfo                  // comments
	TypeTData                 // thread-local data
	TypeTBSS                  //
	TypeLoader                //
	TypeDebug                 // names for the debugger
	TypeTypeCheck             //
	TypeOverflow              // counts that XCOFF32 has no room for
)

// SymbolType says what a loader symbol is: flags, and in the low three bits 0 for an external reference, 1 for a section, 2 for a
// label in one, 3 for common data.
type SymbolType uint8

// The flags of loader symbols.
const (
	SymbolWeak   SymbolType = 0x08
	SymbolExport SymbolType = 0x10
	SymbolEntry  SymbolType = 0x20
	SymbolImport SymbolType = 0x40
)

// Class is the storage mapping class of a symbol.
type Class uint8

// The storage mapping classes that are asked for. A function is imported by its descriptor, ClassDS, and data as ClassRW or ClassUA.
const (
	ClassUA Class = 4  // unclassified
	ClassRW Class = 5  // data
	ClassDS Class = 10 // function descriptor
)

// classes are the letters that IBM has for all of them, XMC_PR and so on.
var classes = [...]string{"PR", "RO", "DB", "TC", "UA", "RW", "GL", "XO", "SV", "BS", "DS", "UC", "TI", "TB", 15: "TC0", "TD", "SV64", "SV3264", 20: "TL", "UL", "TE"}

// String returns IBM's letters.
func (c Class) String() string {
	if int(c) < len(classes) && classes[c] != "" {
		return classes[c]
	}
	return fmt.Sprintf("%#x", uint8(c))
}
