package ctext

import (
	"regexp"
	"slices"
	"strings"
)

// Facts are what is known of a C file before it is preprocessed.
type Facts struct {
	First  string   // the header in angle brackets that it begins with; "" where it begins with something else
	Names  []string // what it may include, or ask whether it is there
	Quoted []string // those of them in quotation marks
	Odd    bool     // it may read something else, or depend on the time
	Levels bool     // it names one of the macros that were asked for
	Pieces bool     // it has a word that such a name may be put together from
	Pastes bool     // it puts words together
}

var (
	firstLine = regexp.MustCompile(`^\s*#[ \t]*include[ \t]*<([A-Za-z0-9_./+-]+)>[ \t]*\n`)
	literal   = regexp.MustCompile(`"([A-Za-z0-9_./+-]+)"|<([A-Za-z0-9_./+-]+)>`)
	included  = regexp.MustCompile(`^\s*(#|%:)\s*(include|include_next|import|embed)\b\s*(.?)`)
	asked     = regexp.MustCompile(`\b__has_(include|include_next|embed)\b\s*\(\s*(.?)`)
	ofMacro   = regexp.MustCompile(`^\s*(#|%:)\s*define\b`)
	quotes    = regexp.MustCompile(`"(\\.|[^"\\])*"?|'(\\.|[^'\\])*'?`)
	tested    = regexp.MustCompile(`\bdefined\s*\(\s*\w+\s*\)|\bdefined\s+\w+|^\s*(#|%:)\s*(ifdef|ifndef|elifdef|elifndef|undef)\s+\w+`)
	ifLine    = regexp.MustCompile(`^\s*(#|%:)\s*(if|elif)\b`)
	call      = regexp.MustCompile(`\w\s*\(`)
)

// Scan reads a file as the preprocessor does, but in all its branches. Levels are macros that may be defined elsewhere.
func Scan(content string, levels []string) *Facts {
	t := new(Facts)
	// What makes the assembler read a file, what is another each time, and trigraphs, in which a directive may hide.
	for _, odd := range []string{".incbin", ".include", "__TIME__", "__TIMESTAMP__", "__DATE__", "??=", "??/"} {
		t.Odd = t.Odd || strings.Contains(content, odd)
	}
	plain := strip(content)
	if m := firstLine.FindStringSubmatch(plain); m != nil {
		t.First = m[1]
	}
	t.Pastes = strings.Contains(plain, "##") || strings.Contains(plain, "%:%:")
	for line := range strings.Lines(plain) {
		t.scanLevels(line, levels)
		if !strings.Contains(line, "#") && !strings.Contains(line, "%:") {
			continue
		}
		if strings.ContainsAny(line, "\"<") {
			for _, m := range literal.FindAllStringSubmatch(line, -1) {
				t.Names = append(t.Names, m[1]+m[2])
				if m[1] != "" {
					t.Quoted = append(t.Quoted, m[1])
				}
			}
		}
		if !strings.Contains(line, "include") && !strings.Contains(line, "import") && !strings.Contains(line, "embed") {
			continue // what follows looks for nothing else
		}
		// A name that a macro gives is not known here; but what asks for the argument of a macro is told by whoever uses that in a directive.
		if m := included.FindStringSubmatch(line); m != nil && m[3] != "<" && m[3] != `"` {
			t.Odd = true
		}
		if ofMacro.MatchString(line) {
			continue
		}
		for _, m := range asked.FindAllStringSubmatch(line, -1) {
			if m[2] != "<" && m[2] != `"` {
				t.Odd = true
			}
		}
	}
	t.Names, t.Quoted = unique(t.Names), unique(t.Quoted)
	return t
}

func unique(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// scanLevels finds whether a line may name a macro of a level: as a whole, or by putting it together from pieces, the first of which begins the name. To
// ask whether a piece is defined puts nothing together.
func (t *Facts) scanLevels(line string, levels []string) {
	if t.Levels || !begins(line, levels) {
		return
	}
	line = tested.ReplaceAllStringFunc(quotes.ReplaceAllString(line, " "), func(s string) string {
		for _, name := range levels {
			if strings.Contains(s, name) {
				return s
			}
		}
		return " "
	})
	harmless := ifLine.MatchString(line) && !call.MatchString(line)
	for _, w := range words.FindAllString(line, -1) {
		for _, name := range levels {
			switch {
			case w == name:
				t.Levels = true
			case strings.HasPrefix(name, w) && !harmless:
				t.Pieces = true
			}
		}
	}
}

// begins reports whether a line has a word that a name is or begins with, be it in a literal.
func begins(line string, names []string) bool {
	for i := 0; i < len(line); i++ {
		if !isWord(line[i]) {
			continue
		}
		start := i
		for i < len(line) && isWord(line[i]) {
			i++
		}
		for _, name := range names {
			if strings.HasPrefix(name, line[start:i]) {
				return true
			}
		}
	}
	return false
}

// strip joins lines that end in a backslash and makes each comment a blank, as the preprocessor does. Literals end with their line.
func strip(content string) string {
	content = strings.ReplaceAll(strings.ReplaceAll(content, "\r\n", "\n"), "\\\n", "")
	var b strings.Builder
	for i := 0; i < len(content); {
		rest := content[i:]
		switch {
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return b.String()
			}
			b.WriteByte(' ')
			i += 2 + end + 2
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				return b.String()
			}
			i += end
		case rest[0] == '"' || rest[0] == '\'':
			n := 1
			for n < len(rest) && rest[n] != rest[0] && rest[n] != '\n' {
				if rest[n] == '\\' && n+1 < len(rest) && rest[n+1] != '\n' {
					n++
				}
				n++
			}
			if n < len(rest) && rest[n] == rest[0] {
				n++
			}
			b.WriteString(rest[:min(n, len(rest))])
			i += min(n, len(rest))
		default:
			b.WriteByte(rest[0])
			i++
		}
	}
	return b.String()
}
