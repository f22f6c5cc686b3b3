package xcoff

import "fmt"

// Correction is a field of a program that GNU's linker, or its strip, writes otherwise than AIX's linker does.
type Correction struct {
	Field       string // as IBM calls it
	Offset      int64  // in the file
	Found, Want []byte
}

// String tells the field with both values.
func (c Correction) String() string {
	return fmt.Sprintf("%s is %#x, not %#x", c.Field, c.Found, c.Want)
}

// What tells GNU's programs from AIX's. Among 322 programs and shared objects that AIX's ld linked there is none with any of these
// (docs/formats.md, 15.1), and Go's linker writes none of them either.
const (
	flagGNU      Flags = 0x0200 // F_AR32W of old COFF, unknown to IBM
	flagLineless Flags = 0x0004 // F_LNNO: strip took the line numbers away
	magicGNU           = 0x0107 // what GNU strip makes of o_mflag
	shortestAux        = 72     // what a program has at the least
)

// Corrections are the fields that must change so that each is as in programs of AIX's own linker. A program of another linker than GNU's has
// none: what differs in it is that linker's own, and was seen to run.
func (f *File) Corrections() []Correction {
	loader, number := f.loader()
	if f.Aux == nil || f.AuxSize < shortestAux || loader == nil || f.Flags&flagGNU == 0 && loader.VirtualAddress == 0 && f.Aux.Magic != magicGNU {
		return nil
	}
	var list []Correction
	put := func(field string, offset, size, found, want uint64) {
		if found == want {
			return
		}
		c := Correction{Field: field, Offset: int64(offset), Found: make([]byte, 8), Want: make([]byte, 8)}
		be.PutUint64(c.Found, found)
		be.PutUint64(c.Want, want)
		c.Found, c.Want = c.Found[8-size:], c.Want[8-size:]
		list = append(list, c)
	}
	flags := f.Flags &^ flagGNU
	if f.SymbolCount > 0 {
		flags &^= flagLineless // nothing was taken away
	}
	put("f_flags", 18, 2, uint64(f.Flags), uint64(flags))
	aux := f.pick(fileHeaderSize32, fileHeaderSize64)
	put("o_mflag", aux, 2, uint64(f.Aux.Magic), 0x010b)
	put("o_vstamp", aux+2, 2, uint64(f.Aux.Version), 1)
	put("o_cputype", aux+51, 1, uint64(f.Aux.CPUType), 0)
	header, word := aux+uint64(f.AuxSize)+uint64(number)*f.pick(sectionHeaderSize32, sectionHeaderSize64), f.pick(4, 8)
	put("s_paddr of .loader", header+8, word, loader.PhysicalAddress, 0)
	put("s_vaddr of .loader", header+8+word, word, loader.VirtualAddress, 0)
	put("l_version", loader.Offset, 4, uint64(f.Loader.Version), 1)
	for i, s := range f.Loader.Symbols {
		if s.Type&SymbolImport != 0 && s.Class == ClassUA { // data: functions are DS
			put("l_smclas of "+s.Name, loader.Offset+f.Loader.SymbolOffset+uint64(i)*loaderSymbolSize+15, 1, uint64(s.Class), uint64(ClassRW))
		}
	}
	return list
}

// loader is the loader section and its place in the table of sections; nil when there is none.
func (f *File) loader() (s *Section, number int) {
	for i, s := range f.Sections {
		if s.Type == TypeLoader && f.Loader != nil {
			return s, i
		}
	}
	return nil, 0
}
