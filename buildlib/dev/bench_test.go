package dev

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
