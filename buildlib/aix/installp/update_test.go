package installp_test

import (
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

// update is the update image that the format description works out (13.2), with its texts as they stand there.
func update() *installptest.Contents {
	const (
		home    = "./usr/lpp/mailtools.sendmail/mailtools.sendmail.rte/8.15.2.1"
		fileset = "mailtools.sendmail.rte."
		attrs   = "\n          owner = root\n          group = mail\n          mode = SGID,555\n" +
			"          type = FILE\n          class = apply,inventory,mailtools.sendmail.rte\n"
	)
	return &installptest.Contents{
		Members: []installptest.RawMember{
			installptest.DirMember("./"), installptest.FileMember("./lpp_name", 0o644, "4 R S mailtools.sendmail {\n"+
				"mailtools.sendmail.rte 8.15.2.1 01 N B en_US Sendmail mail transfer agent\n"+
				"[\n*prereq mailtools.sendmail.rte 8.15.2.0\n%\n"+
				"/opt/mailtools/sbin 8\n"+home[1:]+"/inst_root/etc/mailtools 8\n/usr/lib/objrepos 8\n"+
				"INSTWORK 72 24\nSAVESPACE 8\n/etc/mailtools 8\n/etc/objrepos 8\n"+
				"%\n%\n%\n%\n]\n}\n"),
			installptest.DirMember("./usr"), installptest.DirMember("./usr/lpp"), installptest.DirMember("./usr/lpp/mailtools.sendmail"),
			installptest.DirMember("./usr/lpp/mailtools.sendmail/mailtools.sendmail.rte"),
			installptest.DirMember(home), installptest.FileMember(home+"/liblpp.a", 0o644, ""), installptest.DirMember(home + "/inst_root"),
			installptest.FileMember(home+"/inst_root/liblpp.a", 0o644, ""),
			{Header: bff.Header{Name: installptest.Program, Mode: bff.TypeRegular | 0o2555, GID: 6}, Data: "placeholder for the mail program, fixed\n"},
			installptest.FileMember(home+"/inst_root/etc/mailtools/submit.cf", 0o644, "# submit.cf\n"),
		},
		Libraries: map[string][]installptest.LibraryMember{
			home + "/liblpp.a": {
				installptest.ControlFile(fileset+"al", installptest.Program+"\n"+home+"/inst_root/etc/mailtools/submit.cf\n"),
				installptest.ControlFile(fileset+"copyright", "Placeholder copyright text.\n"),
				installptest.ControlFile(fileset+"inventory",
					"/opt/mailtools/sbin/sendmail:"+attrs+"          size = 40\n          checksum = \"12000    1 \"\n\n"),
				installptest.ControlFile(fileset+"size", "/opt/mailtools/sbin 8\n"+home[1:]+"/inst_root/etc/mailtools 8\n/usr/lib/objrepos 8\n"),
			},
			home + "/inst_root/liblpp.a": {
				installptest.ControlFile(fileset+"al", "./etc/mailtools/submit.cf\n"),
				installptest.ControlFile(fileset+"cfgfiles", "/etc/mailtools/submit.cf preserve\n"),
				installptest.ControlFile(fileset+"inventory",
					"/etc/mailtools/submit.cf:\n          owner = root\n          group = system\n          mode = 644\n          type = FILE\n"+
						"          class = apply,inventory,mailtools.sendmail.rte\n          size = VOLATILE\n          checksum = VOLATILE\n\n"),
				installptest.ControlFile(fileset+"size", "/etc/mailtools 8\n/etc/objrepos 8\n"),
			},
		},
	}
}
