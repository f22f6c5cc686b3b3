package installptest

import "encoding/binary"

// RPMTag is one entry of an RPM's header: texts or numbers.
type RPMTag struct {
	Tag     uint32
	Texts   []string
	Numbers []uint32
}

// RPM is an RPM as those of AIX are: a signature header with one number, and no region tags.
func RPM(tags ...RPMTag) []byte {
	out := make([]byte, 96)
	copy(out, "\xed\xab\xee\xdb\x03\x00")
	signature := rpmHeader([]RPMTag{{Tag: 1000, Numbers: []uint32{1}}})
	out = append(out, signature...)
	out = append(out, make([]byte, (8-len(signature)%8)%8)...)
	return append(out, rpmHeader(tags)...)
}

func rpmHeader(tags []RPMTag) []byte {
	var entries, data []byte
	u32 := binary.BigEndian.AppendUint32
	for _, t := range tags {
		kind, count := uint32(8), uint32(len(t.Texts))
		if t.Texts == nil {
			kind, count = 4, uint32(len(t.Numbers))
		}
		entries = u32(u32(u32(u32(entries, t.Tag), kind), uint32(len(data))), count)
		for _, text := range t.Texts {
			data = append(append(data, text...), 0)
		}
		for _, n := range t.Numbers {
			data = u32(data, n)
		}
	}
	head := append([]byte("\x8e\xad\xe8\x01"), 0, 0, 0, 0)
	return append(append(u32(u32(head, uint32(len(tags))), uint32(len(data))), entries...), data...)
}

// WgetRPM is a small RPM of the form of AIX's old ones: the file names whole, libraries as archive(member), the level of AIX in the system's name.
func WgetRPM() []byte {
	text := func(tag uint32, texts ...string) RPMTag { return RPMTag{Tag: tag, Texts: texts} }
	number := func(tag uint32, numbers ...uint32) RPMTag { return RPMTag{Tag: tag, Numbers: numbers} }
	return RPM(text(1000, "wget"), text(1001, "1.9.1"), text(1002, "1"), text(1004, "Gets files"), number(1006, 1e9), text(1021, "aix5.1"), text(1022, "ppc"),
		text(1027, "/opt/freeware/bin/wget", "/usr/bin/wget"), number(1028, 1000, 24), number(1030, 0o100755, 0o120777), number(1034, 1e9, 1e9),
		text(1036, "", "../../opt/freeware/bin/wget"), text(1039, "root", "root"), text(1040, "system", "system"),
		text(1049, "/bin/sh", "libc.a(shr.o)", "gettext"), number(1048, 0, 0, 12), text(1050, "", "", "0.10"), text(1047, "wget"))
}
