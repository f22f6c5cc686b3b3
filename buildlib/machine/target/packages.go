package target

import "cmp"

// Packages bring something, in the words of each package manager: names with blanks between them, none where we know none.
type Packages struct {
	Debian   string `json:"debian,omitempty"`   // and what follows it
	Fedora   string `json:"fedora,omitempty"`   // and RHEL
	Toolbox  string `json:"toolbox,omitempty"`  // RPM packages of the AIX Toolbox; Fedora's names when it says nothing
	Filesets string `json:"filesets,omitempty"` // of AIX itself, which are preferred there
}

// On gives the packages for a machine of AIX, or of another system whose package manager is dnf or not.
func (p Packages) On(aix, dnf bool) (packages, filesets string) {
	switch {
	case aix && p.Filesets != "":
		return "", p.Filesets
	case aix:
		return cmp.Or(p.Toolbox, p.Fedora), ""
	case dnf:
		return p.Fedora, ""
	}
	return p.Debian, ""
}

// Cure is the command that brings the packages, as a user would type it, or "" where we know none.
func (p Packages) Cure(aix bool) string {
	names, filesets := p.On(aix, false)
	switch {
	case filesets != "":
		return "installp -acXYgd DIRECTORY " + filesets
	case names == "":
		return ""
	case aix:
		return "dnf install " + names
	case p.Fedora == "":
		return `run "mage setup", or: apt-get install ` + names
	}
	return `run "mage setup", or: apt-get install ` + names + " (dnf install " + p.Fedora + ")"
}

// parts are the packages behind what [Detect] looks for. gcc does not bring the C library's headers on Debian. The Toolbox's names are
// those of its spec files; bos.adt.base is on AIX's base media.
var parts = map[Part]Packages{
	PartCompiler: {Debian: "gcc libc6-dev", Fedora: "gcc glibc-devel", Toolbox: "gcc"},
	PartMake:     {Debian: "make", Fedora: "make", Filesets: "bos.adt.base"},
	PartM4:       {Debian: "m4", Fedora: "m4"},
	PartAr:       {Debian: "binutils", Fedora: "binutils", Filesets: "bos.adt.base"},
	PartOpenSSL:  {Debian: "libssl-dev", Fedora: "openssl-devel", Filesets: "openssl.base"},
	PartSASL:     {Debian: "libsasl2-dev", Fedora: "cyrus-sasl-devel", Toolbox: "cyrus-sasl cyrus-sasl-devel"},
}

// Packages are those that bring a missing part.
func (p Part) Packages() Packages { return parts[p] }

// cure is how to bring a missing part. The compilers that IBM sells are not packages of a manager.
func cure(os OS, part Part) string {
	do := part.Packages().Cure(os == AIX)
	if os == AIX && part == PartCompiler {
		do += ", or install IBM Open XL C (fileset openxlCcmp.17.1.0) or XL C (xlccmp.16.1.0) from its media; then put it in PATH"
	}
	return do
}
