package write_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// A program below /opt, a configuration file that keeps the user's changes, and a directory that belongs to an account of the
// package's own.
func ExampleImage() {
	level, err := vrmf.FromSendmail("8.15.2", 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	content := func(s string) func() (io.ReadCloser, error) { // for a real file: func() (io.ReadCloser, error) { return os.Open(name) }
		return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(s)), nil }
	}
	p := &installp.Package{
		Name:   "mailtools.sendmail",
		Level:  level,
		Time:   time.Unix(1443657600, 0), // never the present: the image must come out the same tomorrow
		Users:  []string{"smmsp"},
		Groups: []string{"smmsp"},
		Filesets: []installp.Fileset{{
			Name:       "mailtools.sendmail.rte",
			Text:       "Sendmail mail transfer agent",
			Requisites: []string{"*prereq bos.rte 6.1.0.0"},
			Copyright:  "See /opt/mailtools/LICENSE.\n",
			Usr: installp.Scripts{
				installp.PreI: "#!/usr/bin/ksh\nlsgroup smmsp >/dev/null 2>&1 || mkgroup -a smmsp\n" +
					"id smmsp >/dev/null 2>&1 || mkuser -a pgrp=smmsp smmsp\nexit 0\n",
			},
			Files: []installp.File{
				{Path: "/opt/mailtools", Type: installp.Directory, Mode: 0o755, Owner: "root", Group: "system"},
				{Path: "/opt/mailtools/sendmail", Mode: 0o2555, Owner: "root", Group: "smmsp", Size: 7, Open: content("program"),
					Links: []string{"/opt/mailtools/hoststat"}},
				{Path: "/opt/mailtools/newaliases", Type: installp.Symlink, Target: "sendmail"},
				{Path: "/etc/mailtools", Type: installp.Directory, Mode: 0o755, Owner: "root", Group: "system"},
				{Path: "/etc/mailtools/submit.cf", Mode: 0o644, Owner: "root", Group: "system", Size: 12, Open: content("Djlocalhost\n"),
					Config: installp.Preserve},
				{Path: "/var/spool/clientmqueue", Type: installp.Directory, Mode: 0o770, Owner: "smmsp", Group: "smmsp"},
			},
		}},
	}
	var image bytes.Buffer // or a file
	if err := write.Image(&image, p); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.FileName(), image.Len())
	// Output: mailtools.sendmail.8.15.2.1.I 6144
}

// Every problem comes with its place and its cure.
func ExampleCheck() {
	p := &installp.Package{
		Name:  "mailtools.sendmail",
		Level: vrmf.Level{Version: 8, Release: 15, Modification: 2, Fix: 1},
		Time:  time.Unix(1443657600, 0),
		Filesets: []installp.Fileset{{
			Name:      "mailtools.sendmail.rte",
			Text:      "Sendmail mail transfer agent",
			Copyright: "See /opt/mailtools/LICENSE.\n",
			Files: []installp.File{
				{Path: "/opt/mailtools", Type: installp.Directory, Mode: 0o755, Owner: "root", Group: "wheel"},
				{Path: "/opt/mailtools/sbin/sendmail", Mode: 0o2555, Owner: "root", Group: "mail"},
			},
		}},
	}
	fmt.Println(write.Check(p))
	// Output:
	// an account is neither AIX's own nor made by a pre_i script
	//   where: fileset mailtools.sendmail.rte, /opt/mailtools
	//   found: group "wheel"
	//   do:    choose another one, have a requisite bring it, or create it in pre_i and list it in Users or Groups
	// a directory is missing
	//   where: fileset mailtools.sendmail.rte, /opt/mailtools/sbin/sendmail
	//   found: /opt/mailtools/sbin
	//   do:    add it to the fileset, or to Provided if requisites bring it
}
