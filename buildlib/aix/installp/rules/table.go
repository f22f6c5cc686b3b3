package rules

import "strings"

// Rule is one demand on a package or an image.
type Rule struct {
	// ID is stable. It begins with a rule or a chapter of docs/formats.md; a word follows where that makes several demands.
	ID string `json:"rule"`
	// Note is set when an image that does not meet the demand differs from ours, but AIX takes it, or is thought to. Otherwise installp
	// or sysck would refuse it, or install something wrong. We write neither.
	Note   bool   `json:"note"`
	Code   string `json:"-"`                // of the fault with which write refuses such a package; empty where it cannot come to that
	What   string `json:"what"`             // is wrong
	Source string `json:"source"`           // how the demand is known, in the marks of docs/formats.md
	Remedy string `json:"remedy,omitempty"` // empty where nothing needs to be done
}

// Number is the part of the ID that docs/formats.md knows.
func (r *Rule) Number() string {
	number, _, _ := strings.Cut(r.ID, "/")
	return number
}

// Find gives the rule with this ID.
func Find(id string) *Rule {
	if r := byID[id]; r != nil {
		return r
	}
	return &Rule{ID: id} // TestIDs sees to it that there is none
}

var byID = func() map[string]*Rule {
	all := map[string]*Rule{}
	for i := range Table {
		all[Table[i].ID] = &Table[i]
	}
	return all
}()

const (
	wrong, note = false, true

	form   = "the text is not in the form that we write"
	again  = "make the image again"
	unread = "make the image again; a line that AIX cannot read ends the installation"
	differ = "make the image again: sysck would change or refuse what restore put there"
)

// Plain is what paths and the targets of links are made of.
var Plain = "printable ASCII without blanks and " + strings.TrimSpace(forbidden)

// Table has all of them, in the order of docs/formats.md.
var Table = []Rule{
	{"W1/date", wrong, "installp-time", "the package has no date that the image can hold",
		"[observed] fields, [choice] date", "set it to the release's date, between 1970 and 2106"},
	{"W2", note, "", "members have different dates", "[choice]", ""},
	{"W3", wrong, "", "the name is no plain path with ./ in front", "[observed]", "do not install it: restore takes names as they stand"},
	{"W3/form", note, "", "the name does not begin with ./", "[observed]", ""},
	{"W6", wrong, "installp-mode", "a mode has more than the permission bits", "[observed] S3", "use the twelve bits of chmod, as in 02555"},
	{"W8", note, "", "the image holds a symbolic link; AIX's own have links in the inventory only", "[observed] S3", ""},
	{"W11", wrong, "installp-size", "a file has a size that sysck cannot handle", "[documented] limit of sysck", "keep it below 2 GiB"},
	{"W12/owner", wrong, "", "the owner is not that of the inventory", "[documented*] table, see 9.3", differ},
	{"W12/group", wrong, "", "the group is not that of the inventory", "[documented*] table, see 9.3", differ},
	{"W13", note, "", "the control library is not in the form that we write (W13 to W16, W22)", "[observed], [documented*]", ""},
	{"W17/member", note, "", "another member should be here", "[observed]; lpp_name first [documented*]", ""},
	{"W17/order", note, "", "lpp_name and the control libraries are not at the front: installp may have to read the image twice", "[observed]; lpp_name first [documented*]", ""},
	{"W17/mode", note, "", "mode or owner differs from ours", "[observed]; lpp_name first [documented*]", ""},
	{"W17/missing", note, "", "members are missing before those to be installed", "[observed]; lpp_name first [documented*]", ""},
	{"W18/lists", wrong, "", "two apply lists have one path", "[observed] S2 S3", "leave one of them out"},
	{"W18/twice", wrong, "", "the image has this member twice", "[observed] S2 S3", again},
	{"W18/order", note, "", "members are not in the order of the apply lists", "[observed] S2 S3", ""},
	{"W18/unlisted", wrong, "", "no apply list has this member: it is never restored", "[observed] S2 S3", "list it in the usr part's .al, or leave it out"},
	{"W18/directory", note, "", "no apply list has this directory: installp leaves it as it is, or makes it for what is in it", "[observed] S2 S3", ""},
	{"W18/absent", wrong, "", "an apply list has this member, the image does not", "[observed] S2 S3", "get the image again, whole"},
	{"W20", note, "", form, "[practice]; S2 has six [observed]", ""},
	{"W21/space", wrong, "", "less space is asked for than the files take",
		"[observed]; 188 [inferred]", "make the image again: a full file system breaks the installation"},
	{"W21/formula", note, "", "a size is not what our formulas give", "[observed]; 188 [inferred]", ""},
	{"W23/table", wrong, "", "this control file is missing", "size [documented], others [observed]", again},
	{"W23/size", note, "", "this control file is missing", "size [documented], others [observed]", ""},
	{"W23/copyright", note, "installp-text", "the fileset has no copyright text",
		"size [documented], others [observed]", "add the text that is shown when it is installed"},
	{"W24", note, "", "its directory comes later in the image: until then it has an owner of restore's own", "[observed]", ""},
	{"W25", wrong, "", "the checksum is not that of the inventory", "[observed] S2", differ},
	{"W27/form", note, "", form, "[observed] S3", ""},
	{"W27/order", note, "", "stanzas are not in the order of the apply list", "[observed] S3", ""},
	{"W28", note, "", form, "[observed] S3", ""},
	{"W29", note, "", form, "[observed] S3", ""},
	{"W30/shell", note, "installp-script", "a script does not name a Korn shell in its first line", "[practice]", "begin it with #!/usr/bin/ksh"},
	{"W30/exit", note, "installp-script", "a script does not end with exit 0",
		"[practice]", "end it with the line \"exit 0\": installp takes the status of whatever ran last"},
	{"W31", note, "installp-name", "a name is not one of lower-case letters, digits and single dots",
		"[choice] within [documented*]", "use lower-case letters, digits and dots, as in mailtools.sendmail"},
	{"W32", note, "installp-name", "a name begins like IBM's own", "[inferred]", "begin it with a name of your own"},
	{"W33/plain", wrong, "installp-path", "a path is not absolute and plain",
		"[documented], [practice]", "write it from the root, without '.', '..', '//' or a slash at the end"},
	{"W33/character", wrong, "installp-path", "a path has a character that AIX's tools cannot bear", "[documented], [practice]", "rename the file: " + Plain},
	{"W34", note, "installp-path", "a path is longer than installp's tools are known to take", "[inferred]", "shorten it, to 255 bytes with inst_root"},
	{"W37/target", wrong, "installp-link", "a symbolic link has a target that the inventory cannot hold", "[observed] S3", "use a path of " + Plain},
	{"W37/attributes", note, "installp-link", "a symbolic link has an owner or a mode of its own",
		"[observed] S3", "clear them: links have mode 777 and belong to root and system"},
	{"W37/stored", wrong, "", "the target is not that of the inventory", "[observed] S3", differ},
	{"W38/twice", wrong, "installp-twice", "two objects have one path", "[observed] S3", "leave one of them out: sysck would put one in the place of the other"},
	{"W38/volume", wrong, "installp-link", "a hard link may be on another file system", "[observed] S3", "make it a symbolic link"},
	{"W39/unknown", note, "installp-owner", "an account is neither AIX's own nor made by a pre_i script",
		"[inferred], see 9.3", "choose another one, have a requisite bring it, or create it in pre_i and list it in Users or Groups"},
	{"W39/number", note, "", "the number of an owner or group may be another account's on the target", "[inferred], see 9.3", ""},
	{"W39/name", wrong, "installp-account", "this is no name of an account for every AIX system",
		"[inferred], see 9.3", "use 1 to 8 lower-case letters, digits, '_' or '-', a letter first"},
	{"W39/own", wrong, "installp-account", "the account is AIX's own and cannot be created",
		"[inferred], see 9.3", "take it off the list of accounts that pre_i creates"},
	{"W39/created", wrong, "installp-account", "a file belongs to an account that nothing has created yet",
		"[inferred], see 9.3", "create it in the pre_i of the fileset's usr part, or require a fileset that does"},

	{"2/container", wrong, "", "the container cannot be read further", "[observed]", "get the image again, whole"},
	{"2/volume", wrong, "", "the archive goes on in another volume: restore asks for that", "[documented] field, [inferred]", "get all volumes"},
	{"2/byte", note, "", "a byte is not what our Writer writes (W1 to W11)", "[choice]", ""},
	{"4/image", wrong, "", "this is not an installp image", "[observed]", "name one: it begins with ./ and ./lpp_name"},
	{"4/backup", note, "", "this is a backup of files, and nothing that installp takes: only the container was looked at", "[observed] S1", ""},
	{"4/inode", note, "", "this is an archive by inode, and nothing that installp takes: only its first header was looked at, not what it holds", "[documented] backup file", ""},
	{"4/more", note, "", "output truncated: there is more", "[choice]", ""},
	{"4/read", wrong, "", "the front of the image cannot be read", "[observed]", unread},
	{"4/note", note, "", "the front of the image has something unknown, or in another form", "[practice]", ""},
	{"4/root", wrong, "", "a path is in the wrong part: the root part has files outside of /usr and /opt",
		"[documented*]", "put it into the usr part: where machines share one /usr, the root part finds it write-protected"},
	{"4/usr", note, "", "a path is in the wrong part: the usr part has files below /usr and /opt", "[practice]", ""},
	{"4/fileset", wrong, "installp-fileset", "the package has no fileset", "[documented*]", "add one"},
	{"4/name", wrong, "installp-fileset", "two filesets have one name", "[documented*]", "rename one of them"},
	{"4/empty", wrong, "installp-fileset", "the fileset is empty: neither files nor scripts", "[choice]", "leave it out"},
	{"4/type", wrong, "installp-file", "an object is neither a file nor a directory nor a symbolic link", "[choice]", "leave it out"},
	{"4/content", wrong, "installp-file", "a file has a size but no content", "[choice]", "set Open"},
	{"4/target", wrong, "installp-file", "a regular file has a target", "[choice]", "make it a symbolic link, or clear the target"},
	{"4/directory", wrong, "installp-file", "a directory has what only files and links have",
		"[choice]", "clear its content, target, links and configuration method"},
	{"4/symlink", wrong, "installp-file", "a symbolic link has what only files have", "[choice]", "clear its content, links and configuration method"},
	{"4/control", note, "installp-path", "a path is where installp keeps the package's control files", "[observed]", "put the file elsewhere"},
	{"5/read", wrong, "", "a line of lpp_name cannot be read", "[observed]", unread},
	{"5/note", note, "", "a line of lpp_name is unknown, or in another form", "[practice]", ""},
	{"5/title", note, "installp-text", "a title is empty, longer than 60 bytes, or has blanks around it or a character that lpp_name cannot hold",
		"[documented*], [practice]", "give it a short one of printable ASCII without '#'; lslpp shows 40 characters"},
	{"5/language", note, "", "the language is not that of our images", "[observed, practice]", ""},
	{"5.2/read", wrong, "installp-requisite", "a requisite is not one that lpp_name can hold", "[practice]", "correct the requisites of the fileset"},
	{"5.2/relation", note, "", "a requisite has a form whose grammar is not known here; what follows it was not looked at", "[practice]", ""},
	{"5.3/read", wrong, "", "a line of the sizes cannot be read", "[observed]", unread},
	{"5.3/note", note, "", "a line of the sizes is unknown, or in another form", "[practice]", ""},
	{"6/read", wrong, "", "a control file cannot be read", "[observed]", unread},
	{"6/note", note, "", "a control file is unknown, or in another form", "[practice]", ""},
	{"6/known", note, "", "neither installp nor sysck is known to look at this control file", "[practice]", ""},
	{"6.2/read", wrong, "", "a line of the apply list cannot be read", "[observed]", unread},
	{"6.2/note", note, "", "a line of the apply list is in another form", "[practice]", ""},
	{"6.2/below", wrong, "", "the usr part does not restore this file below inst_root", "[observed] S3", "list it in the usr part's .al, below inst_root"},
	{"6.2/copied", wrong, "", "the root part does not copy this file to its place", "[observed] S3", "list it in the root part's .al"},
	{"6.3/read", wrong, "", "a line of the inventory cannot be read", "[documented, observed]", unread},
	{"6.3/note", note, "", "a line of the inventory is unknown, or in another form", "[practice]", ""},
	{"6.3/stanza", wrong, "", "a path of the apply list has no stanza in the inventory",
		"[observed]", "make the image again: sysck would not know the file, and its removal would leave it behind"},
	{"6.3/restored", note, "", "the stanza is of something that the apply list does not restore: a script must make it", "[observed] S3", ""},
	{"6.3/class", note, "", "the class is not that of the fileset", "[observed] S3", ""},
	{"6.3/account", wrong, "", "an owner or group is no name", "[documented]", "name an account of the target"},
	{"6.3/open", note, "", "the inventory gives no owner or no group", "[documented]", ""},
	{"6.3/type", wrong, "", "the type is not that of the inventory", "[documented]", differ},
	{"6.3/size", wrong, "", "the size is not that of the inventory", "[documented]", differ},
	{"6.5/read", wrong, "", "a line of the configuration files cannot be read", "[documented*, practice]", unread},
	{"6.5/note", note, "", "a line of the configuration files is in another form", "[practice]", ""},
	{"6.5/method", wrong, "installp-config", "installp knows no such method for configuration files",
		"[documented*, practice]", "use one of preserve, auto_merge, hold_new, user_merge, other"},
	{"6.5/volatile", wrong, "", "a configuration file is not VOLATILE in the inventory",
		"[practice]", "make size and checksum VOLATILE, or a user's change fails the next installation"},
	{"6.6/step", wrong, "installp-script", "installp runs no script of this name",
		"[practice]", "use one of pre_rm, pre_i, post_i, config, pre_d, unconfig, unpost_i, unpre_i"},
	{"6.6/empty", wrong, "installp-script", "a script is empty", "[choice]", "leave it out"},
	{"6.6/newline", wrong, "installp-text", "a text does not end with a newline", "[inferred]", "add the newline"},
	{"6.6/ascii", wrong, "installp-text", "a text is not plain ASCII",
		"[inferred]", "replace it: only printable ASCII, tabs and newlines are safe in every locale; ksh takes a carriage return as part of the command"},
	{"7/prefix", note, "installp-name", "a fileset's name does not begin with the package's", "[documented*]", "begin it with the package's name and a dot"},
	{"7/level", wrong, "installp-level", "this is not a level", "[documented, as quoted by Software::Packager]", "use one such as 8.15.2.1"},
	{"9.1/parent", note, "", "a link is in a directory that neither AIX nor the package has; a requisite may", "[practice]", ""},
	{"9.1/nothing", note, "", "a symbolic link leads to nothing, in a directory of the package", "[inferred]", ""},
	{"9.1/circle", note, "", "a symbolic link leads round in a circle", "[inferred]", ""},
	{"9.1/missing", wrong, "installp-parent", "a directory is missing", "[inferred]", "add it to the fileset, or to Provided if requisites bring it"},
	{"9.1/through", wrong, "installp-parent", "a path goes through something that is no directory", "[inferred]", "rename one of them"},
	{"9.1/required", wrong, "installp-parent", "a directory is in a fileset that this one does not require",
		"[inferred]", "add the requisite, a line such as \"*prereq mailtools.sendmail.rte\""},
	{"9.2", wrong, "", "the mode is not that of the inventory", "[documented, inferred]", differ},
	{"9.4/directory", note, "installp-path", "a directory of AIX itself is in the package",
		"[practice: Chef and aixtools did so and regretted it]", "leave it out; files can be put into it as it is"},
	{"9.4/link", note, "installp-path", "a path goes through a link of AIX", "[documented] /bin", "write it below /usr"},
	{"11/program", wrong, "", "the program is damaged", "[documented*]", "compile and package it again"},
	{"11/archive", wrong, "", "the archive is damaged", "[documented, observed]", "compile and package it again"},
	{"11/path", wrong, "", "the program looks for libraries where others could put one of theirs",
		"[inferred], see 15.2", "link it with -blibpath and directories that only root can write to"},
	{"11/system", note, "", "this is a program for another system, and does not run on AIX", "[inferred]", ""},
	{"11/widths", note, "", "programs are of both widths, 32 and 64 bits", "[inferred]", ""},
	{"15.4", note, "", "the program needs a library that no requisite of its fileset brings", "[practice], see 15.4", "require the fileset, unless the program comes with another way to get it"},
	{"16/control", wrong, "", "a line of the control file is not as documented", "[documented] epkg", "get the interim fix again"},
	{"16/count", wrong, "", "the control file has another number of files than it says", "[documented] epkg", "get the interim fix again"},
	{"16/prerequisites", wrong, "", "the file of prerequisites that the control file names is missing", "[documented] epkg", "get the interim fix again"},
	{"16/absent", wrong, "", "a file of the control file is missing", "[documented] epkg", "get the interim fix again"},
	{"16/sum", wrong, "", "the checksum is not that of the control file", "[observed] logs of emgr", "get the interim fix again"},
	{"16/size", wrong, "", "the size is not that of the control file", "[inferred] logs of emgr", "get the interim fix again"},
	{"18/signed", note, "", "a Digital Signature Block, which AIX 7.3 TL1 and later look at", "[observed] one dump", ""},
	{"15.1", note, "", "the program has fields that AIX's linker never writes so", "[observed]", "build it again: what is staged has them as AIX's linker does"},
	{"15.3", note, "", "the program imports symbols that the oldest AIX level allowed by its fileset does not have",
		"[practice]", "build it without them, or require a newer bos.rte"},
}
