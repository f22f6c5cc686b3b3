package xcoff_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// dump is what a reader says of a file: values by their places in llvm-readobj's text, such as "Sections/Section 2/Size". A place
// that occurs more than once is counted.
type dump map[string]string

var (
	// llvm-readobj takes the loader's symbol classes for those of another table: only their numbers are right.
	wordAndNumber = regexp.MustCompile(`^.* \((0x[0-9A-F]+)\)$`)
	// The name of the symbol stands between; it says nothing that the index does not.
	relocation = regexp.MustCompile(`^0x0*([0-9a-f]+) (0x[0-9a-f]+) \(\w+\) (\d+) \S+ \((-?\d+)\)$`)
)

// parseDump reads llvm-readobj's text.
func parseDump(text string) dump {
	d := dump{}
	seen := map[string]int{}
	places := []string{""}
	for line := range strings.Lines(text) {
		line = strings.Join(strings.Fields(line), " ")
		place := places[len(places)-1]
		opens := strings.HasSuffix(line, " {") || strings.HasSuffix(line, " [")
		key, value, isValue := strings.Cut(line, ": ")
		switch {
		case line == "" || line == "BASE MEMBER" || strings.HasPrefix(line, "Vaddr Type "):
		case line == "}" || line == "]":
			places = places[:len(places)-1]
		case opens:
			places = append(places, d.count(seen, place+line[:len(line)-2])+"/")
		case isValue && (key == "File" || key == "Format" || key == "Arch" || key == "Extra raw data"):
		case isValue:
			if m := wordAndNumber.FindStringSubmatch(value); m != nil && key != "Type" {
				value = m[1]
			}
			d[place+key] = value
		default:
			d[d.count(seen, place+"row")] = relocation.ReplaceAllString(line, "0x$1 $2 $3 $4")
		}
	}
	return d
}

// count gives each further use of a place a number.
func (d dump) count(seen map[string]int, place string) string {
	seen[place]++
	if n := seen[place]; n > 1 {
		return fmt.Sprintf("%s %d", place, n)
	}
	return place
}

// ourDump reads the file with this package, and says what it read as llvm-readobj would.
func ourDump(t testing.TB, path string) dump {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := xcoff.NewFile(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	d := dump{"AddressSize": fmt.Sprintf("%dbit", f.Width)}
	seen := map[string]int{}
	d.header(f)
	if f.Aux != nil {
		d.aux(f)
	}
	for i, s := range f.Sections {
		d.section(d.count(seen, "Sections/Section"), i+1, s)
	}
	if f.Loader != nil {
		d.loader(f)
	}
	return d
}

func (d dump) hex(place string, values map[string]uint64) {
	for key, value := range values {
		d[place+"/"+key] = fmt.Sprintf("0x%X", value)
	}
}

func (d dump) decimal(place string, values map[string]uint64) {
	for key, value := range values {
		d[place+"/"+key] = fmt.Sprint(value)
	}
}

func (d dump) header(f *xcoff.File) {
	d.hex("FileHeader", map[string]uint64{
		"Magic":              uint64(f.Magic),
		"TimeStamp":          uint64(f.TimeStamp),
		"SymbolTableOffset":  f.SymbolOffset,
		"OptionalHeaderSize": uint64(f.AuxSize),
		"Flags":              uint64(f.Flags),
	})
	d.decimal("FileHeader", map[string]uint64{
		"NumberOfSections":   uint64(len(f.Sections)),
		"SymbolTableEntries": uint64(f.SymbolCount),
	})
}

func (d dump) aux(f *xcoff.File) {
	const place = "AuxiliaryHeader"
	a := f.Aux
	d.hex(place, map[string]uint64{
		"Magic":                             uint64(a.Magic),
		"Version":                           uint64(a.Version),
		"Size of .text section":             a.TextSize,
		"Size of .data section":             a.DataSize,
		"Size of .bss section":              a.BSSSize,
		"Entry point address":               a.Entry,
		".text section start address":       a.TextStart,
		".data section start address":       a.DataStart,
		"TOC anchor address":                a.TOC,
		"Maxium alignment of .text":         uint64(a.TextAlign),
		"Maxium alignment of .data":         uint64(a.DataAlign),
		"CPU type of objects":               uint64(a.CPUFlags),
		"(Reserved)":                        uint64(a.CPUType),
		"Maximum stack size":                a.MaxStack,
		"Maximum data size":                 a.MaxData,
		"Reserved for debugger":             uint64(a.Debugger),
		"Text page size":                    uint64(a.TextPage),
		"Data page size":                    uint64(a.DataPage),
		"Stack page size":                   uint64(a.StackPage),
		"Flag":                              uint64(a.TLSFlags & 0xF0),
		"Alignment of thread-local storage": uint64(a.TLSFlags & 0x0F),
	})
	d[place+"/Module type"] = fmt.Sprintf("0x%X", a.ModuleType)
	d.decimal(place, map[string]uint64{
		"Section number of entryPoint":  uint64(a.EntrySection),
		"Section number of .text":       uint64(a.TextSection),
		"Section number of .data":       uint64(a.DataSection),
		"Section number of TOC":         uint64(a.TOCSection),
		"Section number of loader data": uint64(a.LoaderSection),
		"Section number of .bss":        uint64(a.BSSSection),
		"Section number for .tdata":     uint64(a.TDataSection),
		"Section number for .tbss":      uint64(a.TBSSSection),
	})
	if f.Width == 64 {
		d.hex(place, map[string]uint64{"Additional flags 64-bit XCOFF": uint64(a.Flags64)})
	}
}

// typeNames are IBM's.
var typeNames = map[xcoff.SectionType]string{
	xcoff.TypePad: "STYP_PAD", xcoff.TypeDWARF: "STYP_DWARF", xcoff.TypeText: "STYP_TEXT", xcoff.TypeData: "STYP_DATA", xcoff.TypeBSS: "STYP_BSS",
	xcoff.TypeException: "STYP_EXCEPT", xcoff.TypeInfo: "STYP_INFO", xcoff.TypeTData: "STYP_TDATA", xcoff.TypeTBSS: "STYP_TBSS",
	xcoff.TypeLoader: "STYP_LOADER", xcoff.TypeDebug: "STYP_DEBUG", xcoff.TypeTypeCheck: "STYP_TYPCHK", xcoff.TypeOverflow: "STYP_OVRFLO",
}

func (d dump) section(place string, number int, s *xcoff.Section) {
	d[place+"/Name"] = s.Name
	d[place+"/Type"] = fmt.Sprintf("%s (0x%X)", typeNames[s.Type], uint16(s.Type))
	relocations, lineNumbers := uint64(s.RelocationCount), uint64(s.LineNumberCount)
	if s.Type == xcoff.TypeOverflow {
		d.decimal(place, map[string]uint64{"IndexOfSectionOverflowed": relocations})
		relocations, lineNumbers = s.PhysicalAddress, s.VirtualAddress
	} else {
		d.hex(place, map[string]uint64{"PhysicalAddress": s.PhysicalAddress, "VirtualAddress": s.VirtualAddress})
	}
	d.hex(place, map[string]uint64{
		"Size":              s.Size,
		"RawDataOffset":     s.Offset,
		"RelocationPointer": s.RelocationOffset,
		"LineNumberPointer": s.LineNumberOffset,
	})
	d.decimal(place, map[string]uint64{
		"Index":               uint64(number),
		"NumberOfRelocations": relocations,
		"NumberOfLineNumbers": lineNumbers,
	})
	if s.Type == xcoff.TypeDWARF {
		d.hex(place, map[string]uint64{"DWARFSubType": uint64(s.Subtype) << 16})
	}
}

func (d dump) loader(f *xcoff.File) {
	seen := map[string]int{}
	for _, l := range f.Libraries() {
		d[d.count(seen, "NeededLibraries/row")] = strings.TrimSpace(l.Base + " " + l.Member)
	}
	h := f.Loader.LoaderHeader
	const place = "Loader Section/Loader Section "
	d.decimal(place+"Header", map[string]uint64{
		"Version":                         uint64(h.Version),
		"NumberOfSymbolEntries":           uint64(h.SymbolCount),
		"NumberOfRelocationEntries":       uint64(h.RelocationCount),
		"LengthOfImportFileIDStringTable": uint64(h.ImportLength),
		"NumberOfImportFileIDs":           uint64(h.ImportCount),
		"LengthOfStringTable":             uint64(h.StringLength),
	})
	d.hex(place+"Header", map[string]uint64{
		"OffsetToImportFileIDs": h.ImportOffset,
		"OffsetToStringTable":   h.StringOffset,
	})
	if f.Width == 64 {
		d.hex(place+"Header", map[string]uint64{
			"OffsetToSymbolTable":       h.SymbolOffset,
			"OffsetToRelocationEntries": h.RelocationOffset,
		})
	}
	for _, s := range f.Loader.Symbols {
		at := d.count(seen, place+"Symbols/Symbol")
		d[at+"/Name"] = s.Name
		d.hex(at, map[string]uint64{
			"Virtual Address": s.Value,
			"SymbolType":      uint64(s.Type),
			"StorageClass":    uint64(s.Class),
			"ImportFileID":    uint64(s.ImportFile),
		})
		d[at+"/SectionNum"] = fmt.Sprint(s.Section)
		d[at+"/ParameterTypeCheck"] = fmt.Sprint(s.TypeCheck)
	}
	for _, r := range f.Loader.Relocations {
		d[d.count(seen, place+"Relocations/row")] = fmt.Sprintf("%#x %#x %d %d", r.Address, r.Type, r.Section, r.Symbol)
	}
}
