// Package rehearsal performs, in a directory of this machine, what the documents say that installp does with an image: it previews,
// applies, updates, commits, rejects, removes and cleans up after an interruption, and runs the package's scripts under a real
// shell, with that directory for their root and stand-ins for the commands of AIX.
//
// Nobody here has an AIX machine, so this proves less than an installation does, and more than reading scripts: that they succeed
// on a first installation, over an older level, after an interruption and twice in a row; that a removal leaves what it should; and
// that nothing of AIX's own is touched.
//
// What the simulation does is known to different degrees, and comments say which:
//
//   - documented: a manual page or support page of IBM says so
//   - observed: seen in the published output of an AIX machine
//   - inferred: our conclusion, because no document tells; scripts should not depend on it
//
// Where documents leave a choice, the one that is harder on the package is taken.
package rehearsal

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Box is a simulated AIX machine: a directory with IBM's sendmail on it, and a database of what is installed.
//
//	DIR/root     the machine's file system; root/rehearsal is ours: tools, stand-ins, and the record of what they were asked
//	DIR/db       the product database: a file for each part of each fileset
type Box struct {
	Shell string // that is /usr/bin/ksh and /usr/bin/sh here: dash, mksh or ksh93
	// Free is the free space of file systems, in blocks of 512 bytes, by mount point; a path is on the longest one. None for no
	// limit. The preview alone looks at it.
	Free map[string]int64
	// ReadOnlyUsr makes /usr and /opt read-only to scripts, as a diskless client or a workload partition has them.
	ReadOnlyUsr bool

	dir   string
	root  *os.Root // of its file system: nothing that a script makes there leads out of it
	props *Props
	out   io.Writer // what installp prints
	now   func() time.Time
	fate  fate
	known map[part]map[string]*record // see entries
}

// Options are the flags of one call of installp.
type Options struct {
	// Names are the filesets; one selects everything below it, too: sendmail is sendmail.rte and sendmail.cf. None stands for all.
	Names      []string
	Preview    bool // -p
	Force      bool // -F: base levels are installed over the same or a newer one
	Commit     bool // -c with -a: updates are made permanent at once
	NoSave     bool // -N: replaced files are not saved
	Dependents bool // -g: what depends on a removed or rejected fileset goes with it
	RootOnly   bool // -Or: the root part alone, on a machine whose /usr has the usr part already
}

// part is one part of a fileset.
type part string

// The parts. A share part, the third that there is, is not simulated: content H is refused.
const (
	usrPart  part = "usr"
	rootPart part = "root"
)

// label is how the part stands in a summary (observed).
func (p part) label() string { return strings.ToUpper(string(p)) }

// objrepos is the product database's directory (documented).
func (p part) objrepos() string {
	if p == usrPart {
		return "/usr/lib/objrepos"
	}
	return "/etc/objrepos"
}

// tree is the part's letter in INUTREE (generally known of the packaging chapter).
func (p part) tree() string {
	if p == usrPart {
		return "U"
	}
	return "M"
}

// lpp is where the part's control files and saved files are kept (inusave manual page: documented for saved files; that the root
// part's control files are unpacked there as well is inferred: /usr may be read-only then).
func (p part) lpp() string {
	if p == usrPart {
		return "/usr/lpp"
	}
	return "/lpp"
}

// saveConfig is where files of cfgfiles are kept while levels change (known from administrators' notes).
func (p part) saveConfig() string { return p.lpp() + "/save.config" }

// Root is the directory that is the box's file system.
func (b *Box) Root() string { return filepath.Join(b.dir, "root") }

// failure is the fault of an operation that installp would end with a status other than 0.
func failure(what, where, found, do string) error {
	return &fault.Error{Code: "rehearsal-failed", What: what, Where: where, Found: found, Do: do}
}

// Close gives back what the box holds of this process. The directory stays.
func (b *Box) Close() error { return b.root.Close() }
