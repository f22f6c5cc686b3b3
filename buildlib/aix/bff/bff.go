// Package bff reads and writes archives in AIX's backup-by-name format: the output of backup -i, the input of restore, and the
// container of installp packages, whose files are called .bff.
//
// It has the shape of archive/tar. The Writer makes what a package needs, directories and regular files, and gives the same bytes
// for the same calls on any machine. The Reader also takes what AIX itself writes: packed data, access control lists, symbolic
// links, names of any form, and left-over memory wherever AIX leaves some. With [Reader.Strict] it takes only what the Writer
// could have written, to the last byte.
//
// Where the Reader differs from restore: it checks every header checksum, and that packed data unpacks to exactly the size that the
// header tells. No archive made by AIX shows how symbolic links, devices, FIFOs, further hard links and further volumes are stored: they
// are read in each of the layouts that public readers assume, and the checksum of the next header proves which it is.
package bff

import (
	"slices"
	"strings"
	"time"
)

// The file types of [Header.Mode], as in stat's st_mode.
const (
	TypeDir     = 0o040000
	TypeRegular = 0o100000
	TypeSymlink = 0o120000 // this and the next are only read: no archive made by AIX shows how one is stored
	TypeFIFO    = 0o010000
	TypeChar    = 0o020000
	TypeBlock   = 0o060000
	TypeSocket  = 0o140000
	TypeMPX     = 0o030000 // a multiplexed character device, AIX's own
)

// HasMagic reports whether data begins as an archive does, be the rest of its first header right or damaged.
func HasMagic(data []byte) bool {
	return len(data) >= offMagic+2 && slices.Contains([]uint16{magicPlain, magicPacked, magicByInode}, le.Uint16(data[offMagic:])) || isTape(data)
}

// Header describes one member.
type Header struct {
	Name string // as stored: relative, and beginning with ./ in packages
	// Mode is the file type, TypeDir, TypeRegular or TypeSymlink, with the twelve permission bits of chmod: 0o102555 is a
	// set-group-id program. They are AIX's own numbers and not an fs.FileMode, whose set-id bits stand elsewhere: an 0o2555 read from
	// a manifest is safe here and would silently lose its 0o2000 there. The Reader drops what AIX keeps above these sixteen bits.
	Mode     uint32
	UID, GID uint32
	Size     int64     // bytes, unpacked; 0 for directories, the length of the target for symbolic links
	ModTime  time.Time // whole seconds from 1970 to 2106; the zero Time lets the Writer use its own
}

// IsDir reports whether the member is a directory.
func (h *Header) IsDir() bool { return h.Mode&typeMask == TypeDir }

// IsRegular reports whether the member is a regular file.
func (h *Header) IsRegular() bool { return h.Mode&typeMask == TypeRegular }

// IsSymlink reports whether the member is a symbolic link; its data is the target.
func (h *Header) IsSymlink() bool { return h.Mode&typeMask == TypeSymlink }

// IsSpecial reports whether the member is a device, a FIFO or a socket.
func (h *Header) IsSpecial() bool {
	return slices.Contains([]uint32{TypeFIFO, TypeChar, TypeBlock, TypeSocket, TypeMPX}, h.Mode&typeMask)
}

// IsNFS4ACL reports whether the member is no file, but the text of an NFS4 access control list. Such a member has the mode of a
// regular file, and a name whose last component is two bytes 0x7F (S1).
func (h *Header) IsNFS4ACL() bool { return strings.HasSuffix(h.Name, NFS4Name) && h.IsRegular() }

// NFS4Name is what such a member has behind the name of the file that the list is of.
const NFS4Name = "/\x7f\x7f"

// Stored tells how and where the archive holds a member. A tool that lists or verifies needs it; one that extracts does not.
type Stored struct {
	Offset int64 // of the member's header in the archive
	Data   int64 // offset of its data
	Size   int64 // bytes of data there, without fill: of a packed member not those that Read gives
	Packed bool  // the data is Huffman-packed
	// ACL holds the extended entries of the access control list, most often none, in the words of aclget with numbers for names:
	// "permit rw- g:214". What is no entry of the known form is given in hexadecimal.
	ACL []string
}

// Special is what only some members have.
type Special struct {
	// Links and Inode tell hard links: names of one file have both alike. HardLink is set for one whose data came with an earlier name.
	Links        uint16
	Inode        uint32
	HardLink     bool
	Major, Minor uint32 // of a device
}
