package installptest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// withProgram is the example with an XCOFF program for sendmail, with a library path of as many bytes as that of the file.
func WithProgram(t testing.TB, edit func(program string) string) *installp.Package {
	t.Helper()
	program, err := os.ReadFile(filepath.Join("..", "..", "xcoff", "testdata", "program64"))
	if err != nil {
		t.Fatal(err)
	}
	x, err := xcoff.NewFile(bytes.NewReader(program))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range x.Corrections() { // as it is staged
		copy(program[c.Offset:], c.Want)
	}
	text := edit(string(program))
	if text == string(program) {
		t.Fatal("the program was not edited")
	}
	p := Example()
	links := p.Filesets[0].Files[2].Links
	p.Filesets[0].Files[2] = File("/opt/mailtools/sbin/sendmail", 0o2555, "root", "mail", text)
	p.Filesets[0].Files[2].Links = links
	return p
}

func LibraryPath(path string) func(string) string {
	return func(program string) string { return strings.Replace(program, "/usr/lib:/lib:", path, 1) }
}

// withLibraryPath gives a 64-bit program a library path of any length.
func WithLibraryPath(t *testing.T, data []byte, path string) string {
	t.Helper()
	return withLoader(t, data, func(h xcoff.LoaderHeader, loader []byte) []byte {
		imports := loader[h.ImportOffset:][:h.ImportLength]
		imports = append([]byte(path), imports[bytes.IndexByte(imports, 0):]...)
		binary.BigEndian.PutUint32(loader[12:], uint32(len(imports))) // l_istlen
		binary.BigEndian.PutUint64(loader[24:], uint64(len(loader)))  // l_impoff
		return append(loader, imports...)
	})
}

// withImports gives a 64-bit program so many imports, whose names begin alike, instead of its symbols.
func WithImports(t *testing.T, data []byte, name string, symbols int) string {
	t.Helper()
	return withLoader(t, data, func(_ xcoff.LoaderHeader, loader []byte) []byte {
		binary.BigEndian.PutUint32(loader[4:], uint32(symbols))      // l_nsyms
		binary.BigEndian.PutUint64(loader[40:], uint64(len(loader))) // l_symoff
		var names []byte
		for i := range symbols {
			text := fmt.Sprintf("%s%d\x00", name, i)
			names = binary.BigEndian.AppendUint16(names, uint16(len(text)))
			symbol := make([]byte, 24)
			binary.BigEndian.PutUint32(symbol[8:], uint32(len(names))) // l_offset
			symbol[14] = byte(xcoff.SymbolImport)
			loader, names = append(loader, symbol...), append(names, text...)
		}
		binary.BigEndian.PutUint32(loader[20:], uint32(len(names)))  // l_stlen
		binary.BigEndian.PutUint64(loader[32:], uint64(len(loader))) // l_stoff
		return append(loader, names...)
	})
}

// withLoader puts an edited loader section behind the rest of a 64-bit program.
func withLoader(t *testing.T, data []byte, edit func(h xcoff.LoaderHeader, loader []byte) []byte) string {
	t.Helper()
	f, err := xcoff.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	const fileHeader, sectionHeader, size, offset = 24, 72, 24, 32 // of the section header: s_size, s_scnptr
	data = slices.Clone(data)
	for i, s := range f.Sections {
		if s.Type != xcoff.TypeLoader {
			continue
		}
		loader, err := s.Data()
		if err != nil {
			t.Fatal(err)
		}
		loader = edit(f.Loader.LoaderHeader, loader)
		header := data[fileHeader+int(f.AuxSize)+i*sectionHeader:]
		binary.BigEndian.PutUint64(header[size:], uint64(len(loader)))
		binary.BigEndian.PutUint64(header[offset:], uint64(len(data)))
		data = append(data, loader...)
	}
	return string(data)
}
