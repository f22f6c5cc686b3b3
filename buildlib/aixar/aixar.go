// Package aixar reads and writes AIX's indexed archives in the small format, as ar -g makes them and as the control libraries
// (liblpp.a) of installp packages have it. No free tool writes this format; GNU ar reads it when built for AIX's object files.
//
// It has the shape of archive/tar, but an AIX archive is a chain of offsets with its ends at the front: the Reader needs an
// io.ReaderAt, and the Writer keeps the archive in memory until Close. The archives of packages have a few kilobytes.
package aixar

import "time"

// Header describes one member.
type Header struct {
	Name     string    // a file name without directories, printable ASCII, at most 255 bytes
	Mode     uint32    // the twelve permission bits of chmod, without a file type
	UID, GID uint32    // 0 and 0 in the control libraries of packages
	Size     int64     // bytes
	ModTime  time.Time // whole seconds, not before 1970
}
