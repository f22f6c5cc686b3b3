package bff

import (
	"fmt"
	"strings"
)

// security is the block that follows the header. Restoring the ACL sets the set-id bits (AIXC ACLs hold them), so they are in it;
// that this is needed is an inference, it matches all samples.
func security(mode uint32) []byte {
	b := make([]byte, securitySize)
	le.PutUint32(b[secACLWords:], listWords)
	le.PutUint32(b[secPCLWords:], listWords)
	le.PutUint32(b[secACL:], listBytes)
	le.PutUint32(b[secACLMode:], mode&setIDBits)
	le.PutUint16(b[secOwner:], uint16(mode>>6&7))
	le.PutUint16(b[secGroup:], uint16(mode>>3&7))
	le.PutUint16(b[secOthers:], uint16(mode&7))
	le.PutUint32(b[secPCL:], listBytes)
	le.PutUint32(b[secPCLMode:], mode)
	return b
}

// readSecurity reads the security block to the place behind the header in the buffer. It gives both, and sets the ACL of the
// current member.
func (r *Reader) readSecurity(header []byte) ([]byte, error) {
	start := r.offset
	b := header[len(header) : len(header)+securityLengths]
	if err := r.fill(b); err != nil {
		return nil, err
	}
	words, pclWords := le.Uint32(b[secACLWords:]), le.Uint32(b[secPCLWords:])
	if words > maxList/wordSize || pclWords > maxList/wordSize {
		return nil, broken(start, "lists of access and privileges with %d and %d words; the largest has %d",
			words, pclWords, maxList/wordSize)
	}
	acl := b[securityLengths : securityLengths+words*wordSize]
	pcl := acl[len(acl) : len(acl)+int(pclWords)*wordSize]
	if err := r.fill(acl[:len(acl)+len(pcl)]); err != nil {
		return nil, err
	}
	if len(acl) > 0 {
		// A length of its own says how much of the words it takes.
		if len(acl) < listBytes || le.Uint32(acl) < listBytes || le.Uint32(acl) > uint32(len(acl)) {
			return nil, broken(start+securityLengths, "an ACL of %d bytes in %d words", le.Uint32(acl), words)
		}
		r.stored.ACL = entries(acl[listBytes:le.Uint32(acl)])
	}
	return r.buf[:len(header)+len(b)+len(acl)+len(pcl)], nil
}

// An extended entry: its length, what it does, and for whom: identities of a length, a kind and a number. All is little-endian but
// the number (S1). S1 has kinds 1 and 2; that 1 is permit, it tells itself in a text beside. 2 and 3 follow the order in which IBM
// lists them, ACC_PERMIT, ACC_DENY, ACC_SPECIFY [inferred]. Several identities in one entry: gnulib and Samba expect them.
const (
	aceSize   = 4 // u16 length, u16: two bits of kind above, rwx below
	aceIDSize = 8 // u16 8, u16 1 user or 2 group, u32 big-endian
)

var (
	aceKinds = []string{"", "permit", "deny", "specify"}
	acePerms = []string{"---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"}
)

// entries gives the extended entries of an ACL as text.
func entries(b []byte) []string {
	var list []string
	for len(b) >= aceSize+aceIDSize {
		size := int(le.Uint16(b))
		if size < aceSize+aceIDSize || size > len(b) {
			break
		}
		text, ok := entry(b[:size])
		if !ok {
			break
		}
		list = append(list, text)
		b = b[size:]
	}
	if len(b) > 0 {
		list = append(list, fmt.Sprintf("unknown %x", b))
	}
	return list
}

func entry(b []byte) (string, bool) {
	access := le.Uint16(b[2:])
	kind := aceKinds[access>>14]
	ids, ok := identities(b[aceSize:])
	if kind == "" || !ok || access&0x3FFF > 7 {
		return "", false
	}
	return kind + " " + acePerms[access&7] + " " + ids, true
}

func identities(b []byte) (string, bool) {
	var ids []string
	for ; len(b) > 0; b = b[aceIDSize:] {
		if len(b) < aceIDSize || le.Uint16(b) != aceIDSize {
			return "", false
		}
		number := be.Uint32(b[4:])
		switch le.Uint16(b[2:]) {
		case 1:
			ids = append(ids, fmt.Sprintf("u:%d", number))
		case 2:
			ids = append(ids, fmt.Sprintf("g:%d", number))
		default:
			return "", false
		}
	}
	return strings.Join(ids, ","), true
}
