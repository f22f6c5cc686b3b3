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
	UnitBlocks = unitSize / 512
	// entrySize is what an entry of the product database takes: 188 fits S3's 48 blocks for 130 entries and 8 for 6 [inferred].
	entrySize = 188
)

// Blocks is the space that size bytes take.
func Blocks(size int64) int64 {
	return (size + unitSize - 1) / unitSize * UnitBlocks
}

// AddSize counts what one object takes. A file counts for its directory, a directory for itself; only directories that have some of
// their own get a line.
func AddSize(lines map[string]int64, name string, isDir bool, size int64) {
	if isDir {
		lines[name] += UnitBlocks
	} else if n := Blocks(size); n > 0 {
		lines[path.Dir(name)] += n
	}
}

func SizesOf(lines map[string]int64, database string, entries int) []Size {
	var all []Size
	for _, dir := range slices.Sorted(maps.Keys(lines)) {
		all = append(all, Size{Name: dir, Permanent: lines[dir]})
	}
	return append(all, Size{Name: database, Permanent: Blocks(int64(entries) * entrySize)})
}

func RenderSizes(sizes []Size) string {
	var b strings.Builder
	for i := range sizes {
		b.WriteString(sizes[i].String() + "\n")
	}
	return b.String()
}
