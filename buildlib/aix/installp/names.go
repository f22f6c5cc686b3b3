package installp

import (
	"fmt"
	"strings"
)

// isNameByte tells what fileset names may have, those of others included; see isOwnNameByte for ours.
func isNameByte(c byte) bool {
	return IsLowerAlnum(c) || 'A' <= c && c <= 'Z' || c == '_' || c == '.' || c == '-' || c == '+'
}

// BadName tells what is wrong with a name of a package or fileset, or nothing.
func BadName(name string, valid func(byte) bool) string {
	switch {
	case len(name) < 2:
		return fmt.Sprintf("%q has fewer than two characters", name)
	case len(name) > maxName:
		return fmt.Sprintf("has %d bytes, the limit is %d", len(name), maxName)
	case strings.Contains(".-+", name[:1]):
		return fmt.Sprintf("%q does not begin with a letter or a digit", name)
	}
	for _, c := range []byte(name) {
		if !valid(c) {
			return fmt.Sprintf("%q has the character %q", name, c)
		}
	}
	return ""
}

const maxName = 144 // IBM's packaging chapter

func IsLowerAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
}
