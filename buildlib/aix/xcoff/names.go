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

// The storage mapping classes (IBM: XMC_PR and so on). A function is imported by its descriptor, ClassDS, and data as ClassRW or ClassUA.
const (
	ClassPR     Class = iota // code
	ClassRO                  // constants
	ClassDB                  // debug dictionary
	ClassTC                  // entry of the TOC
	ClassUA                  // unclassified
	ClassRW                  // data
	ClassGL                  // linkage to another module's function
	ClassXO                  // code at a fixed address of the system
	ClassSV                  // system call, 32 bits
	ClassBS                  // zeroed data
	ClassDS                  // function descriptor
	ClassUC                  // unnamed Fortran common
	ClassTI                  // traceback index
	ClassTB                  // traceback table
	_                        //
	ClassTC0                 // anchor of the TOC
	ClassTD                  // data in the TOC
	ClassSV64                // system call, 64 bits
	ClassSV3264              // system call, both
	_                        //
	ClassTL                  // thread-local data
	ClassUL                  // zeroed thread-local data
	ClassTE                  // entry at the end of the TOC
)

// String returns IBM's two letters.
func (c Class) String() string {
	names := [...]string{"PR", "RO", "DB", "TC", "UA", "RW", "GL", "XO", "SV", "BS", "DS", "UC", "TI", "TB", "",
		"TC0", "TD", "SV64", "SV3264", "", "TL", "UL", "TE"}
	if int(c) < len(names) && names[c] != "" {
		return names[c]
	}
	return fmt.Sprintf("%#x", uint8(c))
}
