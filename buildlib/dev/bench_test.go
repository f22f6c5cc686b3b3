package dev

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

func TestMeasured(t *testing.T) {
	t.Parallel()
	m := &Measured{Release: "8.17.1.9", Jobs: 2, Compiler: "gcc 12.2.0", Rows: []Row{
		{What: "from nothing", Them: "sh ./Build", Us: "sendmail-aix", Theirs: 61.234, Ours: 30.617, Unit: "s", Ratio: 2},
		{What: "once more", Them: "sh ./Build", Us: "sendmail-aix", Theirs: 5, Ours: 0.1, Unit: "s", Ratio: 50},
		{What: "by mage", Them: "sh ./Build", Us: "mage build", Theirs: 5, Ours: 0.5, Unit: "s", Ratio: 10},
		{What: "12 patches", Them: "GNU patch", Us: "mage patch", Theirs: 71.5, Ours: 12.25, Unit: "ms", Ratio: 5.84},
		{What: "1 GiB", Them: "GNU tar", Us: "image", Theirs: 900, Ours: 1000.4, Unit: "MB/s", Ratio: 1.11, Memory: 12.4},
	}}
	const want = `sendmail 8.17.1.9, 2 jobs, gcc 12.2.0
               sh ./Build sendmail-aix    ratio
from nothing      61.23 s      30.62 s     2.00
once more          5.00 s       0.10 s    50.00
               sh ./Build   mage build    ratio
by mage            5.00 s       0.50 s    10.00
                GNU patch   mage patch    ratio
12 patches       71.50 ms     12.25 ms     5.84
                  GNU tar        image    ratio
1 GiB            900 MB/s    1000 MB/s     1.11  in 12 MB of memory
`
	var b strings.Builder
	if err := m.WriteText(&b); err != nil || b.String() != want {
		t.Errorf("WriteText() = %v (-want +got):\n%s", err, cmp.Diff(want, b.String()))
	}
}

func TestParseMarks(t *testing.T) {
	t.Parallel()
	const out = `goos: linux
BenchmarkPeers/list/of-9-GiB-2         	       5	   2034567 ns/op	        18.50 MB-memory	         3.100 ms-ours	         2.000 ms-theirs
BenchmarkTree-2 	 5	 1 ns/op	 900 MB/s
PASS
ok  	buildlib/imagetool	84.051s
`
	got := parseMarks(out)
	if len(got) != 2 || got[0].name != "list of 9 GiB" || got[0].metrics["ms-ours"] != 3.1 || got[0].metrics["MB-memory"] != 18.5 || got[1].metrics["MB/s"] != 900 {
		t.Errorf("parseMarks() = %v", got)
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	var cpu float64
	s := newSplit(func() float64 { return cpu })
	for _, text := range []string{
		"installing m4\n$ apt-get install", " -y m4\nUnpacking linker for AIX\n", `level=info msg="unpacking the linker for AIX" step=cross` + "\n",
		`level=info msg="configuring the linker for AIX" step=cross` + "\nlevel=info msg=done step=patch\ninstalling qemu-user\n", "level=info msg=run step=compile\n",
		`level=info msg="running the sendmail in the image" step=proof` + "\nrelease 8.17.1.9\n",
	} {
		cpu++
		if n, err := s.Write([]byte(text)); n != len(text) || err != nil {
			t.Errorf("Write(%q) = %d, %v", text, n, err)
		}
	}
	cpu += 10
	names, parts, whole := s.parts()
	got := map[string]float64{"whole": whole.cpu}
	for name, c := range parts {
		got[name] = c.cpu
	}
	if diff := cmp.Diff([]string{"compiling mage", "apt", "linker", "build", "proof"}, names); diff != "" {
		t.Errorf("phases (-want +got):\n%s", diff)
	}
	// The fourth text begins three phases at once: the last of them, apt, has what came until the fifth.
	if diff := cmp.Diff(map[string]float64{"whole": 16, "compiling mage": 1, "apt": 2 + 1, "linker": 1, "build": 1, "proof": 10}, got); diff != "" {
		t.Errorf("processors' time (-want +got):\n%s", diff)
	}
}

// Process 10 has waited for 3 s of others; 11 runs below it, and 12 below that; 13 is somebody else's.
func TestOfDescendants(t *testing.T) {
	t.Parallel()
	proc := t.TempDir()
	for pid, text := range map[string]string{
		"10": "10 (bench) S 1 0 0 0 -1 0 0 0 0 0 5000 5000 200 100 20 0 1",
		"11": "11 (a) b (c) S 10 0 0 0 -1 0 0 0 0 0 10 20 30 40 20 0 1",
		"12": "12 (cc1) R 11 0 0 0 -1 0 0 0 0 0 1000 0 0 0 20 0 1",
		"13": "13 (other) R 1 0 0 0 -1 0 0 0 0 0 9999 9999 9999 9999 20 0 1",
	} {
		if err := errors.Join(os.Mkdir(filepath.Join(proc, pid), 0o755), os.WriteFile(filepath.Join(proc, pid, "stat"), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if got := ofDescendants(proc, 10); got != 3+1+10 {
		t.Errorf("ofDescendants = %v, want 14", got)
	}
}

func TestCanFirst(t *testing.T) {
	t.Parallel()
	b := &bench{Checkout: &checkout.Checkout{Machine: host.NewLocal([]string{"PATH=" + t.TempDir()})}}
	if err := b.canFirst(t.Context()); fault.Code(err) != "bench-first" || !strings.Contains(err.Error(), "the program debootstrap") {
		t.Errorf("canFirst = %v, want fault bench-first that names debootstrap", err)
	}
}

// TestHas asks for values of a benchmark: a ratio of one that is not there would be none.
func TestHas(t *testing.T) {
	t.Parallel()
	m := marks{"verify", map[string]float64{"ms-ours": 4.5, "ms-theirs": 0}}
	if err := m.has("ms-ours"); err != nil {
		t.Error(err)
	}
	for _, unit := range []string{"ms-theirs", "x-tar"} {
		if err := m.has("ms-ours", unit); err == nil || !strings.Contains(err.Error(), unit) {
			t.Errorf("a lack of %s gives %v", unit, err)
		}
	}
}
