package bff

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// The layout. How each fact is known:
//
//   - manual: the page "backup File" of IBM's Files Reference;
//   - S1: two archives made by backup -i on AIX (2024, 2026);
//   - S2: an installp package made by mkinstallp on AIX (2013);
//   - S3: the package rpm.rte 3.0.5.52 as IBM's build system made it (2012).
//
// Integers are little-endian, although AIX machines are not (S1, S2, S3). The unit of length is the word of 8 bytes; every
// header and every run of data starts on a multiple of it (S1, S2, S3).
//
//	FS_VOLUME                                   once
//	FS_NAME_X  [security block  [data]]         for each member
//	FS_END, filled up to a whole block          once
const (
	wordSize = 8
	// blockSize: S1, S2 and S3 are whole numbers of blocks; S2 is 7, so no larger unit is needed (the -b flag of backup counts these).
	blockSize = 512
)

// Every header starts with its length in words, its type, a magic and a checksum (manual, S1, S2, S3).
const (
	offLen      = 0 // u8, name field included
	offType     = 1 // u8
	offMagic    = 2 // u16
	offChecksum = 4 // u16

	typeVolume = 0  // FS_VOLUME (manual)
	typeEnd    = 7  // FS_END (manual)
	typeNameX  = 11 // FS_NAME_X (manual)

	magicPlain   = 0xEA6B // 60011 (S1, S2, S3)
	magicPacked  = 0xEA6C // 60012 (34 members of S3): the data of this member is Huffman-packed
	magicByInode = 0xEA6D // manual: XIX_MAGIC, 60013, of archives by inode, if one has a header of this form
)

// What an archive by inode begins with (manual: u_spcl): numbers of 32 bits, big-endian as AIX's machines are [inferred], in a record of
// its own form.
const (
	tapeType   = 0  // TS_TAPE is 1
	tapeDate   = 4  // seconds since 1970
	tapeVolume = 12 // the number of this volume
	tapeMagic  = 24 // OSF_MAGIC, NFS_MAGIC or XIX_MAGIC, 60011 to 60013
	tapeStart  = 28 // bytes that tell it

	typeTape = 1
)

// FS_VOLUME (manual for the fields; places and values: S1, S2, S3).
const (
	volumeSize = 72

	volNumber     = 6  // u16: 1
	volDate       = 8  // u32: seconds since 1970
	volDumpDate   = 12 // u32: the same in every sample
	volWords      = 16 // u32: words on the volume
	volDisk       = 20 // 16 bytes, NUL filled
	volFileSystem = 36 // 16 bytes
	volUser       = 52 // 16 bytes: who made it
	volIncrement  = 68 // u16, then a u16 of 0

	volWordsUnlimited  = 0x7FFFFFFF // S1, S2, S3
	volIncrementByName = 100        // S1, S2, S3: means "by name"
)

// FS_NAME_X (manual for the fields; places: S1, S2, S3).
const (
	nameFixed = 64 // where the name starts; NUL-terminated and filled up to a whole word

	nxNlink = 6  // u16
	nxIno   = 8  // u32
	nxMode  = 12 // u32
	nxUID   = 16 // u32
	nxGID   = 20 // u32
	nxSize  = 24 // u32: 0 for directories
	nxAtime = 28 // u32
	nxMtime = 32 // u32
	nxCtime = 36 // u32
	nxMajor = 48 // u32: of a device file; 40 and 44 are those of the device that the file lies on
	nxMinor = 52 // u32
	nxDsize = 56 // u32: bytes stored; 60 is a u32 of 0

	maxHeader = 255 * wordSize // offLen is one byte
	// maxName follows from it: one byte is the name's NUL.
	maxName = maxHeader - nameFixed - 1
	// maxTarget is AIX's PATH_MAX: the longest target of a symbolic link.
	maxTarget = 1023
)

// The security block: two lengths in words, then the access control list and the privileges list (S1, S2, S3; IBM
// documents the ACL, under the type name AIXC). Ours have no extended entries; security.go reads those of S1.
const (
	securityLengths = 8
	securitySize    = 40

	secACLWords  = 0    // u32
	secPCLWords  = 4    // u32
	secACL       = 8    // u32: bytes of the list, these four included
	secACLMode   = 12   // u32: set-id bits; S1, S2: 0 for files without, S3: the low mode word
	secOwner     = 18   // u16 access bits; the u16 before is left-over memory in S1 and S2, 0 in S3
	secGroup     = 20   // u16
	secOthers    = 22   // u16
	secPCL       = 24   // u32: bytes of the list
	secPCLMode   = 28   // u32: the header's mode word in every sample; eight bytes of 0 follow
	maxList      = 4096 // bytes of an AIXC list on JFS2 (manual: "AIXC Access Control List")
	listBytes    = 16
	listWords    = listBytes / wordSize
	setIDBits    = 0o7000
	permMask     = 0o7777
	lowModeWord  = 0xFFFF // above: 0x10000 on directories of JFS2 (S1, S2), 0x2000000 with an extended ACL (S1); S3 has neither
	typeMask     = 0o170000
	inoDirectory = 0xFFFFFFFF // S1, S2: inode number of the first directory, counted down
)

// endHeader is FS_END with its checksum. The last u16 is 1 in S1 and S2 and arbitrary in S3; its meaning is unknown.
var endHeader = [wordSize]byte{1, typeEnd, 0x6B, 0xEA, 0x84, 0x0A, 1, 0}

// The errors that callers can test for. All come wrapped, with the offset or the name they are about.
var (
	// ErrHeader: what should be a header is none, or breaks the format.
	ErrHeader = errors.New("invalid header")
	// ErrData: the packed data of a member breaks the format, or does not unpack to the member's size.
	ErrData = errors.New("invalid packed data")
	// ErrType: the member is of a type that is not read or, beyond directories and regular files, not written.
	ErrType = errors.New("a type of file that is not supported")
	// ErrInode: an archive by inode, of a whole file system; its members are kept otherwise, and not read. It is an ErrHeader as well.
	ErrInode = errors.New("an archive by inode (backup -f of a file system)")
	// ErrVolume: the archive goes on in a volume that is not here.
	ErrVolume = errors.New("the archive goes on in another volume")
	// ErrStrict: a strict Reader met what the Writer would not have written.
	ErrStrict = errors.New("not as our Writer makes it")
	// ErrName: the name has no place in an installp image.
	ErrName = errors.New("invalid name")
	// ErrTooLarge: a file of 2 GiB or more, which sysck cannot handle (sysck manual page), or a number that its field cannot hold.
	ErrTooLarge = errors.New("too large")
	// ErrWriteTooLong: more data than the header announced.
	ErrWriteTooLong = errors.New("more data than the header announced")
	// ErrWriteTooShort: less data than the header announced.
	ErrWriteTooShort = errors.New("less data than the header announced")
	// ErrWriteAfterClose: the archive has ended already.
	ErrWriteAfterClose = errors.New("write after close")
)

// checksum is that of all headers; data, security blocks and fill have none. The two bytes of the checksum itself count as 0.
// Found with, and true of, every header of S1, S2 and S3.
func checksum(header []byte) uint16 {
	var sum uint32
	for _, b := range header[:offChecksum] {
		sum += addends[b]
	}
	for _, b := range header[offChecksum+2:] {
		sum += addends[b]
	}
	return uint16(sum) // the addends are below 1<<16, so cutting each off, as AIX may do, changes nothing
}

// addends are what each byte adds to a checksum: itself, shifted by its lowest three bits. A table takes half the time.
var addends = func() (all [256]uint32) {
	for b := range uint32(len(all)) {
		all[b] = b << (b & 7)
	}
	return all
}()

// pad is the number of bytes from n to the next multiple of unit.
func pad(n int64, unit int64) int64 {
	return (unit - n%unit) % unit
}

// checkName refuses what is no plain name relative to the root: restore takes names as they stand (restore manual page), and
// the names of a package begin with ./ (S2, S3). Which characters installp's tools cannot bear is the business of installp.
func checkName(name string) error {
	if len(name) > maxName {
		return fmt.Errorf("%w: %d bytes, a header holds %d", ErrName, len(name), maxName)
	}
	rest, relative := strings.CutPrefix(name, "./")
	if !relative {
		return fmt.Errorf("%w %q: does not begin with ./", ErrName, name)
	}
	for _, c := range []byte(rest) {
		if c <= ' ' || c > '~' {
			return fmt.Errorf("%w %q: byte %#02x is not printable ASCII", ErrName, name, c)
		}
	}
	if rest == "" {
		return nil
	}
	for component := range strings.SplitSeq(rest, "/") {
		switch component {
		case "", ".", "..":
			return fmt.Errorf("%w %q: has the component %q", ErrName, name, component)
		}
	}
	return nil
}

var le = binary.LittleEndian
