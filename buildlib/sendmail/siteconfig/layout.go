package siteconfig

import (
	"errors"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// Layout says where the installed package lives. All of it is beside IBM's own sendmail, not over it: updates of bos.net.tcp would
// overwrite files in /usr/sbin, and AIX's integrity checks would complain about our files.
type Layout struct {
	Prefix   string // programs, libraries, manual pages: "/opt/sendmail"
	ConfDir  string // sendmail.cf and what an administrator edits: "/etc/opt/sendmail"
	StateDir string // queues, statistics, process ids: "/var/opt/sendmail"
}

// DefaultLayout is where the package goes when nobody says otherwise.
func DefaultLayout() Layout {
	return Layout{Prefix: "/opt/sendmail", ConfDir: "/etc/opt/sendmail", StateDir: "/var/opt/sendmail"}
}

func (l Layout) check() error {
	return errors.Join(checkPath("the prefix", l.Prefix), checkPath("the configuration directory", l.ConfDir),
		checkPath("the state directory", l.StateDir))
}

// The directories below the prefix: sbin has sendmail, makemap, editmap, mailstats and praliases; bin vacation, rmail and the links
// newaliases, mailq, hoststat and purgestat; libexec smrsh and mail.local, and is what a .mc file must name as confEBINDIR; lib libmilter.a;
// include is above libmilter's headers, man above cat1, cat5 and cat8, which hold formatted pages.
const sbin, bin, libexec, lib, include, man = "/sbin", "/bin", "/libexec", "/lib", "/include", "/share/man"

// ClientQueue is where sendmail keeps mail of local users that the daemon could not take at once.
func (l Layout) ClientQueue() string { return l.StateDir + "/clientmqueue" }

// InstallDirs lists the directories that must be there before upstream's "make install" writes into them: it makes none of them but
// those for the help file, the statistics and the headers. (With confMKDIR set it would, and would make one named "${DESTDIR}0" for
// manual pages: a wrong variable in devtools/M4/UNIX/manpage.m4.)
func (l Layout) InstallDirs() []string {
	return []string{l.Prefix + sbin, l.Prefix + bin, l.Prefix + libexec, l.Prefix + lib, l.Prefix + include, l.Prefix + man + "/cat1", l.Prefix + man + "/cat5", l.Prefix + man + "/cat8",
		l.ConfDir, l.StateDir}
}

// layoutLines are the define()s of a layout, and the macros that the programs must be compiled with.
func layoutLines(l Layout, t *target.Target) (lines []line, macros []string) {
	def := func(name, value string) { lines = append(lines, line{"define", name, value}) }
	def("confMBINDIR", l.Prefix+sbin)
	def("confSBINDIR", l.Prefix+sbin)
	def("confUBINDIR", l.Prefix+bin)
	def("confEBINDIR", l.Prefix+libexec)
	def("confLIBDIR", l.Prefix+lib)
	def("confINCLUDEDIR", l.Prefix+include)
	def("confMANROOT", l.Prefix+man+"/cat")
	def("confMANROOTMAN", l.Prefix+man+"/man")
	def("confHFDIR", l.ConfDir)
	def("confSTDIR", l.StateDir)
	def("confSTFILE", "statistics")
	def("confMSP_QUEUE_DIR", l.ClientQueue())
	// Without this the install writes submit.cf into /etc/mail, which is IBM's, with whatever "make" is in PATH.
	def("confINST_DEP", "${DESTDIR}${MSPQ}")
	if t.OS == target.AIX {
		def("confSBINGRP", "system") // the group with number 0
	}
	quoted := func(macro, value string) { macros = append(macros, "-D"+macro+`=\"`+value+`\"`) }
	quoted("_PATH_SENDMAILCF", l.ConfDir+"/sendmail.cf")
	quoted("_DIR_SENDMAILCF", l.ConfDir+"/") // used with "submit.cf" put behind it (libsmutil/cf.c)
	quoted("_PATH_SENDMAILPID", l.StateDir+"/sendmail.pid")
	// _PATH_SENDMAIL stays /usr/lib/sendmail: vacation and rmail are to use the sendmail that is in charge, and paths.h of some
	// systems defines it regardless of what stands on the command line.
	quoted("SMRSH_CMDDIR", l.ConfDir+"/smrsh")
	return lines, macros
}
