package emulate

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// Addresses of the program below: what IBM's linker takes for 32 bits.
const textAt32, dataAt32 = 0x1000_0000, 0x2000_0000

// code32 ends the program with the status that a first instruction puts into r3.
func code32(first uint32) []byte {
	var code []byte
	for _, word := range []uint32{
		first,
		0x8182000c, // lwz r12,12(r2): the descriptor of exit
		0x800c0000, // lwz r0,0(r12)
		0x804c0004, // lwz r2,4(r12)
		0x7c0903a6, // mtctr r0
		0x4e800420, // bctr
	} {
		code = binary.BigEndian.AppendUint32(code, word)
	}
	return code
}

// program32 is what program is, in 32 bits.
func program32(code []byte) ([]byte, map[string]field) {
	const header, aux, section = 20, 72, 40
	at := make(map[string]field)
	var file []byte
	put := func(name string, n int, value uint64) {
		at[name] = field{len(file), n}
		file = append(file, binary.BigEndian.AppendUint64(nil, value)[8-n:]...)
	}
	skip := func(n int) { file = append(file, make([]byte, n)...) }
	const dataSize = 16 // the entry's descriptor, and behind it the address of that of exit
	textFile := header + aux + 4*section
	dataFile := textFile + len(code)
	loader, loaderAt := loaderSection32()

	put("magic", 2, 0x01df)
	put("sections", 2, 4)
	skip(12)
	put("aux size", 2, aux)
	skip(2)
	skip(16)
	put("entry", 4, dataAt32)
	skip(aux - 20)
	for _, s := range []struct {
		name                string
		address, size, file int
		kind                uint64
	}{
		{".text", textAt32, len(code), textFile, 0x20},
		{".data", dataAt32, dataSize, dataFile, 0x40},
		{".bss", dataAt32 + dataSize, 64, 0, 0x80},
		{".loader", 0, len(loader), dataFile + dataSize, 0x1000},
	} {
		skip(12)
		put(s.name+" address", 4, uint64(s.address))
		put(s.name+" size", 4, uint64(s.size))
		put(s.name+" file", 4, uint64(s.file))
		skip(12)
		put(s.name+" kind", 4, s.kind)
	}
	file = append(file, code...)
	put("descriptor", 4, textAt32)
	put("toc", 4, dataAt32)
	skip(8)
	for name, f := range loaderAt {
		at[name] = field{len(file) + f.offset, f.bytes}
	}
	return append(file, loader...), at
}

// loaderSection32 imports exit, whose name stands in the symbol itself, and relocates the three addresses in .data.
func loaderSection32() ([]byte, map[string]field) {
	const header, symbol, relocation = 32, 24, 12
	at := make(map[string]field)
	var b []byte
	put := func(name string, n int, value uint64) {
		at[name] = field{len(b), n}
		b = append(b, binary.BigEndian.AppendUint64(nil, value)[8-n:]...)
	}
	libraries := "/usr/lib:/lib\x00\x00\x00" + "\x00libc.a\x00shr.o\x00"
	strings := "\x00\x05exit\x00"
	librariesAt := header + symbol + 3*relocation

	put("version", 4, 1)
	put("symbols", 4, 1)
	put("relocations", 4, 3)
	put("libraries size", 4, uint64(len(libraries)))
	put("libraries", 4, 2)
	put("libraries at", 4, uint64(librariesAt))
	put("strings size", 4, uint64(len(strings)))
	put("strings at", 4, uint64(librariesAt+len(libraries)))

	put("symbol name", 8, uint64(binary.BigEndian.Uint32([]byte("exit")))<<32)
	put("symbol value", 4, 0)
	put("symbol section", 2, 0)
	put("symbol type", 1, 0x40)
	put("symbol class", 1, 10)
	put("symbol library", 4, 1)
	put("symbol parm", 4, 0)
	for _, r := range []struct {
		name           string
		address, index uint64
	}{{"code", dataAt32, 0}, {"toc", dataAt32 + 4, 1}, {"exit", dataAt32 + 12, 3}} {
		put(r.name+" relocation address", 4, r.address)
		put(r.name+" relocation symbol", 4, r.index)
		put(r.name+" relocation type", 2, 0x1f00)
		put(r.name+" relocation section", 2, 2)
	}
	return append(append(b, libraries...), strings...), at
}

func TestImage32(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	e := emulator(t, narrow)
	good, at := program32(code32(0x3860002a)) // li r3,42
	with := func(image []byte, name string, value uint64) []byte {
		f, ok := at[name]
		if !ok {
			t.Fatalf("the program has no field %q", name)
		}
		changed := bytes.Clone(image)
		copy(changed[f.offset:f.offset+f.bytes], binary.BigEndian.AppendUint64(nil, value)[8-f.bytes:])
		return changed
	}
	set := func(name string, value uint64) []byte { return with(good, name, value) }
	inTable, _ := program32(code32(0x3860002a))
	inTable = with(inTable, "symbol name", 2)
	entered := func(first uint32) []byte {
		image, _ := program32(code32(first))
		return image
	}
	tests := []struct {
		name   string
		image  []byte
		status int
		want   string // in what the loader says
	}{
		{"good", good, 42, ""},
		{"moved", with(set(".text address", 0x50000000), "descriptor", 0x50000000), 42, ""}, // from where the loader itself stands
		{"name in the table", inTable, 42, ""},

		// AIX enters a program with three registers; what is in the others shows.
		{"r3 is the number of arguments", entered(0x60000000), 1, ""}, // nop
		{"r14 is not", entered(0x55c3843e), 0xad, ""},                 // srwi r3,r14,16
		{"r15 is none of them", entered(0x55e3843e), 0xad, ""},        // srwi r3,r15,16
		{"r19 is no function", entered(0x5663843e), 0xad, ""},         // srwi r3,r19,16
		{"r6 is nothing", entered(0x54c3843e), 0xad, ""},              // srwi r3,r6,16
		{"r31 is nothing", entered(0x57e3843e), 0xad, ""},             // srwi r3,r31,16

		{"cut in the header", good[:20], Refused, "it has 20 bytes"},
		{"cut in the sections", good[:20+72+60], Refused, "a section's header at offset 0x84, 0x28 bytes, is beyond the end"},
		{"cut at the end", good[:len(good)-1], Refused, "the loader section at offset"},
		{"no auxiliary header", set("aux size", 0), Refused, "its auxiliary header has 0 bytes"},
		{"few sections", set("sections", 3), Refused, "it has no .loader"},
		{"threads", set(".bss kind", 0x400), Refused, "storage of threads"},
		{"text beyond the file", set(".text size", 1<<20), Refused, "a section at offset"},
		{"huge text", set(".text size", 0x9000_0000), Refused, "a segment at 0x10000000 has 0x90000000 bytes"},
		{"text at the end of memory", set(".text address", 0xffff_fff8), Refused, "a segment at 0xfffffff8"},
		{"no text", set(".text size", 0), Refused, "an empty segment at 0x10000000"},
		{"huge bss", set(".bss size", 0xffff_ffff), Refused, ".bss at"},
		{"entry in text", set("entry", textAt32), Refused, "it begins at 0x10000000"},
		{"entry at the end", set("entry", dataAt32+72), Refused, "it begins at"},

		{"other loader section", set("version", 2), Refused, "version 2, not 1"},
		{"many symbols", set("symbols", 0xffffffff), Refused, "the table of symbols at offset 0x20, 0x17ffffffe8 bytes"},
		{"many relocations", set("relocations", 0xffffffff), Refused, "the table of relocations at"},
		{"strings beyond", set("strings at", 0xffff_ffff), Refused, "the table of strings at"},
		{"name beyond", with(inTable, "symbol name", 7), Refused, "a symbol's name at offset 0x7"},
		{"long name", set("symbol name", 0x6162636465666768), Missing, "the program called abcdefgh of libc.a(shr.o), which is missing here"},
		{"missing object", with(set("symbol name", 0x78<<56), "symbol class", 5), Refused, "/x imports x of libc.a(shr.o), which is missing here"},
		{"relocation outside", set("exit relocation address", textAt32-4), Refused, "a relocation at 0xffffffc, which is not in the program"},
		{"relocation at the end", set("exit relocation address", dataAt32+78), Refused, "which is not in the program"},
		{"relocation of 64 bits", set("exit relocation type", 0x3f00), Refused, "of 64 bits"},
		{"relocation of another type", set("exit relocation type", 0x1f02), Refused, "of type 0x2"},
		{"relocation to no symbol", set("exit relocation symbol", 4), Refused, "to symbol 4, which has no address"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := runImage(t, e, test.image)
			if got.status != test.status || !strings.Contains(got.stderr, test.want) || test.status == Refused && !strings.HasPrefix(got.stderr, "emulate: ") {
				t.Errorf("Run() = %+v, want status %d and %q", got, test.status, test.want)
			}
		})
	}
}
