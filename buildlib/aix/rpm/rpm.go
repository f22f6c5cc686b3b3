// Package rpm reads what an RPM for AIX says of itself: its headers, not its payload.
//
// It is a reader of our own because those that were looked at do not bear damaged files: go-rpmutils v0.4.0 (sassoftware) cuts its tables where a header
// says, unchecked, and go-rpm (cavaliercoder) asks for as much memory as one says. The layout is that of RPM's own manual ("RPM Package Format", V3);
// RPMs of AIX have no region tags, file names with their directories, and their level of AIX in the name of the system (docs/formats.md, 17).
package rpm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"
	"time"
)

// ErrFormat: this is no RPM, or a damaged one.
var ErrFormat = errors.New("not an RPM, or a damaged one")

// Magic is how one begins.
const Magic = "\xed\xab\xee\xdb"

// Package is what an RPM says of itself.
type Package struct {
	Name     string    `json:"name"`
	Epoch    *uint32   `json:"epoch"`
	Version  string    `json:"version"`
	Release  string    `json:"release"`
	Arch     string    `json:"arch"`
	OS       string    `json:"os"` // with the level, such as aix7.1: AIX's rpm takes those that its os_compat lists
	Summary  string    `json:"summary"`
	Built    time.Time `json:"built"`
	Source   bool      `json:"source"`
	Requires []string  `json:"requires"` // paths, other packages, and libraries as archive(member)
	Provides []string  `json:"provides"`
	Files    []File    `json:"files"`
}

// File is one that it installs.
type File struct {
	Name   string    `json:"name"`
	Mode   uint32    `json:"mode"` // with the type, as in stat's st_mode
	Owner  string    `json:"owner"`
	Group  string    `json:"group"`
	Size   int64     `json:"size"`
	Time   time.Time `json:"time"`
	Target string    `json:"target,omitempty"`
}

// Level is version and release, as lslpp shows it.
func (p *Package) Level() string { return p.Version + "-" + p.Release }

const (
	leadSize   = 96 // its numbers of processor and system mean nothing on AIX
	leadType   = 6  // u16: 1 for a source package
	headerMark = "\x8e\xad\xe8\x01"
	headerSize = 16 // mark, four bytes, number of entries, bytes of data
	entrySize  = 16 // tag, type, offset, count; all u32

	mostEntries = 1 << 16
	mostData    = 64 << 20 // RPM's own limit is 256 MiB; that of 30,000 files is 3 MiB
)

// Tags (RPM's manual).
const (
	tagName, tagVersion, tagRelease, tagEpoch, tagSummary, tagBuilt                                         = 1000, 1001, 1002, 1003, 1004, 1006
	tagOS, tagArch, tagOldNames, tagSizes, tagModes, tagTimes, tagTargets, tagOwners, tagGroups             = 1021, 1022, 1027, 1028, 1030, 1034, 1036, 1039, 1040
	tagProvides, tagRequireFlags, tagRequires, tagRequireVersions, tagDirIndexes, tagBaseNames, tagDirNames = 1047, 1048, 1049, 1050, 1116, 1117, 1118
	tagProvideFlags, tagProvideVersions                                                                     = 1112, 1113
)

// Read reads the headers.
func Read(r io.Reader) (*Package, error) {
	lead := make([]byte, leadSize)
	if err := fill(r, lead); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(lead, []byte(Magic)) {
		return nil, fmt.Errorf("%w: it begins with % x", ErrFormat, lead[:len(Magic)])
	}
	signature, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	if err := fill(r, make([]byte, (8-len(signature.data)%8)%8)); err != nil {
		return nil, err
	}
	h, err := readHeader(r)
	if err != nil {
		return nil, err
	}
	p := &Package{
		Name: h.text(tagName), Version: h.text(tagVersion), Release: h.text(tagRelease), Arch: h.text(tagArch), OS: h.text(tagOS), Summary: h.text(tagSummary),
		Source:   binary.BigEndian.Uint16(lead[leadType:]) == 1,
		Requires: h.relations(tagRequires, tagRequireFlags, tagRequireVersions), Provides: h.relations(tagProvides, tagProvideFlags, tagProvideVersions),
	}
	if epoch := h.numbers(tagEpoch); len(epoch) > 0 {
		p.Epoch = &epoch[0]
	}
	if built := h.numbers(tagBuilt); len(built) > 0 {
		p.Built = time.Unix(int64(built[0]), 0).UTC()
	}
	if p.Name == "" || p.Version == "" {
		return nil, fmt.Errorf("%w: its header has no name or no version", ErrFormat)
	}
	p.Files = h.files()
	return p, nil
}

// header is a table of tags with their data.
type header struct {
	entries map[uint32][3]uint32 // type, offset, count
	data    []byte
}

func readHeader(r io.Reader) (*header, error) {
	head := make([]byte, headerSize)
	if err := fill(r, head); err != nil {
		return nil, err
	}
	count, size := binary.BigEndian.Uint32(head[8:]), binary.BigEndian.Uint32(head[12:])
	if string(head[:len(headerMark)]) != headerMark || count > mostEntries || size > mostData {
		return nil, fmt.Errorf("%w: a header that begins with % x", ErrFormat, head)
	}
	// The memory grows with what there is, not with what the header says.
	b, err := io.ReadAll(io.LimitReader(r, int64(count)*entrySize+int64(size)))
	if err == nil && len(b) < int(count*entrySize+size) {
		err = fmt.Errorf("%w: it ends in a header", ErrFormat)
	}
	if err != nil {
		return nil, err
	}
	h := &header{map[uint32][3]uint32{}, b[count*entrySize:]}
	for ; count > 0; count, b = count-1, b[entrySize:] {
		u32 := func(at int) uint32 { return binary.BigEndian.Uint32(b[at:]) }
		h.entries[u32(0)] = [3]uint32{u32(4), u32(8), u32(12)}
	}
	return h, nil
}

func fill(r io.Reader, b []byte) error {
	if _, err := io.ReadFull(r, b); err == io.EOF || err == io.ErrUnexpectedEOF {
		return fmt.Errorf("%w: it ends before its headers do", ErrFormat)
	} else if err != nil {
		return err
	}
	return nil
}

// at is the data of a tag from its offset on; of kind 0, which is none, for a tag that is not there.
func (h *header) at(tag uint32) (kind uint32, count int, data []byte) {
	e := h.entries[tag]
	data = h.data[min(uint64(e[1]), uint64(len(h.data))):]
	return e[0], int(min(uint64(e[2]), uint64(len(data)))), data // every value takes a byte at the least
}

// The types of data: 2 to 4 are numbers of one, two and four bytes; 6, 8 and 9 texts.
func (h *header) numbers(tag uint32) []uint32 {
	kind, count, data := h.at(tag)
	width := map[uint32]int{2: 1, 3: 2, 4: 4}[kind]
	if width == 0 {
		return nil
	}
	all := make([]uint32, min(count, len(data)/width))
	for i := range all {
		switch b := data[i*width:]; width {
		case 1:
			all[i] = uint32(b[0])
		case 2:
			all[i] = uint32(binary.BigEndian.Uint16(b))
		default:
			all[i] = binary.BigEndian.Uint32(b)
		}
	}
	return all
}

func (h *header) texts(tag uint32) []string {
	kind, count, data := h.at(tag)
	if kind != 6 && kind != 8 && kind != 9 {
		return nil
	}
	var all []string
	for ; count > 0; count-- {
		text, rest, ended := bytes.Cut(data, []byte{0})
		if !ended {
			break
		}
		all, data = append(all, string(text)), rest
	}
	return all
}

func (h *header) text(tag uint32) string { return nth(h.texts(tag), 0) }

// nth is one of several values, of which a damaged header has too few.
func nth[V any](values []V, i int) (v V) {
	if i < len(values) {
		v = values[i]
	}
	return v
}

// relations gives what is required or provided, with the level where there is one: "libgcc >= 4.2.3".
func (h *header) relations(names, flags, versions uint32) []string {
	all := []string{}
	levels, signs := h.texts(versions), h.numbers(flags)
	for i, name := range h.texts(names) {
		sign := ""
		for _, s := range []struct {
			bit  uint32
			text string
		}{{2, "<"}, {4, ">"}, {8, "="}} {
			if nth(signs, i)&s.bit != 0 {
				sign += s.text
			}
		}
		if level := nth(levels, i); level != "" && sign != "" {
			name += " " + sign + " " + level
		}
		all = append(all, name)
	}
	return all
}

func (h *header) files() []File {
	names := h.texts(tagOldNames)
	if names == nil {
		dirs, indexes := h.texts(tagDirNames), h.numbers(tagDirIndexes)
		for i, base := range h.texts(tagBaseNames) {
			names = append(names, path.Join(nth(dirs, int(nth(indexes, i))), base))
		}
	}
	sizes, modes, times := h.numbers(tagSizes), h.numbers(tagModes), h.numbers(tagTimes)
	owners, groups, targets := h.texts(tagOwners), h.texts(tagGroups), h.texts(tagTargets)
	all := make([]File, len(names))
	for i, name := range names {
		all[i] = File{name, nth(modes, i), nth(owners, i), nth(groups, i), int64(nth(sizes, i)), time.Unix(int64(nth(times, i)), 0).UTC(), nth(targets, i)}
	}
	return all
}
