package host

import (
	"errors"
	"strings"
)

// Quote is a word as a shell takes it, as it is where no shell could take it for something else. No shell can be given a zero byte.
func Quote(word string) string {
	if word != "" && strings.Trim(word, plain) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// plain are letters that mean nothing to a shell within the words of a command.
const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,:/@%"

// Words takes one plain command apart as a shell does: blanks part words, ' and " and \ keep together. Nothing is substituted; what a shell
// would substitute or act upon is refused unless it is quoted, for it is another command than it looks. The error says what was found.
func Words(command string) ([]string, error) {
	var (
		words []string
		word  strings.Builder
		begun bool // a word, be it empty
		quote byte // that is open
	)
	for i := 0; i < len(command); i++ {
		c := command[i]
		switch {
		case quote == '\'' && c != '\'':
			word.WriteByte(c)
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, begun = c, true
		case c == '\\':
			if i++; i == len(command) || command[i] == '\n' { // to a shell, a line that goes on
				return nil, errors.New(`a line ends in \`)
			}
			if quote == '"' && !strings.ContainsRune("\"\\$`", rune(command[i])) { // to all else it is itself
				word.WriteByte(c)
			}
			word.WriteByte(command[i])
			begun = true
		case c == '$' || c == '`', quote == 0 && acts(c, word.String(), begun, len(words) == 0):
			return nil, errors.New(string(c) + " is not quoted")
		case quote == 0 && (c == ' ' || c == '\t'):
			if begun {
				words = append(words, word.String())
				word.Reset()
			}
			begun = false
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	if quote != 0 {
		return nil, errors.New("it ends within " + string(quote))
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

// acts reports whether a shell does something at a letter that is not quoted, behind what there is of a word.
func acts(c byte, word string, begun, first bool) bool {
	switch c {
	case '#', '~':
		return !begun
	case '=': // an assignment
		return first && strings.Trim(word, "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
	case '!': // a status turned round
		return first
	}
	return strings.IndexByte("|&;<>()*?[{\n", c) >= 0
}
