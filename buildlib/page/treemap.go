package page

import "github.com/sendmail-aix/sendmail-aix/buildlib/dossier"

// tile is a rectangle of a treemap, in percent of its picture.
type tile struct {
	dossier.File
	Kind       string // what it is painted as
	X, Y, W, H float64
	// Label is where the name may stand: always, in a wide picture alone, or nowhere.
	Label string
}

// squarify lays sizes, the largest first, out in a rectangle so that each is as nearly a square as can be (Bruls, Huizing and van Wijk, 2000): a row
// along the shorter side takes the next size as long as that makes its worst tile no worse. Width and height are those of the rectangle as it is seen.
func squarify(sizes []float64, width, height float64) [][4]float64 {
	total := 0.0
	for _, s := range sizes {
		total += s
	}
	if total <= 0 {
		return nil
	}
	var tiles [][4]float64
	x, y := 0.0, 0.0
	scale := width * height / total
	for len(sizes) > 0 {
		side := min(width-x, height-y)
		row, sum := 0, 0.0
		for row < len(sizes) {
			next := sum + sizes[row]*scale
			if row > 0 && worst(sizes[:row+1], scale, next, side) > worst(sizes[:row], scale, sum, side) {
				break
			}
			row, sum = row+1, next
		}
		thick, at := sum/side, 0.0
		for _, s := range sizes[:row] {
			long := s * scale / thick
			if width-x > height-y {
				tiles = append(tiles, [4]float64{x, y + at, thick, long})
			} else {
				tiles = append(tiles, [4]float64{x + at, y, long, thick})
			}
			at += long
		}
		if width-x > height-y {
			x += thick
		} else {
			y += thick
		}
		sizes = sizes[row:]
	}
	return tiles
}

// worst is how far from a square the worst tile of a row is.
func worst(row []float64, scale, sum, side float64) float64 {
	thick := sum / side
	w := 0.0
	for _, s := range row {
		long := s * scale / thick
		w = max(w, long/thick, thick/long)
	}
	return w
}
