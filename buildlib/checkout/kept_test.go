package checkout

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
)

func TestKept(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	entry := func(what, path string, size int64, needed, old, removed bool) KeptEntry {
		return KeptEntry{What: what, Entry: cache.Entry{Path: path, Size: size, Used: day, Needed: needed, Old: old}, Removed: removed}
	}
	recent := entry("loader", "emulate/loader-2", 999, false, false, false)
	recent.Used = time.Now()
	for name, test := range map[string]struct {
		v    *Kept
		want string
	}{
		"nothing": {&Kept{Directory: "/c"}, "/c: 0 B\n"},
		"all kinds": {&Kept{Directory: "/c", Size: 28_100_000, Entries: []KeptEntry{
			entry("toolchain", "cross/a-1", 1_000_000, true, false, false),
			entry("toolchain", "cross/a-2", 2_000_000, false, true, false),
			entry("toolchain", "cross/a-3", 3_000_000, false, true, false),
			entry("toolchain", "cross/a-4", 4_000_000, false, false, true),
			entry("unknown", "mine/letter\n", 1500, false, false, false),
		}}, `/c: 28.1 MB

size    last used               what       where
1.0 MB  2026-01-02  needed      toolchain  cross/a-1
5.0 MB  2026-01-02  old         toolchain  2 in cross
4.0 MB  2026-01-02  removed     toolchain  cross/a-4
2 kB    2026-01-02  not ours    unknown    mine/letter\x0a

5.0 MB is old: nothing here needs it, and nothing used it for a day. "mage clean:cache -remove=true" removes it.
`},
		"recent": {&Kept{Directory: "/c", Entries: []KeptEntry{recent}}, "/c: 0 B\n\nsize   last used           what    where\n999 B  " +
			recent.Used.UTC().Format(time.DateOnly) + "  recent  loader  emulate/loader-2\n"},
	} {
		var b strings.Builder
		err := test.v.WriteText(&b)

		if diff := cmp.Diff(squeezed(test.want), squeezed(b.String())); diff != "" || err != nil {
			t.Errorf("%s: %v, -want +got\n%s", name, err, diff)
		}
	}
}

// squeezed leaves the width of columns out of the account.
func squeezed(table string) []string {
	var lines []string
	for line := range strings.Lines(table) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}

func TestWhatIs(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"sha256/0123.sig":           "signature",
		"sha256/0123":               "source",
		"address/0123":              "what an address had",
		"part/0123-4567.validator":  "unfinished download",
		"cross/binutils-01":         "linker for AIX",
		"cross/binutils.log":        "linker for AIX, log",
		"cross/sysroot-01":          "sysroot",
		"cross/aix7.2-64-01.new":    "toolchain, unfinished",
		"emulate/loader-01":         "loader",
		"emulate/libraries64.work":  "OpenSSL and SASL, unfinished",
		"cross/aix7.2-64-01.lock":   "toolchain, lock of an older version",
		"somebody/else":             "unknown",
		"emulate/.libraries64.half": "unknown, unfinished",
	} {
		if got := whatIs(path); got != want {
			t.Errorf("whatIs(%s) = %q, want %q", path, got, want)
		}
	}
}
