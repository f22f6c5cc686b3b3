package siteconfig

import (
	"errors"
	"path"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// Layout says where the installed package lives. All of it is beside IBM's own sendmail, not over it: updates of bos.net.tcp would
// overwrite files in /usr/sbin, and AIX's integrity checks would complain of ours.
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

// Sbin holds sendmail, makemap, editmap, mailstats and praliases.
func (l Layout) Sbin() string { return path.Join(l.Prefix, "sbin") }

// Bin holds vacation, rmail and the links newaliases, mailq, hoststat and purgestat.
func (l Layout) Bin() string { return path.Join(l.Prefix, "bin") }

// Libexec holds smrsh and mail.local. It is what a .mc file must name as confEBINDIR.
func (l Layout) Libexec() string { return path.Join(l.Prefix, "libexec") }

// Lib holds libmilter.a.
func (l Layout) Lib() string { return path.Join(l.Prefix, "lib") }

// Include is the parent of libmilter's headers.
func (l Layout) Include() string { return path.Join(l.Prefix, "include") }

// Man is the parent of cat1, cat5 and cat8, which hold formatted pages.
func (l Layout) Man() string { return path.Join(l.Prefix, "share/man") }

// ClientQueue is where sendmail keeps mail of local users that the daemon could not take at once.
func (l Layout) ClientQueue() string { return path.Join(l.StateDir, "clientmqueue") }

// SmrshCommands holds links to the programs that smrsh may run.
func (l Layout) SmrshCommands() string { return path.Join(l.ConfDir, "smrsh") }

// ConfigFile is the daemon's configuration.
func (l Layout) ConfigFile() string { return path.Join(l.ConfDir, "sendmail.cf") }

// PidFile is where the daemon writes its process id.
func (l Layout) PidFile() string { return path.Join(l.StateDir, "sendmail.pid") }

// InstallDirs lists the directories that must be there before upstream's "make install" writes into them: it makes none of them but
// those for the help file, the statistics and the headers. (With confMKDIR set it would, and would make one named "${DESTDIR}0" for
// manual pages: a wrong variable in devtools/M4/UNIX/manpage.m4.)
func (l Layout) InstallDirs() []string {
	return []string{l.Sbin(), l.Bin(), l.Libexec(), l.Lib(), l.Include(), l.Man() + "/cat1", l.Man() + "/cat5", l.Man() + "/cat8",
		l.ConfDir, l.StateDir}
}

// layoutLines are the define()s of a layout, and the macros that the programs must be compiled with.
func layoutLines(l Layout, t *target.Target) (lines []line, macros []string) {
	def := func(name, value string) { lines = append(lines, line{"define", name, value}) }
	def("confMBINDIR", l.Sbin())
	def("confSBINDIR", l.Sbin())
	def("confUBINDIR", l.Bin())
	def("confEBINDIR", l.Libexec())
	def("confLIBDIR", l.Lib())
	def("confINCLUDEDIR", l.Include())
	def("confMANROOT", l.Man()+"/cat")
	def("confMANROOTMAN", l.Man()+"/man")
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
	quoted("_PATH_SENDMAILCF", l.ConfigFile())
	quoted("_DIR_SENDMAILCF", l.ConfDir+"/") // used with "submit.cf" put behind it (libsmutil/cf.c)
	quoted("_PATH_SENDMAILPID", l.PidFile())
	// _PATH_SENDMAIL stays /usr/lib/sendmail: vacation and rmail are to use the sendmail that is in charge, and paths.h of some
	// systems defines it regardless of what stands on the command line.
	quoted("SMRSH_CMDDIR", l.SmrshCommands())
	return lines, macros
}
