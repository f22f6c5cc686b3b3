package database

import "strings"

// Part is one part of a fileset.
type Part string

// The parts. A share part, the third that there is, is not simulated: content H is refused.
const (
	Usr  Part = "usr"
	Root Part = "root"
)

// Label is how the part stands in a summary (observed).
func (p Part) Label() string { return strings.ToUpper(string(p)) }

// Objrepos is the product database's directory (documented).
func (p Part) Objrepos() string {
	if p == Usr {
		return "/usr/lib/objrepos"
	}
	return "/etc/objrepos"
}

// Tree is the part's letter in INUTREE (generally known of the packaging chapter).
func (p Part) Tree() string {
	if p == Usr {
		return "U"
	}
	return "M"
}

// LPP is where the part's control files and saved files are kept (inusave manual page: documented for saved files; that the root
// part's control files are unpacked there as well is inferred: /usr may be read-only then).
func (p Part) LPP() string {
	if p == Usr {
		return "/usr/lpp"
	}
	return "/lpp"
}

// SaveConfig is where files of cfgfiles are kept while levels change (known from administrators' notes).
func (p Part) SaveConfig() string { return p.LPP() + "/save.config" }
