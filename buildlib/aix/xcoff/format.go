package xcoff

import (
	"bytes"
	"encoding/binary"
)

// The layout. It is IBM's, from the page "XCOFF Object File Format" of the Files Reference, whose field names stand beside the
// fields. Each offset was compared with llvm-readobj's reading of files that clang, GNU ld and Go's linker wrote
// (TestForeignReader). All numbers are big-endian.
const (
	magic32 = 0x01DF // U802TOCMAGIC
	magic64 = 0x01F7 // U64_TOCMAGIC; 0x01EF, of AIX 4.3 alone, had another layout

	fileHeaderSize32, fileHeaderSize64       = 20, 24
	auxHeaderSize                            = 110 // the longer of both; written as 72 and 120 bytes, or fewer in objects
	sectionHeaderSize32, sectionHeaderSize64 = 40, 72
)

var be = binary.BigEndian

// record is one structure of the file. Both widths have the same fields, at other offsets. Its methods get the field's offset in
// XCOFF32 and the one in XCOFF64, so that a layout is stated once, where its fields are filled.
type record struct {
	b    []byte
	wide bool // XCOFF64
}

func (f *File) record(b []byte) record { return record{b, f.Width == 64} }

func (r record) at(in32, in64 int) []byte {
	if r.wide {
		return r.b[in64:]
	}
	return r.b[in32:]
}

func (r record) u8(in32, in64 int) uint8   { return r.at(in32, in64)[0] }
func (r record) u16(in32, in64 int) uint16 { return be.Uint16(r.at(in32, in64)) }
func (r record) u32(in32, in64 int) uint32 { return be.Uint32(r.at(in32, in64)) }

// address is an address, a size in memory or an offset in the file: 4 bytes in XCOFF32, 8 in XCOFF64.
func (r record) address(in32, in64 int) uint64 {
	if r.wide {
		return be.Uint64(r.at(in32, in64))
	}
	return uint64(be.Uint32(r.at(in32, in64)))
}

// count is a number of entries: 2 bytes in XCOFF32, 4 in XCOFF64.
func (r record) count(in32, in64 int) uint32 {
	if r.wide {
		return be.Uint32(r.at(in32, in64))
	}
	return uint32(be.Uint16(r.at(in32, in64)))
}

// Header is the file header.
type Header struct {
	Width        int // 32 or 64
	Magic        uint16
	TimeStamp    uint32 // seconds since 1970, 0 for none
	SymbolOffset uint64
	SymbolCount  uint32 // auxiliary entries included
	AuxSize      uint16 // of the auxiliary header, in bytes
	Flags        Flags
}

// parseHeader returns the number of sections; the rest it keeps.
func (f *File) parseHeader(b []byte) (sections uint16) {
	r := f.record(b)
	f.Header = Header{
		Width:        f.Width,
		Magic:        r.u16(0, 0),          // f_magic
		TimeStamp:    r.u32(4, 4),          // f_timdat
		SymbolOffset: r.address(8, 8),      // f_symptr
		SymbolCount:  r.u32(12, 20),        // f_nsyms
		AuxSize:      r.u16(16, 16),        // f_opthdr
		Flags:        Flags(r.u16(18, 18)), // f_flags
	}
	return r.u16(2, 2) // f_nscns
}

// AuxHeader is the auxiliary header: what it takes to map a program. A header may be shorter than its structure; what it leaves out
// is 0.
type AuxHeader struct {
	Magic, Version uint16

	TextStart, DataStart        uint64 // addresses
	TextSize, DataSize, BSSSize uint64
	Entry                       uint64 // address of the entry point's descriptor, which is in .data
	TOC                         uint64 // address of the TOC's anchor

	// Numbers of sections, counted from 1; 0 for none.
	EntrySection, TextSection, DataSection, TOCSection, LoaderSection, BSSSection, TDataSection, TBSSSection uint16

	TextAlign, DataAlign          uint16 // as powers of two
	ModuleType                    string // "1L" for single use, "RE" for reusable, "RO" for read-only
	CPUFlags, CPUType             uint8
	MaxStack, MaxData             uint64 // what ld's -bmaxstack and -bmaxdata asked for; 0 for the system's own
	TextPage, DataPage, StackPage uint8  // page sizes as powers of two; 0 for the system's own
	TLSFlags                      uint8  // 0x80 and the alignment of thread-local storage
	Debugger                      uint32
	Flags64                       uint16 // XCOFF64 only
}

func (f *File) parseAux(b []byte) *AuxHeader {
	var whole [auxHeaderSize]byte
	copy(whole[:], b)
	r := f.record(whole[:])
	a := &AuxHeader{
		Magic:         r.u16(0, 0),                                   // o_mflag
		Version:       r.u16(2, 2),                                   // o_vstamp
		TextSize:      r.address(4, 56),                              // o_tsize
		DataSize:      r.address(8, 64),                              // o_dsize
		BSSSize:       r.address(12, 72),                             // o_bsize
		Entry:         r.address(16, 80),                             // o_entry
		TextStart:     r.address(20, 8),                              // o_text_start
		DataStart:     r.address(24, 16),                             // o_data_start
		TOC:           r.address(28, 24),                             // o_toc
		EntrySection:  r.u16(32, 32),                                 // o_snentry
		TextSection:   r.u16(34, 34),                                 // o_sntext
		DataSection:   r.u16(36, 36),                                 // o_sndata
		TOCSection:    r.u16(38, 38),                                 // o_sntoc
		LoaderSection: r.u16(40, 40),                                 // o_snloader
		BSSSection:    r.u16(42, 42),                                 // o_snbss
		TextAlign:     r.u16(44, 44),                                 // o_algntext
		DataAlign:     r.u16(46, 46),                                 // o_algndata
		ModuleType:    string(bytes.TrimRight(whole[48:50], "\x00")), // o_modtype, at 48 in both
		CPUFlags:      r.u8(50, 50),                                  // o_cpuflag
		CPUType:       r.u8(51, 51),                                  // o_cputype
		MaxStack:      r.address(52, 88),                             // o_maxstack
		MaxData:       r.address(56, 96),                             // o_maxdata
		Debugger:      r.u32(60, 4),                                  // o_debugger
		TextPage:      r.u8(64, 52),                                  // o_textpsize
		DataPage:      r.u8(65, 53),                                  // o_datapsize
		StackPage:     r.u8(66, 54),                                  // o_stackpsize
		TLSFlags:      r.u8(67, 55),                                  // o_flags
		TDataSection:  r.u16(68, 104),                                // o_sntdata
		TBSSSection:   r.u16(70, 106),                                // o_sntbss
	}
	if r.wide {
		a.Flags64 = be.Uint16(whole[108:]) // o_x64flags
	}
	return a
}

// SectionHeader is one entry of the table of sections.
type SectionHeader struct {
	Name                            string
	PhysicalAddress, VirtualAddress uint64
	Size                            uint64
	Offset                          uint64 // of the data in the file; 0 for none
	RelocationOffset                uint64
	LineNumberOffset                uint64
	RelocationCount                 uint32 // 65535 in XCOFF32: the true counts are the addresses of an overflow section
	LineNumberCount                 uint32
	Type                            SectionType
	Subtype                         uint16 // of DWARF sections
}

func (f *File) parseSection(b []byte) SectionHeader {
	r := f.record(b)
	flags := r.u32(36, 64) // s_flags
	return SectionHeader{
		Name:             cut(b[:8]),        // s_name, at 0 in both
		PhysicalAddress:  r.address(8, 8),   // s_paddr
		VirtualAddress:   r.address(12, 16), // s_vaddr
		Size:             r.address(16, 24), // s_size
		Offset:           r.address(20, 32), // s_scnptr
		RelocationOffset: r.address(24, 40), // s_relptr
		LineNumberOffset: r.address(28, 48), // s_lnnoptr
		RelocationCount:  r.count(32, 56),   // s_nreloc
		LineNumberCount:  r.count(34, 60),   // s_nlnno
		Type:             SectionType(flags),
		Subtype:          uint16(flags >> 16),
	}
}

// cut returns the text of a field that NULs fill up.
func cut(b []byte) string {
	text, _, _ := bytes.Cut(b, []byte{0})
	return string(text)
}
