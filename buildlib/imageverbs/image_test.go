package imageverbs

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/command"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
)

var update = flag.Bool("update", false, "write the golden files anew")

// demo is an image of a small package.
func demo(t *testing.T, fix int) []byte {
	t.Helper()
	script := "#!/usr/bin/ksh\nexit 0\n"
	p := &installp.Package{Name: "demo", Level: vrmf.Level{Version: 1, Fix: fix}, Time: time.Unix(1e9, 0), Filesets: []installp.Fileset{{
		Name: "demo.rte", Text: "A demonstration", Copyright: "Ours.\n", Requisites: []string{"*prereq bos.rte 7.1.0.0"},
		Usr: installp.Scripts{installp.PreI: script}, Root: installp.Scripts{installp.Config: script},
		Files: []installp.File{
			{Path: "/opt/demo", Type: installp.Directory, Mode: 0o755, Owner: "root", Group: "system"},
			{Path: "/etc/demo", Type: installp.Directory, Mode: 0o750, Owner: "root", Group: "system"},
		},
	}}}
	var b bytes.Buffer
	if err := write.Image(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// program is one of XCOFF that imports what AIX 7.1 lacks.
func program(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("../aix/xcoff/testdata/program64")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(b, []byte("res_querydomain"), []byte("getlocalename_l"))
}

// files makes a directory of files.
func files(t *testing.T, contents map[string][]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, content := range contents {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, content, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestAiximage is each verb of the command with its statuses. The documents are in testdata; a person sees what the scripts show.
func TestAiximage(t *testing.T) {
	t.Parallel()
	image := demo(t, 0)
	dir := files(t, map[string][]byte{
		"a.I": image, "b.I": demo(t, 1), "cut.I": image[:len(image)/2], "text": []byte("no image\n"), "images/a.I": image, "images/b.I": demo(t, 1),
		"images/README": nil, "empty/README": nil, "a.I.sha256": []byte("0"), "program": program(t), "gzip": []byte("\x1f\x8b\x08"), "cut.a": []byte("<bigaf>\n"),
	})
	for _, test := range []struct {
		golden, words string
		in            []byte
		status        int
	}{
		{"list", "list DIR/a.I", nil, 0},
		{"list_text", "list DIR/text", nil, 2},
		{"verify", "verify DIR/images", nil, 0},
		{"verify_stdin", "verify -", image, 0},
		{"verify_digest", "verify DIR/a.I", nil, 1},
		{"verify_cut", "verify DIR/cut.I", nil, 1},
		{"verify_text", "verify DIR/text", nil, 2},
		{"verify_absent", "verify DIR/absent.I", nil, 2},
		{"diff_same", "diff - DIR/a.I", image, 0},
		{"diff", "diff DIR/a.I DIR/b.I", nil, 1},
		{"diff_text", "diff DIR/a.I DIR/text", nil, 2},
		{"inspect", "inspect DIR/program", nil, 0},
		{"inspect_level", "inspect -level=aix7.1 DIR/program", nil, 1},
		{"inspect_against", "inspect -against=DIR/empty DIR/program", nil, 1},
		{"inspect_gzip", "inspect DIR/gzip", nil, 2},
		{"inspect_cut", "inspect DIR/cut.a", nil, 2},
		{"inspect_none", "inspect DIR/a.I", nil, 2},
		{"inspect_word", "inspect -level=seven DIR/program", nil, 2},
		{"extract", "extract DIR/a.I DIR/out", nil, 0},
		{"extract_again", "extract DIR/a.I DIR/images", nil, 2},
		{"toc", "toc DIR/images", nil, 0},
		{"toc_empty", "toc DIR/empty", nil, 2},
		{"rehearse_directory", "rehearse -dir=DIR/images DIR/a.I", nil, 2},
		{"rehearse_order", "rehearse DIR/b.I DIR/a.I", nil, 2},
	} {
		t.Run(test.golden, func(t *testing.T) {
			t.Parallel()
			same(t, "image_"+test.golden, dir, told(t, dir, test.words, test.in, test.status))
		})
	}
}

// told gives the document that the command writes.
func told(t *testing.T, dir, words string, in []byte, want int) string {
	t.Helper()
	var out, problems bytes.Buffer
	p := &command.Process{Environ: os.Environ(), In: bytes.NewReader(in), Out: &out, Err: &problems}
	line := strings.Fields("-output=json " + strings.ReplaceAll(words, "DIR", dir))
	if status := aiximage.Main(t.Context(), p, line); status != want {
		t.Errorf("aiximage %s: status %d, want %d\n%s", words, status, want, &problems)
	}
	return out.String()
}

// same holds a document to a golden file.
func same(t *testing.T, golden, dir, got string) {
	t.Helper()
	golden, got = filepath.Join("testdata", golden+".json"), strings.ReplaceAll(got, dir, "DIR")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s, -want +got:\n%s", golden, diff)
	}
}

// TestRehearse is the life of a package as a document.
func TestRehearse(t *testing.T) {
	t.Parallel()
	for _, shell := range box.Shells {
		if _, err := exec.LookPath(shell); err != nil {
			t.Skip(err)
		}
	}
	dir := files(t, map[string][]byte{"a.I": demo(t, 0)})
	got := told(t, dir, "rehearse -trust -dir=DIR/box DIR/a.I", nil, 0)
	if strings.Contains(got, `"reach":`) {
		t.Skip("this machine has no namespaces")
	}
	const output = `("output": ").+"` // which the tests of rehearsal hold to what it should be
	same(t, "image_rehearse", dir, regexp.MustCompile(output).ReplaceAllString(got, `$1..."`))
}

// Names in an image that look like lines of ours, or that a terminal would obey, are spelled out; those of other languages are not.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.bff")
	hostile := []string{"/.x\n" + file + ": 0 errors, 0 notes", "./C1 \x9b2J \u009b2J \x1b[2J", "./\u202etxt", "./名前"}
	var archive bytes.Buffer
	w := bff.NewWriter(&archive, time.Unix(0, 0))
	plain := func(i int) string { return "./" + strings.Repeat(string(rune('a'+i)), len(hostile[i])-2) }
	for i := range hostile {
		if err := w.WriteHeader(&bff.Header{Name: plain(i), Mode: bff.TypeDir | 0o755}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for i, name := range hostile {
		forge(archive.Bytes(), plain(i), name)
	}
	if err := os.WriteFile(file, archive.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for verb, words := range map[string][]string{"list": {file}, "verify": {file}, "extract": {file, filepath.Join(dir, "out")}} {
		var out bytes.Buffer
		aiximage.Main(t.Context(), &command.Process{Out: &out, Err: &out}, append([]string{verb}, words...))
		text := out.String()
		if strings.Contains(text, "\n"+file+": 0 errors, 0 notes\n") && verb != "verify" || strings.Count(text, "\n"+file+":") > 1 {
			t.Errorf("%s shows a line that only the image has:\n%s", verb, text)
		}
		if strings.ContainsAny(text, "\x1b\u009b\u202e") || strings.Contains(text, "\x9b") || !utf8.ValidString(text) {
			t.Errorf("%s shows %q", verb, text)
		}
		if verb == "list" && (!strings.Contains(text, " ./名前\n") || !strings.Contains(text, ` /.x\x0a`+file)) {
			t.Errorf("%s shows %s", verb, text)
		}
	}
}

// forge changes the name of a member, which a Writer would not write, and the checksum of its header.
func forge(image []byte, from, to string) {
	sum := func(text string) (n uint16) {
		for _, c := range []byte(text) {
			n += uint16(c) << (c & 7)
		}
		return n
	}
	const nameFixed, offChecksum = 64, 4 // of a member's header: docs/formats.md
	header := image[bytes.Index(image, []byte(from))-nameFixed:]
	checksum := header[offChecksum:]
	binary.LittleEndian.PutUint16(checksum, binary.LittleEndian.Uint16(checksum)-sum(from)+sum(to))
	copy(header[nameFixed:], to)
}
