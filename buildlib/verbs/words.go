package verbs

import (
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// splitWords takes a command apart as a shell does, as far as that is about words: blanks part them, ' and " and \ keep together. Nothing is
// substituted; what a shell would substitute or act upon is refused unless it is quoted, for it is another command than it looks.
func splitWords(command string) ([]string, error) {
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
			if i++; i == len(command) {
				return nil, wordsFault(command, `it ends in \`)
			}
			if quote == '"' && !strings.ContainsRune("\"\\$`", rune(command[i])) { // to all else it is itself
				word.WriteByte(c)
			}
			word.WriteByte(command[i])
			begun = true
		case c == '$' || c == '`', quote == 0 && strings.IndexByte("|&;<>()*?[#~\n", c) >= 0 && (!begun || c != '#' && c != '~'):
			return nil, wordsFault(command, string(c)+" is not quoted")
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
		return nil, wordsFault(command, "it ends within "+string(quote))
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}

func wordsFault(command, found string) error {
	return &fault.Error{
		Code: "emulate-command", What: "the command cannot be taken apart into words", Where: command, Found: found,
		Do: `quote what is to be taken as it is, as in: mage emulate "/opt/sendmail/sbin/sendmail -bt '-d0.1' -C '/a b.cf'"; no shell sees the command`,
	}
}
