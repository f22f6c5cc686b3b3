// Package ctext reads C files: what they may include before they are preprocessed, and what of their declarations is of use after that.
package ctext

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
)

// Code is the text of this room, to be told from other states of it.
//
//go:embed *.go
var Code embed.FS

// Used is the SHA-256 of what a preprocessed C file makes use of: all its text but declarations that nothing else in it names, such as those of most
// functions of a library. In C a name means what was declared by it, so without such a declaration the compiler makes the same of the rest. What is left out
// are functions without a body, structures, unions, typedefs and variables that are extern, each declared alone; all else counts, whatever it is.
//
// Where lines begin and of which file they are does not count: a compiler that writes no names of lines into an object makes nothing of it, and what a
// file asks of its lines has been put in by the preprocessor.
//
// A text in which not every bracket and quotation mark is closed, or one is written in another way, counts as it is: in it, a statement might be taken for
// a declaration.
func Used(text string) string {
	all, clear := declarations(text)
	of := make(map[string][]int)   // declarations by name
	free := make([]bool, len(all)) // to be left out
	for i, d := range all {
		names := d.names()
		free[i] = clear && names != nil
		for _, name := range names {
			of[name] = append(of[name], i)
		}
	}
	counts, todo := make([]bool, len(all)), []int(nil)
	take := func(i int) {
		if !counts[i] {
			counts[i] = true
			todo = append(todo, i)
		}
	}
	for i := range all {
		if !free[i] {
			take(i)
		}
	}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for _, word := range all[i].named() {
			for _, other := range of[word] {
				take(other)
			}
			delete(of, word)
		}
	}
	h := sha256.New()
	for i, d := range all {
		if counts[i] {
			h.Write([]byte(strings.Join(d, " ") + "\n"))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

var words = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_]*`)

// declaration is one outside of all functions, without the semicolon, or a line of a pragma, as words.
type declaration []string

// declarations takes a text apart. A function ends with its body, all else with a semicolon that is in no brackets. It is clear if all brackets and
// quotation marks are closed.
func declarations(text string) (all []declaration, clear bool) {
	var d declaration
	depth, body := 0, false
	clear = true
	end := func() {
		if len(d) > 0 {
			all = append(all, d)
		}
		d, depth, body = nil, 0, false
	}
	for len(text) > 0 {
		word, isLine := "", false
		word, text, isLine = next(text)
		switch {
		case word == "":
		case isLine && depth == 0 && len(d) == 0:
			all = append(all, declaration{word})
		case word == ";" && depth == 0:
			end()
		default:
			if word == "{" && depth == 0 {
				body = len(d) == 0 || d[len(d)-1] == ")" // else it is that of a structure, or values
			}
			d = append(d, word)
			clear = clear && !isOdd(word)
			if len(word) == 1 && strings.Contains("([{", word) {
				depth++
			} else if len(word) == 1 && strings.Contains(")]}", word) {
				depth--
				clear = clear && depth >= 0
				if depth <= 0 && (body && word == "}" || depth < 0) {
					end()
				}
			}
		}
	}
	clear = clear && depth == 0
	end()
	return all, clear
}

// isOdd reports whether a word is a quotation mark that is not closed, or a bracket that is written in another way.
func isOdd(w string) bool {
	switch w[0] {
	case '"', '\'':
		return len(w) < 2 || w[len(w)-1] != w[0]
	}
	return w == "<%" || w == "%>" || w == "<:" || w == ":>"
}

// next is the first word of a text, "" for a line that tells of which file what follows is, and what follows. A pragma is one word, its line.
func next(text string) (word, rest string, isLine bool) {
	i := 0
	for i < len(text) && strings.IndexByte(" \t\n\r\f\v", text[i]) >= 0 {
		i++
	}
	text = text[i:]
	if text == "" {
		return "", "", false
	}
	n := 1
	switch c := text[0]; {
	case c == '#':
		line, rest, _ := strings.Cut(text, "\n")
		if mark := strings.TrimPrefix(line, "#"); len(mark) > 1 && mark[0] == ' ' && mark[1] >= '0' && mark[1] <= '9' {
			return "", rest, false
		}
		return line, rest, true
	case isWord(c):
		for n < len(text) && isWord(text[n]) {
			n++
		}
	case c == '"' || c == '\'':
		for n < len(text) && text[n] != c && text[n] != '\n' {
			if text[n] == '\\' {
				n++
			}
			n++
		}
		n = min(n+1, len(text))
	case len(text) > 1 && isOdd(text[:2]):
		n = 2
	}
	return text[:n], text[n:], false
}

// named are the words that may be names of other declarations.
func (d declaration) named() (all []string) {
	for _, w := range d {
		if w[0] == '#' {
			all = append(all, words.FindAllString(w, -1)...)
		} else {
			all = append(all, w)
		}
	}
	return all
}

// names are those that a declaration gives a meaning to, nil for one that counts whether anything names it or not.
func (d declaration) names() []string {
	if slices.ContainsFunc(d, func(w string) bool { return w[0] == '#' || w == "_Pragma" }) { // what that says is for what follows, too
		return nil
	}
	rest, names := d, []string(nil)
	storage := ""
	if len(rest) > 0 && (rest[0] == "typedef" || rest[0] == "extern") {
		storage, rest = rest[0], rest[1:]
	}
	// Structures first: alone, with what is in them, or as the type of something.
	if len(rest) > 1 && (rest[0] == "struct" || rest[0] == "union") {
		kind := rest[1:]
		if isName(kind[0]) {
			names, kind = append(names, kind[0]), kind[1:]
		}
		if len(kind) > 0 && kind[0] == "{" {
			end := closing(kind)
			if end < 0 || slices.ContainsFunc(kind[1:end], func(w string) bool { return w == "{" || w == "enum" }) {
				return nil
			}
			for i, w := range kind[1:end] { // a structure may be named first within another one
				if w == "struct" || w == "union" {
					names = append(names, kind[1:][i+1])
				}
			}
			kind = kind[end+1:]
			if storage == "typedef" && len(kind) == 1 && isName(kind[0]) {
				return append(names, kind[0])
			}
		}
		if len(kind) == 0 && storage == "" && names != nil {
			return names
		}
	}
	if slices.ContainsFunc(rest, func(w string) bool { return w == "{" || w == "=" || w == "enum" }) {
		return nil
	}
	at := slices.Index(rest, "(")
	if at < 0 {
		at = len(rest)
	}
	front := rest[:at]
	for i, w := range front {
		if (w == "struct" || w == "union") && i+1 < len(front) {
			names = append(names, front[i+1])
		}
	}
	switch {
	case at == len(rest): // a type or a variable
		for len(front) > 0 && front[len(front)-1] == "]" {
			front = front[:max(0, slices.Index(front, "["))]
		}
	case len(rest) > at+3 && rest[at+1] == "*" && rest[at+3] == ")" && storage == "typedef": // of a pointer to a function
		if args := rest[at+4:]; len(args) == 0 || args[0] != "(" || closing(args) != len(args)-1 || !plain(front) || !isName(rest[at+2]) {
			return nil
		}
		return append(names, rest[at+2])
	case closing(rest[at:]) != len(rest)-at-1: // more than one list of parameters, or something behind it
		return nil
	}
	if at == len(rest) && storage == "" || len(front) < 2 || !plain(front) || !isName(front[len(front)-1]) {
		return nil
	}
	return append(names, front[len(front)-1])
}

// plain reports whether all words are names or stars, as before one declared name.
func plain(words []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool {
		return w != "*" && (!isWord(w[0]) || w[0] >= '0' && w[0] <= '9' || ofStatements[w])
	})
}

// closing is where the bracket is closed that words begin with, -1 for nowhere.
func closing(words []string) int {
	depth := 0
	for i, w := range words {
		if len(w) == 1 && strings.Contains("([{", w) {
			depth++
		} else if len(w) == 1 && strings.Contains(")]}", w) {
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// reserved are words of C that may stand where a name does.
var reserved = map[string]bool{
	"void": true, "char": true, "short": true, "int": true, "long": true, "float": true, "double": true, "signed": true, "unsigned": true, "_Bool": true,
	"const": true, "volatile": true, "restrict": true, "inline": true, "static": true, "auto": true, "register": true, "extern": true, "typedef": true,
	"struct": true, "union": true, "enum": true, "sizeof": true, "typeof": true, "_Alignas": true, "_Atomic": true, "_Static_assert": true,
}

// ofStatements are words that begin one, which is no declaration.
var ofStatements = map[string]bool{
	"return": true, "else": true, "goto": true, "case": true, "default": true, "if": true, "while": true, "for": true, "do": true, "switch": true,
	"break": true, "continue": true, "asm": true,
}

// isName reports whether a word may be one that is declared: what begins with two underscores may be something of the compiler's.
func isName(w string) bool {
	return isWord(w[0]) && (w[0] < '0' || w[0] > '9') && !reserved[w] && !strings.HasPrefix(w, "__")
}

func isWord(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}
