// Package ar reads and writes AIX's two indexed archive formats: the small one, as ar -g makes it and as the control libraries
// (liblpp.a) of installp packages have it, and the big one, which ar makes without -g and which object libraries have. No free tool
// writes the small format; GNU ar, when built for AIX's object files, reads both, llvm-ar the big one.
//
// It has the shape of archive/tar, but an AIX archive is a chain of offsets with its ends at the front: the Reader needs an
// io.ReaderAt, and the Writer keeps the archive in memory until Close. The archives of packages have a few kilobytes.
//
// Where the Reader differs from ar: the member table and the symbol tables must agree with the chain of members, members must not
// overlap, and names that would leave the directory are refused. The list of free members is not looked at.
package ar

import "time"

// Format is one of the two formats.
type Format int

// The formats. The members of both have the same fields; numbers of the big one are wider, and it has a symbol table for each width
// of object files.
const (
	Small Format = iota // <aiaff>, installp's
	Big                 // <bigaf>
)

// Header describes one member.
type Header struct {
	Name     string    // a file name without directories; the Writer wants printable ASCII, at most 255 bytes
	Mode     uint32    // the twelve permission bits of chmod, without a file type
	UID, GID uint32    // 0 and 0 in the control libraries of packages
	Size     int64     // bytes
	ModTime  time.Time // whole seconds, not before 1970
}

// Stored tells where the archive holds a member.
type Stored struct {
	Offset int64 // of the member's header
	Data   int64 // offset of its data
}

// Symbol is an entry of a symbol table, which ar makes for archives with object files.
type Symbol struct {
	Name   string
	Offset int64 // of the header of the member that defines it
	Bits   int   // 32 or 64, the width of that member; 0 in the small format, which has one table for both
}
