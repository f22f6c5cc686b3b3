package stage

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// object is an object file of nothing but a header, with a time or without.
func object(magic uint16, stamp uint32) []byte {
	text := make([]byte, 24)
	binary.BigEndian.PutUint16(text, magic)
	binary.BigEndian.PutUint32(text[4:], stamp)
	return text
}

// TestClearStamps takes GNU ar as the judge: what it wrote with stamps must become what it writes without.
func TestClearStamps(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, format string }{
		{"common", ""},
		{"AIX, 32 bit", "aixcoff-rs6000"},
		{"AIX, 64 bit", "aix5coff64-rs6000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stamped := archive(t, test.format, "U", 1795378651, 0o600)
			want := archive(t, test.format, "D", 0, 0o644)
			before, err := os.ReadFile(stamped)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(before, contents(t, want)) {
				t.Fatal("ar wrote no stamps: nothing is tested")
			}
			for range 2 { // the second time, nothing is left to do
				if err := clearStamps(stamped); err != nil {
					t.Fatal(err)
				}
				if got := contents(t, stamped); !bytes.Equal(got, contents(t, want)) {
					t.Errorf("cleared: %q\nwant: %q", got, contents(t, want))
				}
			}
		})
	}
}

// TestFieldsOfGNU: a program of GNU's linker leaves the stage with the fields that AIX's linker writes.
func TestFieldsOfGNU(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"program32", "program64"} {
		program := contents(t, filepath.Join("..", "..", "aix", "xcoff", "testdata", name))
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, program, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := clearStamps(file); err != nil {
			t.Fatal(err)
		}
		for what, b := range map[string][]byte{"before": program, "after": contents(t, file)} {
			f, err := xcoff.NewFile(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			if left := f.Corrections(); (left == nil) != (what == "after") {
				t.Errorf("%s, %s: to correct: %v", name, what, left)
			}
		}
	}
}

func contents(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// archive makes one, in the machine's own format when none is named.
func archive(t *testing.T, format, how string, stamp uint32, mode os.FileMode) string {
	t.Helper()
	ar, err := exec.LookPath("ar")
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	for name, text := range map[string][]byte{
		"a.o": object(0x1df, stamp), "a-rather-long-name.o": object(0x1f7, stamp), "text": []byte("odd"),
	} {
		if format == "" {
			text = []byte(name) // a common archive's members are not looked into
		}
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, text, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, time.Time{}, time.Unix(1795378651, 0)); err != nil {
			t.Fatal(err)
		}
	}
	argv := []string{"rcs" + how, "lib.a", "a.o", "text", "a-rather-long-name.o"}
	if format != "" {
		argv = append([]string{"--target=" + format}, argv...)
	}
	cmd := exec.Command(ar, argv...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("nvalid bfd target")) || bytes.Contains(out, []byte("nvalid option")) {
			t.Skipf("%v: %s; \"mage test\" installs one that can", cmd, out)
		}
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return filepath.Join(dir, "lib.a")
}

func TestClearStampsOfFiles(t *testing.T) {
	t.Parallel()
	header := func(fields ...any) string { return fmt.Sprintf("%-16s%-12s%-6s%-6s%-8s%-10s`\n", fields...) }
	member := func(date, size string) string { return header("a/", date, "7", "8", "100600", size) }
	big := func(first, last string) string {
		return bigMagic + strings.Repeat(fmt.Sprintf("%-20s", "0"), 3) + fmt.Sprintf("%-20s%-20s%-20s", first, last, "0")
	}
	bigMember := func(size, next, name string) string {
		return fmt.Sprintf("%-20s%-20s%-20s%-12s%-12s%-12s%-12s%-4s", size, next, "0", "0", "0", "0", "644", name)
	}
	for _, test := range []struct{ name, text, want, err string }{
		{"empty", "", "", ""},
		{"text", "#!/bin/sh\n1795378651\n", "#!/bin/sh\n1795378651\n", ""},
		{"program of 32 bits", string(object(0x1df, 1)), string(object(0x1df, 0)), ""},
		{"program of 64 bits", string(object(0x1f7, 1<<31)), string(object(0x1f7, 0)), ""},
		{"another program", string(object(0x7f45, 1)), string(object(0x7f45, 1)), ""},
		{"the shortest program", string(object(0x1df, 1)[:20]), string(object(0x1df, 0)[:20]), ""},
		{"a program's header cut off", string(object(0x1df, 1)[:19]), string(object(0x1df, 1)[:19]), ""},
		{"big archive, magic alone", bigMagic, "", "beyond the end of the file"},
		{"common archive, magic alone", commonMagic, commonMagic, ""},
		{"magic alone", "\x01\xdf\x00\x01time....", "\x01\xdf\x00\x01time....", ""},
		{"common archive", commonMagic + member("99", "3") + "odd\n", commonMagic + header("a/", "0", "0", "0", "644", "3") + "odd\n", ""},
		// As GNU ar writes the tables with U, and with D.
		{"common archive with tables", commonMagic + header("/", "99", "7", "8", "100600", "3") + "abc\n" + header("//", "", "", "", "", "4") + "x/\n\n" +
			member("99", "0"), commonMagic + header("/", "0", "0", "0", "0", "3") + "abc\n" + header("//", "", "", "", "", "4") + "x/\n\n" +
			header("a/", "0", "0", "0", "644", "0"), ""},
		{"common archive, header cut off", commonMagic + member("99", "3")[:59], "", "beyond the end of the file"},
		{"common archive, data cut off", commonMagic + member("99", "3") + "od", "", "the file ends before"},
		{"common archive, size of letters", commonMagic + member("99", "x") + "odd\n", "", "want a number"},
		{"common archive, negative size", commonMagic + member("99", "-60") + "odd\n", "", "want a number"},
		{"big archive without members", big("0", "0"), big("0", "0"), ""},
		{"big archive, header cut off", big("0", "0")[:127], "", "beyond the end of the file"},
		{"big archive, member beyond the end", big("128", "128"), "", "beyond the end of the file"},
		{"big archive, far beyond the end", big("9223372036854775807", "0"), "", "beyond the end of the file"},
		{"big archive, data cut off", big("128", "128") + bigMember("9223372036854775807", "0", "1") + "a", "", "the file ends before"},
		{"big archive, a byte is cut off", big("128", "128") + bigMember("24", "0", "2") + "a.`\n" + string(object(0x1df, 1)[1:]), "", "the file ends before"},
		{"big archive, members in a ring", big("128", "1") + bigMember("0", "128", "0") + "`\n", "", "no end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "file")
			if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
				t.Fatal(err)
			}
			err := clearStamps(file)
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Fatalf("clearStamps: %v, want error %q", err, test.err)
			}
			if got := contents(t, file); err == nil && string(got) != test.want {
				t.Errorf("cleared: %q\nwant: %q", got, test.want)
			}
		})
	}
}

func FuzzClearStamps(f *testing.F) {
	f.Add(object(0x1df, 1))
	f.Add([]byte(commonMagic + fmt.Sprintf("%-16s%-12s%-6s%-6s%-8s%-10s`\n", "a/", "1", "2", "3", "644", "2") + "ab"))
	f.Add([]byte(bigMagic + fmt.Sprintf("%-20s%-20s%-20s%-20s%-20s%-20s", "0", "0", "0", "128", "128", "0") +
		fmt.Sprintf("%-20s%-20s%-20s%-12s%-12s%-12s%-12s%-4s", "24", "0", "0", "1", "2", "3", "644", "2") + "a.`\n" + string(object(0x1f7, 1))))
	file := filepath.Join(f.TempDir(), "file")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := clearStamps(file); err != nil {
			return
		}
		once := contents(t, file)
		if len(once) != len(text) {
			t.Fatalf("the file had %d bytes and has %d", len(text), len(once))
		}
		if err := clearStamps(file); err == nil && !bytes.Equal(contents(t, file), once) {
			t.Error("clearing a second time changes the file again")
		}
	})
}
