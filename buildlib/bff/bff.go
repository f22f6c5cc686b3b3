// Package bff reads and writes archives in AIX's backup-by-name format: the output of backup -i, the input of restore, and the
// container of installp packages, whose files are called .bff.
//
// It has the shape of archive/tar. The Writer makes what a package needs, directories and regular files, and gives the same bytes
// for the same calls on any machine. The Reader also takes what AIX itself writes.
//
// Where the Reader differs from restore: it checks every header checksum; extended ACLs and everything else in the security block
// are skipped; a Huffman-packed member is listed but not unpacked; members other than directories and regular files end the
// reading, because no archive made by AIX shows how they are stored.
package bff

import "time"

// The file types of [Header.Mode], as in stat's st_mode.
const (
	TypeDir     = 0o040000
	TypeRegular = 0o100000
)

// Header describes one member.
type Header struct {
	Name string // as stored: relative, and beginning with ./ in packages
	// Mode is the file type, TypeDir or TypeRegular, with the twelve permission bits of chmod: 0o102555 is a set-group-id program.
	// They are AIX's own numbers and not an fs.FileMode, whose set-id bits stand elsewhere: an 0o2555 read from a manifest is safe
	// here and would silently lose its 0o2000 there. The Reader drops what AIX keeps above these sixteen bits.
	Mode     uint32
	UID, GID uint32
	Size     int64     // bytes; 0 for directories
	ModTime  time.Time // whole seconds from 1970 to 2106; the zero Time lets the Writer use its own
}

// IsDir tells whether the member is a directory.
func (h *Header) IsDir() bool { return h.Mode&typeMask == TypeDir }

// IsRegular tells whether the member is a regular file.
func (h *Header) IsRegular() bool { return h.Mode&typeMask == TypeRegular }
