package installp

import (
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

// sizeLines lists the space that files need below prefix.
func sizeLines(prefix string, files []*entry, lines map[string]int64) {
	for _, e := range files {
		addSize(lines, prefix+e.Path, e.Type == Directory, e.Size)
	}
}

// addSize counts what one object takes. A file counts for its directory, a directory for itself; only directories that have some of
// their own get a line.
func addSize(lines map[string]int64, name string, isDir bool, size int64) {
	if isDir {
		lines[name] += unitBlocks
	} else if n := blocks(size); n > 0 {
		lines[path.Dir(name)] += n
	}
}

func sizesOf(lines map[string]int64, database string, entries int) []Size {
	var all []Size
	for _, dir := range slices.Sorted(maps.Keys(lines)) {
		all = append(all, Size{Name: dir, Permanent: lines[dir]})
	}
	return append(all, Size{Name: database, Permanent: blocks(int64(entries) * entrySize)})
}

// usrSizes counts the root part's files, too: a copy of them stays below inst_root.
func (pl *plan) usrSizes(f *fileset) []Size {
	lines := map[string]int64{}
	sizeLines("", f.usr.files, lines)
	sizeLines(pl.pkg.instRoot(), f.root.files, lines)
	return sizesOf(lines, usrDatabase, len(f.usr.files)+len(f.usr.links))
}

// rootSizes needs no look at the usr part: no directory of the root part is below /usr or /opt, so no line is in both.
func (f *fileset) rootSizes() []Size {
	lines := map[string]int64{}
	sizeLines("", f.root.files, lines)
	return sizesOf(lines, rootDatabase, len(f.root.files)+len(f.root.links))
}

func renderSizes(sizes []Size) string {
	var b strings.Builder
	for i := range sizes {
		b.WriteString(sizes[i].String() + "\n")
	}
	return b.String()
}
