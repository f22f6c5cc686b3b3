package emulate

import (
	"regexp"
	"strings"
)

// prefix stands before each name of AIX's in the loader: aix_EINTR is AIX's number, EINTR that of Linux, and struct aix_stat is what
// aix_stat fills.
const prefix = "aix_"

// own are the identifiers of AIX's headers that are the compiler's business: keywords, what its own headers define, what it predefines.
var own = func() map[string]bool {
	m := make(map[string]bool)
	for _, name := range strings.Fields(`
		auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return
		short signed sizeof static struct switch typedef union unsigned void volatile while defined
		NULL size_t ptrdiff_t wchar_t va_list offsetof int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t
		__asm__ __64BIT__ _LARGE_FILES`) {
		m[name] = true
	}
	return m
}()

// What a header is cut into: directives, which begin a line; comments, literals, identifiers and numbers; everything else passes as it is.
var (
	directive = regexp.MustCompile(`\A#\s*[a-z]+(?:\s*<([^>]*)>)?`)
	token     = regexp.MustCompile(`(?s)\A(?:/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[A-Za-z_][A-Za-z_0-9]*|\.?[0-9][A-Za-z_0-9.]*)`)
)

// translated puts the prefix before each name in a header of the SDK, so that it can be included beside Linux's own: macros, types, tags,
// members and functions, together with what they are linked as. So no value and no layout of AIX's is written down a second time,
// and the compiler compares each function of the loader with the prototype that AIX programs are compiled with. Headers that are not
// known are the compiler's own.
func translated(header string, known func(name string) bool) string {
	var b strings.Builder
	linked := false // whether the next string is what a function is linked as
	for i := 0; i < len(header); {
		rest := header[i:]
		if m := directive.FindStringSubmatch(rest); m != nil && (i == 0 || header[i-1] == '\n') {
			if known(m[1]) {
				b.WriteString(`#include "aix/` + m[1] + `"`)
			} else {
				b.WriteString(m[0])
			}
			i += len(m[0])
			continue
		}
		word := token.FindString(rest)
		if word == "" {
			b.WriteByte(header[i])
			i++
			continue
		}
		i += len(word)
		switch first := word[0]; {
		case first == '/':
			b.WriteString(strings.Repeat("\n", strings.Count(word, "\n")) + " ")
		case first == '"' && linked:
			b.WriteString(`"` + prefix + word[1:])
			linked = false
		case word == "__attribute__": // what a function promises is no concern of ours
			i += parenthesis(header[i:])
		case first == '"' || first == '\'' || first == '.' || first >= '0' && first <= '9' || own[word] || strings.HasPrefix(word, "__builtin_"):
			b.WriteString(word)
			linked = linked || word == "__asm__"
		default:
			b.WriteString(prefix + word)
		}
	}
	return b.String()
}

// parenthesis is the length of the parenthesis that s begins with.
func parenthesis(s string) int {
	depth := 0
	for i, c := range s {
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}
