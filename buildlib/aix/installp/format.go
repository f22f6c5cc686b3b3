package installp

// The words of lpp_name and of the control files, for the writer and for the reader. How each is known stands in docs/formats.md.
const (
	formatAIX4   = "4" // AIX 4.1 and later
	platform     = "R" // POWER
	typeInstall  = "I"
	volumeFirst  = "01"
	bosBootNo    = "N"
	contentUsr   = "U"
	contentBoth  = "B"
	language     = "en_US"
	sectionEnd   = "%" // alone on its line
	filesetBegin = "["
	filesetEnd   = "]"
	packageBegin = "{"
	packageEnd   = "}"
	sections     = 6 // that we write, hence five ends (W20)

	lppNameMember = "./lpp_name"
	libraryName   = "liblpp.a"
	instRootName  = "inst_root"
	lppDirectory  = "/usr/lpp/"

	usrDatabase  = "/usr/lib/objrepos" // the product database of the usr part
	rootDatabase = "/etc/objrepos"
	workSpace    = "INSTWORK"
)

// Suffixes of control files, behind the fileset's name; those of scripts are the values of [Step].
const (
	suffixApplyList = "al"
	suffixInventory = "inventory"
	suffixSize      = "size"
	suffixCopyright = "copyright"
	suffixConfig    = "cfgfiles"
)

// otherSuffixes are control files that AIX knows and that we never write (packaging chapter; adeinv manual page; S3).
var otherSuffixes = []string{
	"tcb", "odmadd", "unodmadd", "odmdel", "namelist", "rm_inv",
	"fixdata", "err", "trc", "cfginfo", "README", "productid", "lpp.acf", "lpp.README", "lpp.doc",
}

// updateSteps are scripts of updates, which no sample of ours has.
var updateSteps = []Step{"pre_u", "post_u", "config_u", "unconfig_u", "unpost_u", "unpre_u"}

// Attributes of a stanza, in the order in which S3 has them.
const (
	attrOwner    = "owner"
	attrGroup    = "group"
	attrMode     = "mode"
	attrType     = "type"
	attrLinks    = "links"
	attrTarget   = "target"
	attrClass    = "class"
	attrSize     = "size"
	attrChecksum = "checksum"

	attrIndent  = "          " // S2, S3; S4 has a tab
	volatile    = "VOLATILE"
	classPrefix = "apply,inventory,"
)

// typeWords are the values of the attribute type.
var typeWords = [...]string{Regular: "FILE", Directory: "DIRECTORY", Symlink: "SYMLINK"}

// modeBits are the words that a mode has in front of its octal permission bits (sysck manual page).
var modeBits = []struct {
	mask uint32
	word string
}{{0o4000, "SUID"}, {0o2000, "SGID"}, {0o1000, "SVTX"}}
