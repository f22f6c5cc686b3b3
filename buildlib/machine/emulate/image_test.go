package emulate

import (
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Addresses of the program below: what IBM's linker takes for 64 bits.
const textAt, dataAt = 0x1_0000_0000, 0x1_1000_0000

// field is a number in a program's file.
type field struct{ offset, bytes int }

// program is the smallest one that calls a function of libc: it ends with the status 42. The map tells where what is in the file.
func program() ([]byte, map[string]field) {
	const header, aux, section = 24, 120, 72
	be := binary.BigEndian
	at := make(map[string]field)
	var file []byte
	put := func(name string, n int, value uint64) {
		at[name] = field{len(file), n}
		file = append(file, be.AppendUint64(nil, value)[8-n:]...)
	}
	skip := func(n int) { file = append(file, make([]byte, n)...) }

	code := be.AppendUint32(nil, 0x3860002a) // li r3,42
	for _, word := range []uint32{
		0xe9820018, // ld r12,24(r2): the descriptor of exit
		0xe80c0000, // ld r0,0(r12)
		0xe84c0008, // ld r2,8(r12)
		0x7c0903a6, // mtctr r0
		0x4e800420, // bctr
	} {
		code = be.AppendUint32(code, word)
	}
	const dataSize = 32 // the entry's descriptor, and behind it the address of that of exit
	textFile := header + aux + 4*section
	dataFile := textFile + len(code)
	loaderFile := dataFile + dataSize

	loader, loaderAt := loaderSection()

	put("magic", 2, 0x01f7)
	put("sections", 2, 4)
	skip(12)
	put("aux size", 2, aux)
	skip(6)
	skip(80)
	put("entry", 8, dataAt)
	skip(aux - 88)
	for _, s := range []struct {
		name                string
		address, size, file int
		kind                uint64
	}{
		{".text", textAt, len(code), textFile, 0x20},
		{".data", dataAt, dataSize, dataFile, 0x40},
		{".bss", dataAt + dataSize, 64, 0, 0x80},
		{".loader", 0, len(loader), loaderFile, 0x1000},
	} {
		skip(16)
		put(s.name+" address", 8, uint64(s.address))
		put(s.name+" size", 8, uint64(s.size))
		put(s.name+" file", 8, uint64(s.file))
		skip(24)
		put(s.name+" kind", 4, s.kind)
		skip(4)
	}
	at["first instruction"] = field{len(file), 4}
	file = append(file, code...)
	put("descriptor", 8, textAt)
	put("toc", 8, dataAt)
	skip(16)
	for name, f := range loaderAt {
		at[name] = field{len(file) + f.offset, f.bytes}
	}
	return append(file, loader...), at
}

// loaderSection imports exit, and relocates the three addresses in .data.
func loaderSection() ([]byte, map[string]field) {
	const header, symbol, relocation = 56, 24, 16
	at := make(map[string]field)
	var b []byte
	put := func(name string, n int, value uint64) {
		at[name] = field{len(b), n}
		b = append(b, binary.BigEndian.AppendUint64(nil, value)[8-n:]...)
	}
	libraries := "/usr/lib:/lib\x00\x00\x00" + "\x00libc.a\x00shr_64.o\x00"
	strings := "\x00\x05exit\x00"
	librariesAt := header + symbol + 3*relocation

	put("version", 4, 2)
	put("symbols", 4, 1)
	put("relocations", 4, 3)
	put("libraries size", 4, uint64(len(libraries)))
	put("libraries", 4, 2)
	put("strings size", 4, uint64(len(strings)))
	put("libraries at", 8, uint64(librariesAt))
	put("strings at", 8, uint64(librariesAt+len(libraries)))
	put("symbols at", 8, header)
	put("relocations at", 8, header+symbol)

	put("symbol value", 8, 0)
	put("symbol name", 4, 2)
	put("symbol section", 2, 0)
	put("symbol type", 1, 0x40)
	put("symbol class", 1, 10)
	put("symbol library", 4, 1)
	put("symbol parm", 4, 0)

	for _, r := range []struct {
		name           string
		address, index uint64
	}{{"code", dataAt, 0}, {"toc", dataAt + 8, 1}, {"exit", dataAt + 24, 3}} {
		put(r.name+" relocation address", 8, r.address)
		put(r.name+" relocation type", 2, 0x3f00)
		put(r.name+" relocation section", 2, 2)
		put(r.name+" relocation symbol", 4, r.index)
	}
	return append(append(b, libraries...), strings...), at
}

// runImage runs a file as it is.
func runImage(t *testing.T, e *Emulator, image []byte) result {
	t.Helper()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "x"), image, 0o755); err != nil {
		t.Fatal(err)
	}
	got, err := e.try(t.Context(), Request{Root: root, Program: "/x"})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestImage(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	e := emulator(t, wide)
	good, at := program()
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
	entered := func(first uint64) []byte { return set("first instruction", first) }
	shifted := func(register uint64) uint64 { return 0x7803c220 | register<<21 } // srdi r3,register,40: a byte of what shows
	tests := []struct {
		name   string
		image  []byte
		status int
		want   string // in what the loader says
	}{
		{"good", good, 42, ""},
		{"moved", with(set(".text address", 0x10000000), "descriptor", 0x10000000), 42, ""}, // from where the loader itself stands

		// AIX enters a program with what it needs in some registers; what is in the others shows. The first instruction makes the status.
		{"r14 is the number of arguments", entered(0x7dc37378), 1, ""}, // mr r3,r14
		{"r3 is not", entered(shifted(3)), 0xad, ""},
		{"r4 is none of them", entered(shifted(4)), 0xad, ""},
		{"r5 is not the environment", entered(shifted(5)), 0xad, ""},
		{"r31 is nothing", entered(shifted(31)), 0xad, ""},

		{"empty", nil, Refused, "it has 0 bytes"},
		{"cut in the header", good[:20], Refused, "it has 20 bytes"},
		{"cut in the sections", good[:24+120+100], Refused, "a section's header at offset 0xd8, 0x48 bytes, is beyond the end"},
		{"cut in the code", good[:440], Refused, "is beyond the end"},
		{"cut at the end", good[:len(good)-1], Refused, "the loader section at offset"},
		{"other file", set("magic", 0x7f45), Refused, "no XCOFF program of 64 bits: it begins with 0x7f45"},
		{"no auxiliary header", set("aux size", 0), Refused, "its auxiliary header has 0 bytes"},
		{"many sections", set("sections", 0xffff), Refused, "65535 sections"},
		{"few sections", set("sections", 3), Refused, "it has no .loader"},
		{"two texts", set(".data kind", 0x20), Refused, "two sections of kind 0x20"},
		{"no data", set(".data kind", 0x2000), Refused, "it has no .data"},
		{"threads", set(".bss kind", 0x400), Refused, "storage of threads"},
		{"text beyond the file", set(".text size", 1<<20), Refused, "a section at offset"},
		{"text far beyond the file", set(".text file", 1<<63), Refused, "a section at offset"},
		{"huge text", set(".text size", 1<<40), Refused, "a segment at 0x100000000 has 0x10000000000 bytes"},
		{"text at the end of memory", set(".text address", ^uint64(7)), Refused, "a segment at 0xfffffffffffffff8"},
		{"no text", set(".text size", 0), Refused, "an empty segment at 0x100000000"},
		{"huge bss", set(".bss size", 1<<60), Refused, "a segment at 0x110000000"},
		{"endless bss", set(".bss size", ^uint64(0)), Refused, ".bss at"},
		{"bss in data", set(".bss address", dataAt+8), Refused, "does not follow .data"},
		{"entry in text", set("entry", textAt), Refused, "it begins at 0x100000000"},
		{"entry at the end", set("entry", dataAt+90), Refused, "it begins at"},
		{"entry nowhere", set("entry", ^uint64(0)), Refused, "it begins at"},

		{"loader section of AIX's ld", set("version", 1), 42, ""},
		{"new loader section", set("version", 3), Refused, "version 3, not 2"},
		{"loader section without a version", set("version", 0), Refused, "version 0, not 2"},
		{"short loader section", set(".loader size", 40), Refused, "the loader section's header at offset 0"},
		{"many symbols", set("symbols", 0xffffffff), Refused, "the table of symbols at offset 0x38, 0x17ffffffe8 bytes"},
		{"many relocations", set("relocations", 0xffffffff), Refused, "the table of relocations at"},
		{"strings beyond", set("strings at", ^uint64(0)), Refused, "the table of strings at"},
		{"long strings", set("strings size", 1000), Refused, "the table of strings at"},
		{"strings without an end", set("strings size", 6), Refused, "a symbol's name at offset 0x2 has no end"},
		{"libraries beyond", set("libraries size", 1<<31), Refused, "the list of libraries at"},
		{"name beyond", set("symbol name", 7), Refused, "a symbol's name at offset 0x7"},
		{"missing function", set("symbol name", 3), Missing, "the program called xit of libc.a(shr_64.o), which is missing here"},
		{"missing object", with(set("symbol name", 3), "symbol class", 4), Refused, "/x imports xit of libc.a(shr_64.o), which is missing here"},
		{"symbol that is nowhere", set("symbol type", 0), Refused, "to symbol 3, which has no address"},

		{"relocation outside", set("exit relocation address", textAt-4), Refused, "a relocation at 0xfffffffc, which is not in the program"},
		{"relocation at the end", set("exit relocation address", dataAt+90), Refused, "which is not in the program"},
		{"relocation nowhere", set("exit relocation address", ^uint64(0)), Refused, "which is not in the program"},
		{"relocation of 32 bits", set("exit relocation type", 0x1f00), Refused, "of 32 bits"},
		{"relocation of another type", set("exit relocation type", 0x3f02), Refused, "of type 0x2"},
		{"relocation to no symbol", set("exit relocation symbol", 4), Refused, "to symbol 4, which has no address"},
		{"relocation to a thread's", set("exit relocation symbol", 0xffffffff), Refused, "to symbol 4294967295"},
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

// Without a program there is nothing to load, and what is no program is not run.
func TestNoProgram(t *testing.T) {
	e, root := emulator(t, wide), t.TempDir()
	write(t, filepath.Join(root, "file"), "")
	for name, want := range map[string]string{
		"/none":          "No such file or directory",
		"/none/x":        "No such file or directory",
		"/file/x":        "Not a directory",
		"/":              "this is no XCOFF program",
		"../../../file":  "this is no XCOFF program",
		"/bin/../../etc": "No such file or directory",
	} {
		got, err := e.try(t.Context(), Request{Root: root, Program: name})
		if err != nil || got.status != Refused || !strings.Contains(got.stderr, want) {
			t.Errorf("Run(%q) = %+v, %v, want status %d and %q", name, got, err, Refused, want)
		}
	}
}
