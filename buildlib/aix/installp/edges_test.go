package installp

import (
	"bytes"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

func TestBadName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxName)
	for _, name := range []string{"az", "AZ", "09", "a_", "a.b-c+", long} {
		if reason := BadName(name, isNameByte); reason != "" {
			t.Errorf("%s: %s", name, reason)
		}
	}
	for _, name := range []string{"", "a", long + "x", ".a", "-a", "+a", "a/", "a:", "a@", "a[", "a`", "a{"} {
		if BadName(name, isNameByte) == "" {
			t.Errorf("%s is taken", name)
		}
	}
	if got, want := BadName(long+"x", isNameByte), "has 145 bytes, the limit is 144"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// The first column of ls -l, and the line of a member.
func TestMemberLine(t *testing.T) {
	t.Parallel()
	for mode, want := range map[uint32]string{
		bff.TypeDir | 0o755: "drwxr-xr-x", bff.TypeRegular | 0o640: "-rw-r-----", bff.TypeSymlink | 0o777: "lrwxrwxrwx", bff.TypeFIFO | 0o600: "prw-------",
		bff.TypeChar | 0o222: "c-w--w--w-", bff.TypeMPX | 0o111: "c--x--x--x", bff.TypeBlock | 0o400: "br--------", bff.TypeSocket: "s---------",
		0o644: "?rw-r--r--", 1<<16 | 0o644: "?rw-r--r--", bff.TypeRegular | 0o7777: "-rwsrwsrwt", bff.TypeRegular | 0o7000: "---S--S--T", bff.TypeRegular | 0o4751: "-rwsr-x--x",
	} {
		if got := ModeString(mode); got != want {
			t.Errorf("%o is %s, want %s", mode, got, want)
		}
	}
	for want, m := range map[string]Member{
		"-rw-r--r--     0   200       1234 2001-09-09 01:46:40 ./a": {Header: bff.Header{Name: "./a", Mode: bff.TypeRegular | 0o644, GID: 200, Size: 1234}},
		"-rw-r--r-- 123456     7          0 2001-09-09 01:46:40 b":  {Header: bff.Header{Name: "./b", Mode: bff.TypeRegular | 0o644, UID: 123456, GID: 7}, Stored: "b"},
		"crw-rw-rw-     0     0        2,7 2001-09-09 01:46:40 ./c": {Header: bff.Header{Name: "./c", Mode: bff.TypeChar | 0o666}, Special: bff.Special{Major: 2, Minor: 7}},
		"br--------     0     0        2,7 2001-09-09 01:46:40 ./d": {Header: bff.Header{Name: "./d", Mode: bff.TypeBlock | 0o400}, Special: bff.Special{Major: 2, Minor: 7}},
	} {
		m.ModTime = time.Unix(1e9, 0)
		if got := m.String(); got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

func TestMemberName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"./a/b": "./a/b", "a": "./a", "/a": "./a", "//a": "./a", ".//a": "./a", "././a": "./a", "/./a": "./a", "": "./", ".": "./", "./": "./", "./.": "./.",
		".a": "./.a", "/": "./", "/.": "./", "..": "./..", "./../a": "./../a", "/.//./a": "./a",
	} {
		if got := MemberName(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

// The level as it is written, as far as it is one.
func TestShownLevel(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"01.02.0003.0004": "1.2.3.4", "1.2.3.4.IX1": "1.2.3.4.IX1", "1.2.3.4.5.6": "1.2.3.4.5.6", "what": "what", "0.0.0.0": "0.0.0.0", "": "0.0.0.0"} {
		f := &Info{LevelText: text}
		plain, _ := cutLevel(text)
		f.Level, _ = vrmf.Parse(plain) // zero where it is none
		if got := f.ShownLevel(); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}

// What a library should be is what we pack of its control files.
func TestDiffers(t *testing.T) {
	t.Parallel()
	when := time.Unix(1e9, 0)
	files := []ControlFile{
		{Name: "a.b.config", Mode: 0o755, Text: strings.Repeat("x\n", 20<<10)}, {Name: "a.b.inventory", Mode: 0o644, Text: "y\n"}, {Name: "a.b.pre_i", Mode: 0o755, Text: "z"},
		{Name: "a.b.unconfig_u", Mode: 0o755}, {Name: "lpp.x", Mode: 0o644, Text: "odd"},
	}
	whole, err := PackLibrary(slices.Clone(files), when)
	if err != nil {
		t.Fatal(err)
	}
	differs := func(data []byte, modified time.Time) int64 {
		l := &Library{archive: io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))}
		return l.Differs(modified)
	}
	if at := differs(whole, when); at != -1 {
		t.Errorf("our own differs at %d", at)
	}
	for _, at := range []int{bytes.Index(whole, []byte("x\n")), bytes.Index(whole, []byte("y\n")), bytes.LastIndex(whole, []byte("x\n"))} {
		// The text is what it says it is; only what is around it can be otherwise.
		other := slices.Clone(whole)
		other[at] = 'w'
		if got := differs(other, when); got != -1 {
			t.Errorf("another text differs at %d", got)
		}
	}
	if got := differs(append(slices.Clone(whole), 0), when); got != int64(len(whole)) {
		t.Errorf("a byte more: it differs at %d, want %d", got, len(whole))
	}
	if got := differs(whole[:len(whole)/2], when); got != -1 {
		t.Errorf("half of it differs at %d, and cannot be read", got)
	}
	if got := differs(bytes.ReplaceAll(whole, []byte("a.b.pre_i"), []byte("a b.pre_i")), when); got != -1 {
		t.Errorf("with a name that we do not write it differs at %d", got)
	}
	if got, want := differs(whole, when.Add(time.Second)), int64(bytes.Index(whole, []byte("1000000000"))+9); got != want {
		t.Errorf("another time: it differs at %d, want %d", got, want)
	}
	for i, name := range []string{"config", "inventory", "unconfig_u"} {
		changed := slices.Clone(files)
		at := slices.IndexFunc(changed, func(f ControlFile) bool { return strings.HasSuffix(f.Name, name) })
		changed[at].Mode ^= 0o111
		other, err := PackLibrary(changed, when)
		if err != nil {
			t.Fatal(err)
		}
		want := int64(-1)
		for at := range whole {
			if whole[at] != other[at] {
				want = int64(at)
				break
			}
		}
		if got := differs(other, when); got != want {
			t.Errorf("%d: another mode of %s: it differs at %d, want %d", i, name, got, want)
		}
		// What stands before a name that we do not write is compared all the same.
		if name == "unconfig_u" {
			want = -1
		}
		if got := differs(bytes.ReplaceAll(other, []byte("a.b.pre_i"), []byte("a.b.pre i")), when); got != want {
			t.Errorf("%d: another mode of %s, and a name that we do not write: it differs at %d, want %d", i, name, got, want)
		}
	}
}

// A file of no bytes takes no space, so its directory gets no line.
func TestSizes(t *testing.T) {
	t.Parallel()
	lines := map[string]int64{}
	for _, size := range []int64{0, 1, 4096, 4097} {
		AddSize(lines, "/a"+strings.Repeat("x", int(size/4096))+"/f"+strings.Repeat("y", int(size)%4096), false, size)
	}
	AddSize(lines, "/b/none", false, 0)
	AddSize(lines, "/c", true, 0)
	if want := map[string]int64{"/a": 8, "/ax": 24, "/c": 8}; !maps.Equal(lines, want) {
		t.Errorf("lines %v, want %v", lines, want)
	}
}

// One damage can make every line wrong: not all are told.
func TestProblemsHaveAnEnd(t *testing.T) {
	t.Parallel()
	var problems []string
	parseInventory(strings.Repeat("\tx = y\n", 2*MaxProblems), told(&problems))
	if n := len(problems); n != MaxProblems+2 || !strings.HasPrefix(problems[n-1], "102: ") {
		t.Errorf("%d problems, the last %q", n, problems[n-1])
	}
	if enough := strings.Repeat("x", 400); Shorten(enough) != enough || Shorten(enough+"x") != enough+"..." {
		t.Error("Shorten does not cut behind 400 bytes")
	}
}

// Sections behind those that are known of are not kept.
func TestParseLppNameSections(t *testing.T) {
	t.Parallel()
	var problems []string
	image := parseLppName(lppNameOf(strings.Repeat("*prereq a.b\n%\n", 2)+strings.Repeat("x\n%\n", maxSections)), told(&problems))
	if got := len(image.Filesets[0].Rest); got != maxSections-4 {
		t.Errorf("%d other sections, told %q", got, problems)
	}
}

// An NFS4 access list is a member with text; what is none is named.
func TestNFS4(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("s:(OWNER@): a r\n", 4096)
	for text, want := range map[string][]string{
		"*\n* Owner: root\n\n s:(OWNER@):\ta\trwpRWxDaAdcCs\t\n*x\nu:7: d rw": {"NFS4 s:(OWNER@): a rwpRWxDaAdcCs", "NFS4 u:7: d rw"},
		"* nothing\n": {"an NFS4 access list of 10 bytes"},
		"":            {"an NFS4 access list of 0 bytes"},
		"s: a \x80\n": {"an NFS4 access list of 7 bytes"},
		"s: a \x1b\n": {"an NFS4 access list of 7 bytes"},
		"s: a~b |\n":  {"NFS4 s: a~b |"},
		"s: a\x7f\n":  {"an NFS4 access list of 6 bytes"},
		long + " ":    {"an NFS4 access list of 65537 bytes"},
	} {
		m := &Member{Header: bff.Header{Size: int64(len(text))}}
		if got := nfs4(m, strings.NewReader(text)); !slices.Equal(got, want) {
			t.Errorf("%.40q: %q, want %q", text, got, want)
		}
	}
	if got := nfs4(&Member{Header: bff.Header{Size: int64(len(long))}}, strings.NewReader(long)); len(got) != 4096 {
		t.Errorf("of 64 KiB there are %d entries", len(got))
	}
	if got := nfs4(&Member{Header: bff.Header{Size: 9}}, iotest.ErrReader(io.ErrUnexpectedEOF)); !slices.Equal(got, []string{"an NFS4 access list of 9 bytes"}) {
		t.Errorf("what cannot be read: %q", got)
	}
}

// What is wrong in one place does not hide what follows.
func TestParseLppNameGoesOn(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"*prereq c.d\n%\n]\n": "*prereq c.d", "[\n{\n*prereq c.d\n%\n]\n": "*prereq c.d", "[\n[\n*prereq c.d\n%\n]\n": "*prereq c.d",
	} {
		var problems []string
		image := parseLppName("4 R I a.b {\na.b 1.2.3.4 01 N U en_US T\n"+text+"}\n", told(&problems))
		if len(image.Filesets) != 1 || strings.Join(image.Filesets[0].Requisites, ";") != want || len(problems) != 1 {
			t.Errorf("%q: %+v, told %q", text, image.Filesets, problems)
		}
	}
	size := parseSizes("what it is\n", told(new([]string)))[0]
	if !size.Unknown || size.String() != "what it is" || size.Line != 1 {
		t.Errorf("%+v", size)
	}
}
