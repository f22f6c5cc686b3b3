package installp_test

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

// errorsIn are the findings that are no notes.
func errorsIn(t *testing.T, image []byte) []installp.Finding {
	t.Helper()
	return slices.DeleteFunc(findings(t, image), func(f installp.Finding) bool { return f.Note })
}

// However many notes there are, the error behind them is told, and that there were more notes.
func TestVerifyNotesHideNoError(t *testing.T) {
	t.Parallel()
	p := example()
	for i := range installp.MaxFindings + 10 {
		p.Filesets[0].Files = append(p.Filesets[0].Files, file(fmt.Sprintf("/opt/mailtools/%d", i), 0o644, "root", "system", ""))
	}
	c := takeApart(t, write(t, p))
	c.member(program).data = strings.ToUpper(c.member(program).data)
	files := c.libraries[usrLib]
	for i := range files {
		files[i].text = strings.ReplaceAll(files[i].text, "class = apply", "class = x")
	}
	all := findings(t, c.image(t))
	if !slices.ContainsFunc(all, func(f installp.Finding) bool { return f.Rule == "W25" }) {
		t.Error("the wrong checksum is not told")
	}
	if last := all[len(all)-1]; !strings.Contains(last.Found, "0 more errors, ") {
		t.Errorf("the last finding is %v, want how many more there are", last)
	}
}

// What is behind the end header is filled up to a block: an image that lacks a byte of that is not whole.
func TestVerifyCutFill(t *testing.T) {
	t.Parallel()
	image := write(t, example())
	if all := errorsIn(t, image[:len(image)-1]); len(all) != 1 || !strings.Contains(all[0].What, "cannot be read further") {
		t.Errorf("findings %v, want one: the image is cut", all)
	}
}

// A packed file must unpack, although a volatile one has no checksum.
func TestVerifyPacked(t *testing.T) {
	t.Parallel()
	image := write(t, example())
	const nameAt = 64
	header := image[bytes.Index(image, append([]byte(submit), 0))-nameAt:]
	header[2]++ // of the magic
	header[4], header[5] = 0, 0
	var sum uint16
	for _, b := range header[:int(header[0])*8] {
		sum += uint16(b) << (b & 7)
	}
	binary.LittleEndian.PutUint16(header[4:], sum)
	if all := errorsIn(t, image); len(all) != 1 || !strings.Contains(all[0].Found, "invalid packed data") {
		t.Errorf("findings %v, want one: the packed data is not", all)
	}
}

// A library path of a hundred thousand directories is looked through in no time, and told of in a line for each of a few.
func TestVerifyLongLibraryPath(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "xcoff", "testdata", "program64"))
	if err != nil {
		t.Fatal(err)
	}
	var dirs strings.Builder
	for i := range 100000 {
		fmt.Fprintf(&dirs, "lib%d:", i)
	}
	p := withProgram(t, func(string) string { return withLibraryPath(t, data, dirs.String()) })
	all := errorsIn(t, write(t, p))
	if len(all) == 0 || len(all) > 200 || !strings.Contains(all[0].What, "is relative") {
		t.Errorf("%d findings", len(all))
	}
}

// withLibraryPath gives a 64-bit program a library path of any length.
func withLibraryPath(t *testing.T, data []byte, path string) string {
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
func withImports(t *testing.T, data []byte, name string, symbols int) string {
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
