package release

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Citation is a place in a release's source that evidence points at.
type Citation struct {
	File string
	Line int // the last line that is pointed at, or 0 for the file as a whole
}

// citationForm finds what looks like a path, a word with a slash in it, and the lines after it: "sendmail/collect.c:438-440 and 502".
// A name without a slash counts with a line only: "RELEASE_NOTES:343".
var citationForm = regexp.MustCompile(`(?:^|[\s("])([A-Za-z0-9_.+-]+(?:/[A-Za-z0-9_.+-]+)*)` +
	`(:[0-9]+(?:-[0-9]+)?(?:(?:, | and )[0-9]+(?:-[0-9]+)?)*)?`)

var numberForm = regexp.MustCompile(`[0-9]+`)

// Citations are the files and lines that the evidence points at. Whatever looks like a path counts as one: a misspelt name must not
// pass for a word.
func (a *Answer) Citations() []Citation {
	var list []Citation
	for _, m := range citationForm.FindAllStringSubmatch(a.Evidence, -1) {
		file, lines := strings.TrimRight(m[1], "."), m[2]
		if !strings.Contains(file, "/") && lines == "" {
			continue
		}
		c := Citation{File: file}
		for _, digits := range numberForm.FindAllString(lines, -1) {
			n, err := strconv.Atoi(digits)
			if err != nil || n == 0 {
				n = math.MaxInt // no file has such a line
			}
			c.Line = max(c.Line, n)
		}
		list = append(list, c)
	}
	return list
}
