package rehearsal

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// A symbolic link among the members becomes one, whether the inventory has it, too, or not.
func TestRestoreLink(t *testing.T) {
	t.Parallel()
	var image bytes.Buffer
	w := bff.NewWriter(&image, time.Unix(1443657600, 0))
	if err := w.WriteHeader(&bff.Header{Name: "./opt/link", Mode: bff.TypeRegular | 0o777, Size: 8}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte("sendmail")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	// The Writer makes none: another mode, and no security block.
	data := image.Bytes()
	start := bytes.Index(data, []byte("./opt/link")) - 64
	end := start + int(data[start])*8
	binary.LittleEndian.PutUint16(data[start+12:], bff.TypeSymlink|0o777)
	data[start+4], data[start+5] = 0, 0
	var sum uint16
	for _, c := range data[start:end] {
		sum += uint16(c) << (c & 7)
	}
	binary.LittleEndian.PutUint16(data[start+4:], sum)
	m := &preview.Media{File: filepath.Join(t.TempDir(), "link.I")}
	if err := os.WriteFile(m.File, slices.Concat(data[:end], data[end+40:]), 0o644); err != nil {
		t.Fatal(err)
	}
	s := newTheatre(t, "dash")
	if count, err := m.Restore(t.Context(), s.Box, []string{"./opt/link"}); count != 1 || err != nil {
		t.Fatalf("Restore = %d, %v", count, err)
	}
	if target, err := os.Readlink(s.Root() + "/opt/link"); target != "sendmail" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
}

// A fileset of many is installed with as much work as one of few. The measure is what is allocated, which is the same on a slow
// machine; so this does not run along with other tests.
func TestManyFilesets(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	few, many := effort(t, 5), effort(t, 40)
	if many > 2*few {
		t.Errorf("%d allocations for each of 40 filesets, %d for each of 5", many, few)
	}
}

// effort is the number of allocations for each fileset, when a package of n is installed.
func effort(t *testing.T, n int) uint64 {
	t.Helper()
	p := &installp.Package{Name: "many", Level: parseLevel(t, "1.0.0.0"), Time: time.Unix(1443657600, 0)}
	for i := range n {
		dir := fmt.Sprintf("/opt/many%d", i)
		p.Filesets = append(p.Filesets, installp.Fileset{
			Name: fmt.Sprintf("many.n%d", i), Text: "One of many", Copyright: "Nobody's.\n",
			Files: []installp.File{directory(dir, 0o755, "root", "system"), file(dir+"/file", 0o444, "root", "system", "text\n")},
		})
	}
	m, s := media(t, p), newTheatre(t, "dash")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := s.Apply(t.Context(), m, preview.Options{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / uint64(n)
}
