package installp

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// Sizes are in blocks of 512 bytes. File systems hand out space in units of 4096, so every number is a multiple of 8, as in S3,
// whose numbers these formulas give (W21).
const (
	unitSize   = 4096
	unitBlocks = unitSize / 512
	// entrySize is what an entry of the product database takes: 188 fits S3's 48 blocks for 130 entries and 8 for 6 [inferred].
	entrySize = 188
)

// blocks is the space that size bytes take.
func blocks(size int64) int64 {
	return (size + unitSize - 1) / unitSize * unitBlocks
}

// sizeLines lists the space that files need below prefix, for each directory that has some of its own: a file counts for its
// directory, a directory for itself.
func sizeLines(prefix string, files []*entry, lines map[string]int64) {
	for _, e := range files {
		if e.Type == Directory {
			lines[prefix+e.Path] += unitBlocks
		} else if n := blocks(e.Size); n > 0 {
			lines[path.Dir(prefix+e.Path)] += n
		}
	}
}

func render(lines map[string]int64, database string, p *part) string {
	var b strings.Builder
	for _, dir := range slices.Sorted(maps.Keys(lines)) {
		fmt.Fprintf(&b, "%s %d\n", dir, lines[dir])
	}
	fmt.Fprintf(&b, "%s %d\n", database, blocks(int64(len(p.files)+len(p.links))*entrySize))
	return b.String()
}

// usrSizes counts the root part's files, too: a copy of them stays below inst_root.
func (pl *plan) usrSizes(f *fileset) string {
	lines := map[string]int64{}
	sizeLines("", f.usr.files, lines)
	sizeLines(pl.pkg.instRoot(), f.root.files, lines)
	return render(lines, "/usr/lib/objrepos", &f.usr)
}

// rootSizes needs no look at the usr part: no directory of the root part is below /usr or /opt, so no line is in both.
func (f *fileset) rootSizes() string {
	lines := map[string]int64{}
	sizeLines("", f.root.files, lines)
	return render(lines, "/etc/objrepos", &f.root)
}
