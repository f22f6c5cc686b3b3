package xcoff

import "strings"

// The sizes of the loader section's parts; the source is that of format.go.
const (
	loaderHeaderSize32, loaderHeaderSize64 = 32, 56
	loaderSymbolSize                       = 24
	relocationSize32, relocationSize64     = 12, 16

	// lastVersion: IBM's ld writes version 1 in both widths, GNU ld and Go's linker write 2 with 64 bits. The layout is the same.
	lastVersion = 2

	// maxLoader bounds the memory that a file can make us take, three times as much. It is far above what any program seen here has.
	maxLoader = 64 << 20

	// maxImportIDs is far above what any program has, too: the shortest names take sixteen times their size when they are taken apart.
	maxImportIDs = 1 << 20

	// firstSymbol: relocations count the loader's symbols from here; 0, 1 and 2 are .text, .data and .bss.
	firstSymbol = 3
)

// Loader is the loader section: all that AIX's loader reads of a file apart from the headers.
type Loader struct {
	LoaderHeader
	Symbols     []LoaderSymbol
	Relocations []Relocation
	ImportFiles []ImportFile // the first entry is no file: its Path is the library path
}

// LoaderHeader is the header of the loader section. Offsets count from the beginning of the section.
type LoaderHeader struct {
	Version          uint32
	SymbolCount      uint32
	RelocationCount  uint32
	ImportLength     uint32 // of the import file IDs, in bytes
	ImportCount      uint32
	ImportOffset     uint64
	StringLength     uint32
	StringOffset     uint64
	SymbolOffset     uint64 // XCOFF32 does not store this one and the next: they follow from the counts
	RelocationOffset uint64
}

// LoaderSymbol is a symbol that is imported or exported, or the entry point.
type LoaderSymbol struct {
	Name       string
	Value      uint64 // an address; 0 for imports, but for those at a fixed address (XO)
	Section    int16  // number of the section, counted from 1; 0 for imports, -1 for absolute values
	Type       SymbolType
	Class      Class
	ImportFile uint32 // index in Loader.ImportFiles; 0 for none
	TypeCheck  uint32 // offset of the type check string in the string table; 0 for none
}

// Relocation is a word that AIX's loader changes when it loads the program.
type Relocation struct {
	Address uint64
	Symbol  int32  // from 3 on: Loader.Symbols[n-3]; 0, 1, 2: .text, .data, .bss; -1, -2: .tdata, .tbss
	Type    uint16 // high byte: 0x80 for signed, and the number of bits less one; low byte: 0 for R_POS
	Section uint16 // number of the section that holds the word
}

// ImportFile names a file to import from: usually an archive and its member, found by the library path when Path is empty.
type ImportFile struct {
	Path, Base, Member string
}

// String returns the name as ld's import files have it: path/base(member).
func (i ImportFile) String() string {
	name := i.Base
	if i.Path != "" {
		name = strings.TrimSuffix(i.Path, "/") + "/" + name
	}
	if i.Member != "" {
		name += "(" + i.Member + ")"
	}
	return name
}

// loaderReader is the loader section while it is read.
type loaderReader struct {
	*File
	b       []byte
	start   uint64 // its offset in the file
	strings string
	named   int // bytes of all names so far
	loader  *Loader
}

func (f *File) readLoader(s *Section) (*Loader, error) {
	if s.inFile() > maxLoader {
		return nil, broken(s.Offset, "a loader section of %d bytes, more than %d", s.inFile(), maxLoader)
	}
	b, err := s.Data()
	if err != nil {
		return nil, err
	}
	l := &loaderReader{File: f, b: b, start: s.Offset}
	if err := l.readHeader(); err != nil {
		return nil, err
	}
	h := &l.loader.LoaderHeader
	table, err := l.part(h.StringOffset, h.StringLength, 1, "string table")
	if err != nil {
		return nil, err
	}
	l.strings = string(table)
	for _, step := range []func() error{l.readImportFiles, l.readSymbols, l.readRelocations} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return l.loader, nil
}

func (l *loaderReader) readHeader() error {
	size := l.pick(loaderHeaderSize32, loaderHeaderSize64)
	if uint64(len(l.b)) < size {
		return broken(l.start, "%d bytes, too short for a loader section", len(l.b))
	}
	r := l.record(l.b)
	h := LoaderHeader{
		Version:         r.u32(0, 0),       // l_version
		SymbolCount:     r.u32(4, 4),       // l_nsyms
		RelocationCount: r.u32(8, 8),       // l_nreloc
		ImportLength:    r.u32(12, 12),     // l_istlen
		ImportCount:     r.u32(16, 16),     // l_nimpid
		ImportOffset:    r.address(20, 24), // l_impoff
		StringLength:    r.u32(24, 20),     // l_stlen
		StringOffset:    r.address(28, 32), // l_stoff
	}
	if r.wide {
		h.SymbolOffset = be.Uint64(l.b[40:])     // l_symoff
		h.RelocationOffset = be.Uint64(l.b[48:]) // l_rldoff
	} else {
		h.SymbolOffset = size
		h.RelocationOffset = size + uint64(h.SymbolCount)*loaderSymbolSize
	}
	if h.Version < 1 || h.Version > lastVersion {
		return broken(l.start, "a loader section of the unknown version %d", h.Version)
	}
	l.loader = &Loader{LoaderHeader: h}
	return nil
}

// part returns a part of the section: n entries of size bytes at offset.
func (l *loaderReader) part(offset uint64, n uint32, size uint64, what string) ([]byte, error) {
	length := uint64(n) * size
	if length == 0 {
		return nil, nil // AIX's offset for a part that is not there means nothing
	}
	if offset > uint64(len(l.b)) || length > uint64(len(l.b))-offset {
		return nil, broken(l.start, "the loader section's %s has %d bytes at %#x, the section has %d", what, length, offset, len(l.b))
	}
	return l.b[offset:][:length], nil
}

// readImportFiles reads the import file IDs: three strings each.
func (l *loaderReader) readImportFiles() error {
	h := &l.loader.LoaderHeader
	b, err := l.part(h.ImportOffset, h.ImportLength, 1, "table of import files")
	if err != nil {
		return err
	}
	at := l.start + h.ImportOffset
	if len(b) > maxImportIDs {
		return broken(at, "a table of import files of %d bytes, more than %d", len(b), maxImportIDs)
	}
	const shortest = 3 // empty strings
	if h.ImportCount > h.ImportLength/shortest {
		return broken(at, "%d import files in %d bytes", h.ImportCount, h.ImportLength)
	}
	rest := string(b)
	l.loader.ImportFiles = make([]ImportFile, h.ImportCount)
	for i := range l.loader.ImportFiles {
		file := &l.loader.ImportFiles[i]
		for _, into := range []*string{&file.Path, &file.Base, &file.Member} {
			var ended bool
			if *into, rest, ended = strings.Cut(rest, "\x00"); !ended {
				return broken(at, "the name of import file %d has no end", i)
			}
		}
	}
	return nil
}

func (l *loaderReader) readSymbols() error {
	h := &l.loader.LoaderHeader
	b, err := l.part(h.SymbolOffset, h.SymbolCount, loaderSymbolSize, "symbol table")
	if err != nil {
		return err
	}
	l.loader.Symbols = make([]LoaderSymbol, len(b)/loaderSymbolSize)
	for i := range l.loader.Symbols {
		at := l.start + h.SymbolOffset + uint64(i)*loaderSymbolSize
		r := l.record(b[i*loaderSymbolSize:][:loaderSymbolSize])
		s := LoaderSymbol{
			Value:      r.address(8, 0),          // l_value
			Section:    int16(r.u16(12, 12)),     // l_scnum
			Type:       SymbolType(r.u8(14, 14)), // l_smtype
			Class:      Class(r.u8(15, 15)),      // l_smclas
			ImportFile: r.u32(16, 16),            // l_ifile
			TypeCheck:  r.u32(20, 20),            // l_parm
		}
		if s.Name, err = l.symbolName(r, at); err != nil {
			return err
		}
		if s.Type&SymbolImport != 0 && s.ImportFile > 0 && s.ImportFile >= h.ImportCount {
			return broken(at, "symbol %q is from import file %d, there are %d", s.Name, s.ImportFile, h.ImportCount)
		}
		l.loader.Symbols[i] = s
	}
	return nil
}

// symbolName reads the name of a symbol. In the string table two bytes before each name hold its length, the NUL at its end included.
func (l *loaderReader) symbolName(r record, at uint64) (string, error) {
	const lengthSize = 2
	if !r.wide && be.Uint32(r.b) != 0 {
		return cut(r.b[:8]), nil // l_name
	}
	offset := uint64(r.u32(4, 8)) // l_offset
	if offset < lengthSize || offset > uint64(len(l.strings)) {
		return "", broken(at, "a symbol's name at %d of the string table, which has %d bytes", offset, len(l.strings))
	}
	length := int(l.strings[offset-2])<<8 | int(l.strings[offset-1])
	if length > len(l.strings)-int(offset) {
		return "", broken(at, "a symbol's name of %d bytes at %d of the string table, which has %d bytes", length, offset, len(l.strings))
	}
	// Linkers write a name once. Without a limit, a small file could hold a million names of 64 KiB.
	if l.named += length; l.named > len(l.b) {
		return "", broken(at, "the names of the symbols overlap")
	}
	name, _, ended := strings.Cut(l.strings[offset:][:length], "\x00")
	if !ended {
		return "", broken(at, "a symbol's name at %d of the string table has no end", offset)
	}
	return name, nil
}

func (l *loaderReader) readRelocations() error {
	h := &l.loader.LoaderHeader
	size := l.pick(relocationSize32, relocationSize64)
	b, err := l.part(h.RelocationOffset, h.RelocationCount, size, "relocation table")
	if err != nil {
		return err
	}
	l.loader.Relocations = make([]Relocation, 0, uint64(len(b))/size)
	for at := l.start + h.RelocationOffset; len(b) > 0; b, at = b[size:], at+size {
		r := l.record(b)
		reloc := Relocation{
			Address: r.address(0, 0),     // l_vaddr
			Symbol:  int32(r.u32(4, 12)), // l_symndx
			Type:    r.u16(8, 8),         // l_rtype
			Section: r.u16(10, 10),       // l_rsecnm
		}
		if reloc.Symbol < -2 || int64(reloc.Symbol) >= int64(h.SymbolCount)+firstSymbol {
			return broken(at, "a relocation by symbol %d, there are %d", reloc.Symbol, h.SymbolCount)
		}
		l.loader.Relocations = append(l.loader.Relocations, reloc)
	}
	return nil
}
