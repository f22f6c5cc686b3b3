package record

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

func sample() *Record {
	return &Record{
		Image: "sendmail.8.15.2.1.I", SHA256: strings.Repeat("0a", 32), Time: time.Date(2015, 7, 3, 0, 0, 0, 0, time.UTC),
		Settings: map[string]string{"release": "8.15.2", "with": "sasl,starttls", "compiler": ""},
		Inputs:   map[string]string{"patches/8.15.2/series": strings.Repeat("1", 64), "source": strings.Repeat("2", 64)},
		Tools:    map[string]string{"compiler": `gcc "12.2.0"`, "m4": "m4 (GNU M4) 1.4.19"},
		Files:    map[string]string{"/opt/sendmail/sbin/sendmail": strings.Repeat("3", 64)},
	}
}

func TestMarshal(t *testing.T) {
	text, err := sample().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	again, err := sample().Marshal()
	if err != nil || string(text) != string(again) {
		t.Errorf("Marshal() twice gave different texts, error %v:\n%s\n%s", err, text, again)
	}
	want := sample()
	want.Format = format
	got, err := Parse(text)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Parse(Marshal()) error %v (-want +got):\n%s", err, diff)
	}
	if i, j := strings.Index(string(text), "compiler = ''"), strings.Index(string(text), "release = "); i < 0 || j < i {
		t.Errorf("settings are not sorted:\n%s", text)
	}
}

// TestCompare: what decided comes before what came out, and a record that says nothing of the machine is not held against one that does.
func TestCompare(t *testing.T) {
	put := func(edit func(*Record)) string {
		r := sample()
		r.Machine, r.Sysroot = map[string]string{"system": "Linux 6"}, map[string]string{"usr/include": strings.Repeat("4", 64)}
		edit(r)
		text, err := r.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "x.record.toml")
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	first := put(func(*Record) {})
	for name, test := range map[string]struct {
		edit func(*Record)
		want string
	}{
		"the same": {func(*Record) {}, ""},
		"all": {func(r *Record) {
			r.Settings["with"], r.Inputs["source"], r.Tools["m4"], r.Machine["system"] = "none", strings.Repeat("5", 64), "m4 2", "Linux 7"
			r.Sysroot["usr/include"], r.SHA256, r.Files["/opt/sendmail/sbin/sendmail"] = strings.Repeat("6", 64), strings.Repeat("0b", 32), strings.Repeat("7", 64)
			r.Signed = &Signed{SHA256: strings.Repeat("0c", 32)}
		}, `setting with changed from sasl,starttls to none
input source changed from 222222222222 to 555555555555
tool m4 changed from m4 (GNU M4) 1.4.19 to m4 2
machine system changed from Linux 6 to Linux 7
sysroot usr/include changed from 444444444444 to 666666666666
image sha256 changed from 0a0a0a0a0a0a to 0b0b0b0b0b0b
image signed is new: 0c0c0c0c0c0c
file /opt/sendmail/sbin/sendmail changed from 333333333333 to 777777777777
`},
		"an older record": {func(r *Record) { r.Machine, r.Sysroot = nil, nil }, ""},
	} {
		d, err := Compare(first, put(test.edit))
		if d == nil || (fault.Code(err) == "record-differs") != (test.want != "") {
			t.Errorf("%s: Compare() = %v, %v", name, d, err)
			continue
		}
		var b strings.Builder
		if err := d.WriteText(&b); err != nil || b.String() != test.want {
			t.Errorf("%s: %v, %s\nwant %s", name, err, &b, test.want)
		}
	}
	if _, err := Compare(first, "none"); fault.Code(err) != "record-unreadable" {
		t.Errorf("Compare(none) = %v", err)
	}
}

func TestLoadRefuses(t *testing.T) {
	good, err := sample().Marshal()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, old, new, code, message string }{
		{"unknown key", "image = ", "immage = 'x'\nimage = ", "record-damaged", "immage"},
		{"no toml", "image = ", "image : ", "record-damaged", "line "},
		{"later format", "format = 1", "format = 2", "record-damaged", "format 2"},
		{"path as a name", "sendmail.8.15.2.1.I", "../sendmail.8.15.2.1.I", "record-damaged", "not a file name"},
		{"short hash", strings.Repeat("0a", 32), "0a", "record-damaged", "64 hexadecimal digits"},
		{"no time", "time = 2015-07-03T00:00:00Z\n", "", "record-damaged", "time is missing"},
		{"no time zone", "00:00:00Z", "00:00:00", "record-damaged", "time zone"},
		{"short hash of the signed copy", "[files]", "[signed]\nsha256 = 'x'\nkey = ''\n[files]", "record-damaged", "signed.sha256"},
		{"cut off", "[settings]", "[tools.x]", "record-damaged", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			bad := strings.Replace(string(good), test.old, test.new, 1)
			if bad == string(good) {
				t.Fatalf("%q is not in the record", test.old)
			}
			file := filepath.Join(t.TempDir(), "x.record.toml")
			if err := os.WriteFile(file, []byte(bad), 0o644); err != nil {
				t.Fatal(err)
			}
			_, err := Load(file)
			if fault.Code(err) != test.code || !strings.Contains(err.Error(), test.message) {
				t.Errorf("Load() = %v, want a %s fault with %q", err, test.code, test.message)
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent")); fault.Code(err) != "record-unreadable" {
		t.Errorf("Load(absent) = %v, want a record-unreadable fault", err)
	}
}

func FuzzParse(f *testing.F) {
	good, err := sample().Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("format = 1\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := Parse(text)
		if err != nil {
			return
		}
		again, err := r.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := Parse(again); err != nil || !cmp.Equal(r, back) {
			t.Errorf("Parse(Marshal(%v)) = %v, %v", r, back, err)
		}
	})
}
