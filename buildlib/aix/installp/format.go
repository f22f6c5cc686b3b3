package installp

// The words of lpp_name and of the control files, for the writer and for the reader. How each is known stands in docs/formats.md.
const (
	formatAIX4   = "4" // AIX 4.1 and later
	Platform     = "R" // POWER
	TypeInstall  = "I"
	VolumeFirst  = "01"
	BosBootNo    = "N"
	ContentUsr   = "U"
	ContentBoth  = "B"
	ContentShare = "H" // a share part only
	Language     = "en_US"
	sectionEnd   = "%" // alone on its line
	filesetBegin = "["
	filesetEnd   = "]"
	packageBegin = "{"
	packageEnd   = "}"
	sections     = 6 // that we write, hence five ends (W20)

	LppNameMember = "./lpp_name"
	LibraryName   = "liblpp.a"
	InstRootName  = "inst_root"
	LppDirectory  = "/usr/lpp/"
	LppShare      = "/usr/share/lpp/" // of share parts (Software::Packager::Aix)

	UsrDatabase  = "/usr/lib/objrepos" // the product database of the usr part
	RootDatabase = "/etc/objrepos"
	WorkSpace    = "INSTWORK"
)

// Suffixes of control files, behind the fileset's name; those of scripts are the values of [Step].
const (
	SuffixApplyList = "al"
	SuffixInventory = "inventory"
	SuffixSize      = "size"
	SuffixCopyright = "copyright"
	SuffixConfig    = "cfgfiles"
)

// OtherSuffixes are control files that AIX knows and that we never write (packaging chapter; adeinv manual page; S3).
var OtherSuffixes = []string{
	"tcb", "odmadd", "unodmadd", "odmdel", "namelist", "rm_inv",
	"fixdata", "err", "trc", "cfginfo", "README", "productid", "lpp.acf", "lpp.README", "lpp.doc",
}

// UpdateSteps are scripts of updates, which none of our samples has.
var UpdateSteps = []Step{"pre_u", "post_u", "config_u", "unconfig_u", "unpost_u", "unpre_u"}

// Attributes of a stanza, in the order in which S3 has them.
const (
	AttrOwner    = "owner"
	AttrGroup    = "group"
	AttrMode     = "mode"
	AttrType     = "type"
	attrLinks    = "links"
	attrTarget   = "target"
	AttrClass    = "class"
	AttrSize     = "size"
	AttrChecksum = "checksum"

	AttrIndent  = "          " // S2, S3; S4 has a tab
	Volatile    = "VOLATILE"
	ClassPrefix = "apply,inventory,"
)

// TypeWords are the values of the attribute type.
var TypeWords = [...]string{
	Regular: "FILE", Directory: "DIRECTORY", Symlink: "SYMLINK", FIFO: "FIFO", BlockDevice: "BLK_DEV", CharDevice: "CHAR_DEV", MPXDevice: "MPX_DEV", Multiple: "MULT",
}

// modeBits are the words that a mode has in front of its octal permission bits (sysck manual page).
var modeBits = []struct {
	mask uint32
	word string
}{{0o4000, "SUID"}, {0o2000, "SGID"}, {0o1000, "SVTX"}}

// Bin is the owner and group of the directories that every image has (W17; S2 and S3 have 2:2 for the first one).
const Bin = 2
