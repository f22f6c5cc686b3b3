package patchset

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// draft is a patch by its lines, with line ends, on the way to being spoilt, and the tree that it is for.
type draft struct {
	*rand.Rand
	lines []string
	tree  map[string]entry
	after map[string]entry // what the patch was made to make
}

// entry is a file of a tree.
type entry struct {
	data    string
	program bool
}

// pick gives one of the lines that begin so, or -1.
func (d *draft) pick(prefixes ...string) int {
	var at []int
	for i, line := range d.lines {
		if slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(line, p) }) {
			at = append(at, i)
		}
	}
	if at == nil {
		return -1
	}
	return at[d.IntN(len(at))]
}

// edit changes one of the lines that begin so.
func (d *draft) edit(prefix string, change func(line string) string) {
	if i := d.pick(prefix); i >= 0 {
		d.lines[i] = change(d.lines[i])
	}
}

// replace is edit by a regular expression.
func (d *draft) replace(prefix, form, by string) {
	d.edit(prefix, func(line string) string { return regexp.MustCompile(form).ReplaceAllString(line, by) })
}

func (d *draft) drop(prefix string) {
	if i := d.pick(prefix); i >= 0 {
		d.lines = slices.Delete(d.lines, i, i+1)
	}
}

// before adds a line above one of those that begin so.
func (d *draft) before(prefix, line string) {
	if i := d.pick(prefix); i >= 0 {
		d.lines = slices.Insert(d.lines, i, line)
	}
}

// span is from one of the lines that begin so to the next of these.
func (d *draft) span(start string, ends ...string) (from, to int) {
	if from = d.pick(start); from < 0 {
		return 0, 0
	}
	for to = from + 1; to < len(d.lines); to++ {
		if slices.ContainsFunc(ends, func(e string) bool { return strings.HasPrefix(d.lines[to], e) }) {
			break
		}
	}
	return from, to
}

func (d *draft) hunk() (from, to int)    { return d.span("@@ -", "@@ -", fileStart) }
func (d *draft) section() (from, to int) { return d.span(fileStart, fileStart) }

var rangesForm = regexp.MustCompile(`^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@`)

// ranges changes the four numbers of a hunk's first line.
func ranges(line string, change func(n *[4]int)) string {
	m := rangesForm.FindStringSubmatch(line)
	if m == nil {
		return line
	}
	n := [4]int{1, 1, 1, 1}
	for i, text := range m[1:] {
		if text != "" {
			n[i], _ = strconv.Atoi(text)
		}
	}
	change(&n)
	return fmt.Sprintf("@@ -%d,%d +%d,%d @@", n[0], n[1], n[2], n[3]) + line[len(m[0]):]
}

func (d *draft) numbers(change func(n *[4]int)) {
	d.edit("@@ -", func(line string) string { return ranges(line, change) })
}

// body rewrites a hunk's lines, and its numbers to match. Top lines are those that were taken away above.
func (d *draft) body(rewrite func(lines []string) (rest []string, top int)) {
	from, to := d.hunk()
	if from == to {
		return
	}
	rest, top := rewrite(slices.Clone(d.lines[from+1 : to]))
	head := ranges(d.lines[from], func(n *[4]int) {
		n[0], n[2] = n[0]+top, n[2]+top
		n[1], n[3] = 0, 0
		for _, line := range rest {
			if line[0] != '+' && line[0] != '\\' {
				n[1]++
			}
			if line[0] != '-' && line[0] != '\\' {
				n[3]++
			}
		}
		for i := 0; i < 4; i += 2 { // an empty range is named by the line above it
			if n[i+1] == 0 && top > 0 {
				n[i]--
			}
		}
	})
	d.lines = slices.Replace(d.lines, from, to, append([]string{head}, rest...)...)
}

// context takes up to so many lines of context off a hunk's ends.
func (d *draft) context(top, bottom int) {
	d.body(func(lines []string) ([]string, int) {
		taken := 0
		for taken < top && len(lines) > 1 && lines[0][0] == ' ' {
			lines, taken = lines[1:], taken+1
		}
		for ; bottom > 0 && len(lines) > 1 && lines[len(lines)-1][0] == ' '; bottom-- {
			lines = lines[:len(lines)-1]
		}
		return lines, taken
	})
}

// inHunk changes one of a hunk's lines of a kind, and keeps the numbers right.
func (d *draft) inHunk(mark byte, change func(line string) []string) {
	d.body(func(lines []string) ([]string, int) {
		var at []int
		for i, line := range lines {
			if line[0] == mark {
				at = append(at, i)
			}
		}
		if at == nil {
			return lines, 0
		}
		i := at[d.IntN(len(at))]
		return slices.Replace(lines, i, i+1, change(lines[i])...), 0
	})
}

// file changes a file of the tree that the patch is for.
func (d *draft) file(change func(lines []string) []string) {
	i := d.pick("--- a/")
	if i < 0 {
		return
	}
	name := strings.TrimSuffix(strings.TrimPrefix(d.lines[i], "--- a/"), "\n")
	if e, ok := d.tree[name]; ok {
		e.data = strings.Join(change(splitLines(e.data)), "")
		d.tree[name] = e
	}
}

func other(line string) string   { return line[:1] + "other " + line[1:] }
func none(string) []string       { return nil }
func twice(line string) []string { return []string{line, line} }

// mutations are the ways to spoil a patch, or the tree that it is for. The first spoils nothing.
var mutations = []struct {
	name string
	do   func(d *draft)
}{
	{"none", func(*draft) {}},
	{"header: a field less", func(d *draft) { d.drop("Origin:") }},
	{"header: a field twice", func(d *draft) { d.before("Author:", "Origin: x\n") }},
	{"header: an unknown field", func(d *draft) { d.before("Author:", "Authr: x\n") }},
	{"header: stray text", func(d *draft) { d.before(fileStart, "stray text\n") }},
	{"header: a control character", func(d *draft) { d.replace("Author:", "$", "\a") }},
	{"index: none", func(d *draft) { d.drop("index ") }},
	{"index: abbreviated", func(d *draft) { d.replace("index ", `([0-9a-f]{7})[0-9a-f]{33}`, "$1") }},
	{"index: another file before", func(d *draft) { d.replace("index ", `^index .{6}`, "index 123456") }},
	{"index: another file after", func(d *draft) { d.replace("index ", `\.\..{6}`, "..123456") }},
	{"index: turned round", func(d *draft) { d.replace("index ", `([0-9a-f]+)\.\.([0-9a-f]+)`, "$2..$1") }},
	{"index: no mode", func(d *draft) { d.replace("index ", ` 100...`, "") }},
	{"index: another mode", func(d *draft) {
		d.edit("index ", func(l string) string {
			return strings.NewReplacer(" 100644", " 100755", " 100755", " 100644").Replace(l)
		})
	}},
	{"index: the mode of a link", func(d *draft) { d.replace("index ", ` 100...`, " 120000") }},
	{"index: an odd mode", func(d *draft) { d.replace("index ", ` 100...`, " 100600") }},
	{"index: twice", func(d *draft) {
		if i := d.pick("index "); i >= 0 {
			d.lines = slices.Insert(d.lines, i, d.lines[i])
		}
	}},
	{"index: upper case", func(d *draft) { d.edit("index ", strings.ToUpper) }},
	{"index: no change", func(d *draft) { d.replace("index ", `([0-9a-f]{40})\.\.[0-9a-f]+`, "$1..$1") }},
	{"mode: changed too", func(d *draft) { d.before("index ", "old mode 100644\nnew mode 100755\n") }},
	{"mode: the old one alone", func(d *draft) { d.before("index ", "old mode 100644\n") }},
	{"mode: the new one alone", func(d *draft) { d.before("index ", "new mode 100755\n") }},
	{"mode: to what it is", func(d *draft) { d.before("index ", "old mode 100644\nnew mode 100644\n") }},
	{"mode: turned round", func(d *draft) {
		d.replace("old mode", "100...", "100755")
		d.replace("new mode", "100...", "100644")
	}},
	{"mode: of a new file", func(d *draft) { d.replace("new file", "100644", "100755") }},
	{"mode: a new link", func(d *draft) { d.replace("new file", "100...", "120000") }},
	{"mode: a deleted program", func(d *draft) { d.replace("deleted file", "100644", "100755") }},
	{"mode: new for a changed file", func(d *draft) { d.before("index ", "new file mode 100644\n") }},
	{"mode: deleted for a changed file", func(d *draft) { d.before("index ", "deleted file mode 100644\n") }},
	{"mode: new and not said", func(d *draft) { d.drop("new file mode") }},
	{"mode: deleted and not said", func(d *draft) { d.drop("deleted file mode") }},
	{"name: another before", func(d *draft) { d.replace("--- a/", "a/.*", "a/LICENSE") }},
	{"name: another after", func(d *draft) { d.replace("+++ b/", "b/.*", "b/LICENSE") }},
	{"name: another in the first line", func(d *draft) { d.replace(fileStart, " b/.*", " b/LICENSE") }},
	{"name: up", func(d *draft) { d.replace("+++ b/", "b/", "b/../") }},
	{"name: from the root", func(d *draft) { d.replace("+++ b/", "b/", "/tmp/") }},
	{"name: a time behind it", func(d *draft) { d.replace("--- a/", "\n", "\t2015-07-03 00:00:00 +0000\n") }},
	{"name: no prefix", func(d *draft) {
		d.replace("--- a/", "a/", "")
		d.replace("+++ b/", "b/", "")
	}},
	{"name: in quotes", func(d *draft) { d.replace("+++ b/", "b/(.*)", `"b/$1"`) }},
	{"name: none before", func(d *draft) { d.drop("--- ") }},
	{"name: none after", func(d *draft) { d.drop("+++ ") }},
	{"name: none in the first line", func(d *draft) { d.drop(fileStart) }},
	{"name: nothing before", func(d *draft) { d.replace("--- a/", "a/.*", "/dev/null") }},
	{"name: nothing after", func(d *draft) { d.replace("+++ b/", "b/.*", "/dev/null") }},
	{"number: old place lower", func(d *draft) { d.numbers(func(n *[4]int) { n[0]++ }) }},
	{"number: old place higher", func(d *draft) { d.numbers(func(n *[4]int) { n[0] = max(n[0]-1, 0) }) }},
	{"number: old place far away", func(d *draft) { d.numbers(func(n *[4]int) { n[0] += 1000 }) }},
	{"number: new place lower", func(d *draft) { d.numbers(func(n *[4]int) { n[2]++ }) }},
	{"number: both places lower", func(d *draft) { d.numbers(func(n *[4]int) { n[0], n[2] = n[0]+1, n[2]+1 }) }},
	{"number: the first line", func(d *draft) { d.numbers(func(n *[4]int) { n[0], n[2] = 1, 1 }) }},
	{"number: line 0", func(d *draft) { d.numbers(func(n *[4]int) { n[0], n[2] = 0, 0 }) }},
	{"number: more old lines", func(d *draft) { d.numbers(func(n *[4]int) { n[1]++ }) }},
	{"number: fewer old lines", func(d *draft) { d.numbers(func(n *[4]int) { n[1] = max(n[1]-1, 0) }) }},
	{"number: more new lines", func(d *draft) { d.numbers(func(n *[4]int) { n[3]++ }) }},
	{"number: fewer of both", func(d *draft) { d.numbers(func(n *[4]int) { n[1], n[3] = max(n[1]-1, 0), max(n[3]-1, 0) }) }},
	{"number: zeros before it", func(d *draft) { d.replace("@@ -", `-(\d)`, "-00$1") }},
	{"number: not one", func(d *draft) { d.replace("@@ -", `-\d`, "-x") }},
	{"hunk: no heading", func(d *draft) { d.replace("@@ -", `@@ .*`, "@@ x") }},
	{"hunk: left out", func(d *draft) { from, to := d.hunk(); d.lines = slices.Delete(d.lines, from, to) }},
	{"hunk: twice", func(d *draft) {
		from, to := d.hunk()
		d.lines = slices.Insert(d.lines, to, d.lines[from:to]...)
	}},
	{"hunk: moved to the front", func(d *draft) {
		from, to := d.hunk()
		first := slices.IndexFunc(d.lines, func(l string) bool { return strings.HasPrefix(l, "@@ -") })
		if moved := slices.Clone(d.lines[from:to]); first >= 0 && first < from {
			d.lines = slices.Insert(slices.Delete(d.lines, from, to), first, moved...)
		}
	}},
	{"hunk: no context above", func(d *draft) { d.context(9, 0) }},
	{"hunk: no context below", func(d *draft) { d.context(0, 9) }},
	{"hunk: no context", func(d *draft) { d.context(9, 9) }},
	{"hunk: less context above", func(d *draft) { d.context(1, 0) }},
	{"hunk: less context below", func(d *draft) { d.context(0, 1) }},
	{"line: context changed", func(d *draft) { d.inHunk(' ', func(l string) []string { return []string{other(l)} }) }},
	{"line: context left out", func(d *draft) { d.inHunk(' ', none) }},
	{"line: context twice", func(d *draft) { d.inHunk(' ', twice) }},
	{"line: an old one changed", func(d *draft) { d.inHunk('-', func(l string) []string { return []string{other(l)} }) }},
	{"line: an old one left out", func(d *draft) { d.inHunk('-', none) }},
	{"line: a new one changed", func(d *draft) { d.inHunk('+', func(l string) []string { return []string{other(l)} }) }},
	{"line: a new one left out", func(d *draft) { d.inHunk('+', none) }},
	{"line: a new one twice", func(d *draft) { d.inHunk('+', twice) }},
	{"line: context taken away", func(d *draft) { d.inHunk(' ', func(l string) []string { return []string{"-" + l[1:]} }) }},
	{"line: an empty one without its blank", func(d *draft) { d.inHunk(' ', func(string) []string { return []string{"\n"} }) }},
	{"line: a tab for the blank", func(d *draft) { d.inHunk(' ', func(l string) []string { return []string{"\t" + l[1:]} }) }},
	{"line: CR at the end", func(d *draft) {
		d.inHunk("+- "[d.IntN(3)], func(l string) []string { return []string{strings.TrimSuffix(l, "\n") + "\r\n"} })
	}},
	{"line: blanks taken off", func(d *draft) {
		d.inHunk("+- "[d.IntN(3)], func(l string) []string { return []string{strings.TrimRight(l, " \t\r\n") + "\n"} })
	}},
	{"line: no newline, and not said", func(d *draft) { d.drop(`\ No newline`) }},
	{"line: no newline, which is said wrongly", func(d *draft) {
		_, to := d.hunk()
		d.lines = slices.Insert(d.lines, to, "\\ No newline at end of file\n")
	}},
	{"line: a stray one", func(d *draft) { d.before("@@ -", "stray\n") }},
	{"file: its part twice", func(d *draft) {
		from, to := d.section()
		d.lines = slices.Insert(d.lines, to, d.lines[from:to]...)
	}},
	{"file: its part left out", func(d *draft) { from, to := d.section(); d.lines = slices.Delete(d.lines, from, to) }},
	{"file: no hunks", func(d *draft) { from, to := d.span("--- ", fileStart); d.lines = slices.Delete(d.lines, from, to) }},
	{"file: no hunks, but names", func(d *draft) { from, to := d.span("@@ -", fileStart); d.lines = slices.Delete(d.lines, from, to) }},
	{"file: no lines above its hunks", func(d *draft) {
		from, to := d.span("index ", "@@ -", fileStart)
		d.lines = slices.Delete(d.lines, from, to)
	}},
	{"patch: cut after a line", func(d *draft) { d.lines = d.lines[:1+d.IntN(len(d.lines))] }},
	{"patch: cut in a line", func(d *draft) {
		d.lines = d.lines[:1+d.IntN(len(d.lines))]
		last := len(d.lines) - 1
		d.lines[last] = d.lines[last][:d.IntN(len(d.lines[last]))]
	}},
	{"patch: its last line end", func(d *draft) { last := len(d.lines) - 1; d.lines[last] = strings.TrimSuffix(d.lines[last], "\n") }},
	{"patch: text below", func(d *draft) { d.lines = append(d.lines, "more\n") }},
	{"patch: an empty line below", func(d *draft) { d.lines = append(d.lines, "\n") }},
	{"patch: mailed", func(d *draft) { d.lines = append(d.lines, "-- \n", "2.39.5\n", "\n") }},
	{"patch: CRLF", func(d *draft) {
		for i, l := range d.lines {
			d.lines[i] = strings.TrimSuffix(l, "\n") + "\r\n"
		}
	}},
	{"patch: turned round", func(d *draft) { d.tree, d.after = d.after, d.tree }},
	{"source: a line above", func(d *draft) { d.file(func(l []string) []string { return append([]string{"new\n"}, l...) }) }},
	{"source: a line less", func(d *draft) {
		d.file(func(l []string) []string {
			i := d.IntN(max(len(l), 1))
			return slices.Delete(l, min(i, len(l)), min(i+1, len(l)))
		})
	}},
	{"source: a line changed", func(d *draft) {
		d.file(func(l []string) []string {
			if len(l) > 0 {
				l[d.IntN(len(l))] = "changed\n"
			}
			return l
		})
	}},
	{"source: twice", func(d *draft) { d.file(func(l []string) []string { return append(l, l...) }) }},
	{"source: CRLF", func(d *draft) {
		d.file(func(l []string) []string { return splitLines(strings.ReplaceAll(strings.Join(l, ""), "\n", "\r\n")) })
	}},
	{"source: no file", func(d *draft) {
		if i := d.pick("--- a/"); i >= 0 {
			delete(d.tree, strings.TrimSpace(strings.TrimPrefix(d.lines[i], "--- a/")))
		}
	}},
	{"source: another mode", func(d *draft) {
		for _, name := range slices.Sorted(maps.Keys(d.tree)) {
			if e := d.tree[name]; d.IntN(2) == 0 {
				e.program = !e.program
				d.tree[name] = e
			}
		}
	}},
	{"source: the new file is there", func(d *draft) {
		if i := d.pick("+++ b/"); i >= 0 {
			d.tree[strings.TrimSpace(strings.TrimPrefix(d.lines[i], "+++ b/"))] = entry{data: "there\n"}
		}
	}},
}
