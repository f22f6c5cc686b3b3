package target

// Cure is the command that brings a missing part to a machine of this kind, as a user would type it.
//
// The AIX filesets are on the base media; dnf is IBM's for the AIX Toolbox (package names from its spec files).
func Cure(os OS, part Part) string {
	if os == Host {
		switch part {
		case PartOpenSSL:
			return `run "mage setup", or: apt-get install libssl-dev (dnf install openssl-devel)`
		case PartSASL:
			return `run "mage setup", or: apt-get install libsasl2-dev (dnf install cyrus-sasl-devel)`
		case PartCompiler:
			return `run "mage setup", or: apt-get install gcc libc6-dev (dnf install gcc)`
		case PartAr:
			return `run "mage setup", or: apt-get install binutils (dnf install binutils)`
		}
		return `run "mage setup", or: apt-get install ` + string(part) + " (dnf install " + string(part) + ")"
	}
	switch part {
	case PartCompiler:
		return "dnf install gcc, or install IBM Open XL C (fileset openxlCcmp.17.1.0) or XL C (xlccmp.16.1.0) from its media; then put it in PATH"
	case PartOpenSSL:
		return "install IBM's OpenSSL with its headers: installp -acXYgd DIRECTORY openssl.base"
	case PartSASL:
		return "dnf install cyrus-sasl cyrus-sasl-devel"
	case PartM4:
		return "dnf install m4"
	}
	return "installp -acXYgd /dev/cd0 bos.adt.base"
}
