package installp

import (
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
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
