package epkg

import (
	"strconv"
	"strings"
)

// Keys of the control file (epkg manual page, "Interim fix user-specified package components", "Interim fix file components", "Interim
// fix automatic common components"). SIZE and CKSUM are those that emgr shows of each file.
const (
	keyCount    = "EFIX_FILES"
	fileBegin   = "EFIX_FILE:" // alone on its line
	keyNumber   = "EFIX_FILE_NUM"
	keyShip     = "SHIP_FILE"
	keyTarget   = "TARGET_FILE"
	keyType     = "TYPE"
	keyMember   = "AR_MEM"
	keySize     = "SIZE"
	keyChecksum = "CKSUM"
	none        = "." // as a value
)

// isControl finds the control file by what it says: no name of it is known from a real interim fix.
func isControl(text string) bool {
	for line := range strings.Lines(text) {
		if key, _, ok := strings.Cut(line, "="); ok && strings.TrimSpace(key) == keyCount {
			return true
		}
	}
	return false
}

// parseControl reads lines KEY=value, of the whole first and then of each file.
func (f *Fix) parseControl(text string) {
	f.Keys = map[string]string{}
	keys := f.Keys
	number, files := 0, 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if line == fileBegin {
			keys = map[string]string{}
			if files++; files <= mostFiles {
				f.Files = append(f.Files, File{keys: keys})
			} else if files == mostFiles+1 {
				f.tell("16/control", f.Control, number, "more than "+strconv.Itoa(mostFiles)+" files", "")
			}
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if key = strings.TrimSpace(key); !ok || key == "" {
			f.tell("16/control", f.Control, number, line, "a line KEY=value")
			continue
		}
		if value = strings.TrimSpace(value); value == none {
			value = ""
		}
		if _, twice := keys[key]; twice {
			f.tell("16/control", f.Control, number, "a second "+key, "")
		}
		keys[key] = value
	}
	for i := range f.Files {
		file := &f.Files[i]
		k := file.keys
		file.Ship, file.Target, file.Member, file.Size, file.Checksum, file.Installer, file.ACL =
			k[keyShip], k[keyTarget], k[keyMember], k[keySize], k[keyChecksum], k["INSTALLER"], k["ACL"]
		file.Type = k[keyType]
		for _, need := range []string{keyNumber, keyShip, keyTarget, keyType} {
			if k[need] == "" {
				f.tell("16/control", f.Control, 0, "file "+strconv.Itoa(i+1)+" has no "+need, "")
			}
		}
	}
	if count := f.Keys[keyCount]; count != strconv.Itoa(files) {
		f.tell("16/count", f.Control, 0, strconv.Itoa(files)+" files", keyCount+"="+count)
	}
	f.Abstract, f.Description, f.Reboot = f.Keys["ABSTRACT"], f.Keys["DESCRIPTION"], f.Keys["REBOOT"]
}

// prerequisites reads lines "fileset lowest highest".
func prerequisites(text string) (all []Prerequisite, ok bool) {
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < 2 || len(fields) > 4 || !isLevel(fields[1]) || len(fields) > 2 && !isLevel(fields[2]) {
			return nil, false
		}
		p := Prerequisite{Fileset: fields[0], Least: fields[1]}
		if len(fields) > 2 {
			p.Most = fields[2]
		}
		all = append(all, p)
	}
	return all, all != nil
}

func isLevel(text string) bool {
	return strings.Count(text, ".") == 3 && strings.Trim(text, "0123456789.") == ""
}
