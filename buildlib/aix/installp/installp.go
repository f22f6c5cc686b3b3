// Package installp holds the model of an AIX installp package, and reads its installation image: the file that "installp -a -d"
// takes, called .bff after its container, the output of backup -i. The rooms beside it write, verify and compare images.
//
// The words of AIX, as this package uses them:
//
//   - A package is what one image holds; a fileset is the unit that is installed, listed and removed. Their names nest: package
//     mailtools.sendmail, fileset mailtools.sendmail.rte.
//   - A fileset has a usr part, its files under /usr and /opt, and perhaps a root part, all its other files. The two are apart
//     because many machines can share one /usr (diskless clients, workload partitions), while each has its own /etc and /var. The
//     root part's files travel below inst_root in the usr part and are copied from there.
//   - lpp_name, at the front of the image, says what is in it and what it requires. liblpp.a, one for each part, is the archive of
//     control files: for each fileset its apply list (.al: what is restored from the image), inventory (owner, mode, checksum of
//     each file, kept in the product database), size and scripts.
//
// The image that write makes depends on nothing but the Package: not on the order in which filesets and files are given, and not on the clock, the
// owners or the locale of this machine.
//
// The formats are described in docs/formats.md; rules W1 to W40, which comments here cite, are numbered there. "S3" is the package
// rpm.rte 3.0.5.52 as IBM's own build system made it (2012), "S2" one made by mkinstallp (2013).
package installp

import (
	"io"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// Package is everything that goes into one installation image.
type Package struct {
	Name  string
	Level vrmf.Level // also that of filesets which bring none
	// Time is the date of everything in the image, in whole seconds.
	Time     time.Time
	Filesets []Fileset
	// Users and Groups are accounts that the usr part's pre_i scripts create where they are missing. Files may belong to them as
	// to AIX's own accounts.
	Users, Groups []string
	// Provided are directories that are neither AIX's own nor in this package, but that its requisites bring; files may be put
	// into them.
	Provided []string
}

// Fileset is one installable unit of a package.
type Fileset struct {
	Name  string
	Level vrmf.Level // zero for the package's
	Text  string     // title that lslpp shows, at most 60 characters
	// Requisites are lines of lpp_name: "*prereq bos.rte 6.1.0.0", or several lines for a group, of which more than the number
	// given must be there: ">0 {", "*prereq vendor.a.rte", "*prereq vendor.b.rte", "}".
	Requisites []string
	Copyright  string // lines shown at installation
	Files      []File
	Usr, Root  Scripts // scripts of each part
}

// Type is what a File is.
type Type uint8

// The types that our packages can hold, then those that only the inventories of others have.
const (
	Regular Type = iota
	Directory
	Symlink
	FIFO
	BlockDevice
	CharDevice
	MPXDevice // a multiplexed one
	Multiple  // MULT, met in packages of others
)

// File is one object that a fileset installs and owns.
type File struct {
	Path string // absolute; where it will be on the target
	Type Type
	Mode uint32 // the twelve permission bits of chmod, as in 0o2555; a symbolic link has none
	// Owner and Group are names on the target; both may be empty for a symbolic link, which belongs to root and system.
	Owner, Group string
	Size         int64 // bytes of a regular file
	// Open opens the content of a regular file. It may be called twice, to compute the checksum and to copy the content; both times
	// it must bring the same Size bytes. It may be nil when Size is 0.
	Open   func() (io.ReadCloser, error)
	Target string   // what a symbolic link says
	Links  []string // further absolute paths of a regular file, which sysck makes hard links
	// Volatile files may change after installation: the product database keeps neither their size nor their checksum.
	Volatile bool
	// Config says what happens to a user's version of this file when a newer level is installed over it. It makes a file volatile.
	Config Method
}

// Method is a way to treat a configuration file that the user may have changed, as .cfgfiles names it.
type Method string

// The methods. All but Other and UserMerge leave the user's version in place.
const (
	Preserve  Method = "preserve"   // the user's file is put back over the new one
	AutoMerge Method = "auto_merge" // post_i merges new data into the saved file, which is then put back
	HoldNew   Method = "hold_new"   // the user's file stays, the new one is kept in the save directory
	UserMerge Method = "user_merge" // the new file is installed, the user's one is kept in the save directory
	Other     Method = "other"      // like UserMerge, but the rest is up to the scripts
)

var Methods = []Method{Preserve, AutoMerge, HoldNew, UserMerge, Other}

// FileName is the name that bffcreate gives such an image: name, level and I for installation (W36).
func (p *Package) FileName() string {
	return p.Name + "." + p.Level.String() + ".I"
}

// LevelOf is the level of a fileset: its own one or the package's.
func (p *Package) LevelOf(f *Fileset) vrmf.Level {
	if f.Level.IsZero() {
		return p.Level
	}
	return f.Level
}

// Home is the directory of the package's control files on the target.
func (p *Package) Home() string { return LppDirectory + p.Name }

// InstRoot is where the root part's files travel.
func (p *Package) InstRoot() string { return p.Home() + "/" + InstRootName }
