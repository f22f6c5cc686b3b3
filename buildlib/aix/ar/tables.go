package ar

import (
	"bytes"
	"encoding/binary"
	"io"
)

// What a Reader looks at behind the last member.

// readEnd returns io.EOF when the tables agree with the members that the chain led to.
func (r *Reader) readEnd() error {
	if err := r.checkTable(); err != nil {
		return err
	}
	symbols, err := r.Symbols()
	if err != nil {
		return err
	}
	members := map[int64]bool{}
	for _, e := range r.seen {
		members[e.offset] = true
	}
	for _, s := range symbols {
		if !members[s.Offset] {
			return broken(s.Offset, "the symbol %q is said to be defined in a member here, and there is none", s.Name)
		}
	}
	return io.EOF
}

// checkTable compares the member table with the chain.
func (r *Reader) checkTable() error {
	offset := r.fixed[fixTable]
	if offset == 0 && len(r.seen) == 0 {
		return nil
	}
	start, data, err := r.readTable(offset)
	if err != nil {
		return err
	}
	names := (len(r.seen) + 1) * r.width
	if len(data) < names {
		return broken(offset, "no member table for %d members", len(r.seen))
	}
	count, err := number(data[:r.width], 10)
	if err != nil || count != int64(len(r.seen)) {
		return broken(start, "the member table has %q members, the chain %d", data[:r.width], len(r.seen))
	}
	table, rest := data[r.width:names], data[names:]
	for i, e := range r.seen {
		offset, err := number(table[i*r.width:(i+1)*r.width], 10)
		name, after, ended := bytes.Cut(rest, []byte{0})
		if err != nil || !ended || offset != e.offset || string(name) != e.name {
			return broken(start, "entry %d of the member table is not %s at offset %d", i, e.name, e.offset)
		}
		rest = after
	}
	return nil
}

// maxTable bounds the memory that a table takes, and the symbols in it some five times as much. It is far above what any archive seen here has.
const maxTable = 64 << 20

// readTable reads the member without a name at offset: its data, and where that starts.
func (r *Reader) readTable(offset int64) (start int64, data []byte, err error) {
	h, _, start, err := r.parseMember(offset)
	if err != nil {
		return 0, nil, err
	}
	switch {
	case h.Name != "":
		return 0, nil, broken(offset, "a table with the name %q; tables have none", h.Name)
	case h.Size > maxTable:
		return 0, nil, broken(offset, "a table of %d bytes, more than %d", h.Size, maxTable)
	}
	data, err = r.at(start, h.Size)
	return start, data, err
}

// Symbols gives the entries of the symbol tables, in their order. Archives without object files have none.
//
// A symbol table is a big-endian number of entries, as many offsets of members, and the names, each with a NUL (manual).
func (r *Reader) Symbols() ([]Symbol, error) {
	var all []Symbol
	for i := range r.symbolTables {
		offset := r.fixed[fixSymbols+i]
		if offset == 0 {
			continue
		}
		start, data, err := r.readTable(offset)
		if err != nil {
			return nil, err
		}
		bits := 0
		if r.symbolTables > 1 {
			bits = 32 << i
		}
		symbols, ok := parseSymbols(data, r.symbolWidth, bits)
		if !ok {
			return nil, broken(start, "a symbol table that is shorter than its number of entries tells")
		}
		all = append(all, symbols...)
	}
	return all, nil
}

func parseSymbols(data []byte, width, bits int) (symbols []Symbol, ok bool) {
	if len(data) < width {
		return nil, false
	}
	count := binaryNumber(data[:width])
	if count > uint64(len(data)) { // each takes several; what follows counts in int
		return nil, false
	}
	names := width * (1 + int(count))
	rest := data[min(names, len(data)):]
	for i := range int(count) {
		name, after, ended := bytes.Cut(rest, []byte{0})
		if !ended {
			return nil, false
		}
		symbols = append(symbols, Symbol{Name: string(name), Offset: int64(binaryNumber(data[width*(1+i):][:width])), Bits: bits})
		rest = after
	}
	return symbols, true
}

func binaryNumber(b []byte) uint64 {
	if len(b) == 4 {
		return uint64(binary.BigEndian.Uint32(b))
	}
	return binary.BigEndian.Uint64(b)
}
