package installp_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// A program below /opt, a configuration file that keeps the user's changes, and a directory that belongs to an account of the
// package's own.
func Example() {
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
	if err := p.Write(&image); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.FileName(), image.Len())
	// Output: mailtools.sendmail.8.15.2.1.I 6144
}

// Every problem comes with its place and its cure.
func ExamplePackage_Validate() {
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
	fmt.Println(p.Validate())
	// Output:
	// no AIX system has a group "wheel" of its own
	//   where: fileset mailtools.sendmail.rte, /opt/mailtools
	//   do:    choose another group, or create the group in pre_i and list it in Groups
	// a directory is missing: /opt/mailtools/sbin
	//   where: fileset mailtools.sendmail.rte, /opt/mailtools/sbin/sendmail
	//   do:    add it to the fileset, or to Provided if requisites bring it
}

// imageOf writes the image of a small package; programs would open a file.
func imageOf(title, script string) *io.SectionReader {
	p := &installp.Package{
		Name:  "mailtools.sendmail",
		Level: vrmf.Level{Version: 8, Release: 15, Modification: 2, Fix: 1},
		Time:  time.Unix(1443657600, 0),
		Filesets: []installp.Fileset{{
			Name: "mailtools.sendmail.rte", Text: title, Requisites: []string{"*prereq bos.rte 6.1.0.0"},
			Copyright: "See /opt/mailtools/LICENSE.\n",
			Usr:       installp.Scripts{installp.PostI: script},
			Files:     []installp.File{{Path: "/opt/mailtools", Type: installp.Directory, Mode: 0o755, Owner: "root", Group: "system"}},
		}},
	}
	var image bytes.Buffer
	if err := p.Write(&image); err != nil {
		fmt.Println(err)
	}
	return io.NewSectionReader(bytes.NewReader(image.Bytes()), 0, int64(image.Len()))
}

// An image says first what is in it, then come its members.
func ExampleNewReader() {
	r, err := installp.NewReader(imageOf("Mail", "#!/usr/bin/ksh\nexit 0\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range r.Image().Filesets {
		fmt.Println(f.Name, f.Level, f.Text, f.Usr.Scripts())
		for _, s := range f.Usr.Inventory {
			fmt.Println(s.Path, s.Owner, s.Group)
		}
		requisites, err := installp.ParseRequisites(f.Requisites)
		fmt.Println(requisites[0].Kind, requisites[0].Name, requisites[0].Level, err)
	}
	for {
		m, err := r.Next() // and r.Read for its data
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(m)
	}
	// Output:
	// mailtools.sendmail.rte 8.15.2.1 Mail [post_i]
	// /opt/mailtools root system
	// prereq bos.rte 6.1.0.0 <nil>
	// drwxr-xr-x     0     0          0 2015-10-01 00:00:00 ./opt/mailtools
	// EOF
}

// A damaged image is told of with rule, place and offset.
func ExampleVerify() {
	image, err := io.ReadAll(imageOf("Mail", "#!/usr/bin/ksh\nexit 0\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	image = bytes.Replace(image, []byte("*prereq"), []byte("*prerek"), 1)
	findings, err := installp.Verify(io.NewSectionReader(bytes.NewReader(image), 0, int64(len(image))))
	for _, f := range findings {
		fmt.Println(f)
	}
	fmt.Println(err)
	// Output:
	// error 5.2: ./lpp_name, line 4 at offset 383: the requisites are not well formed
	//     found: "*prerek bos.rte 6.1.0.0": the type "prerek" is none of prereq, coreq, ifreq, instreq
	//     do:    correct the requisites and make the image again
	// <nil>
}

// What a person would name; nothing for two images that are the same.
func ExampleDiff() {
	text, err := installp.Diff(imageOf("Mail", "#!/usr/bin/ksh\nexit 0\n"), imageOf("Sendmail", "#!/usr/bin/ksh\numask 022\nexit 0\n"))
	fmt.Print(text, err)
	// Output:
	// fileset mailtools.sendmail.rte
	//   title Mail -> Sendmail
	//   --- a/usr post_i
	//   +++ b/usr post_i
	//   @@ -1,2 +1,3 @@
	//    #!/usr/bin/ksh
	//   +umask 022
	//    exit 0
	// <nil>
}

// Nothing of an image can get out of the directory.
func ExampleExtract() {
	dir, err := os.MkdirTemp("", "image")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer root.Close()
	if err := installp.Extract(context.Background(), imageOf("Mail", "#!/usr/bin/ksh\nexit 0\n"), root); err != nil {
		fmt.Println(err)
		return
	}
	text, err := root.ReadFile("lpp_name")
	fmt.Print(string(text[:49]), "\n", err)
	// Output:
	// 4 R I mailtools.sendmail {
	// mailtools.sendmail.rte
	// <nil>
}

// The .toc of a directory with one image.
func ExampleToc() {
	r, err := installp.NewReader(imageOf("Mail", "#!/usr/bin/ksh\nexit 0\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(installp.Toc([]installp.TocEntry{{FileName: "mailtools.sendmail.8.15.2.1.I", Image: r.Image()}}))
	// Output:
	// 0 100100000015 2
	// mailtools.sendmail.8.15.2.1.I 4 R I mailtools.sendmail {
	// mailtools.sendmail.rte 08.15.0002.0001 1 N U en_US Mail
	// [
	// *prereq bos.rte 6.1.0.0
	// %
	// /opt/mailtools 8
	// /usr/lib/objrepos 8
	// INSTWORK 48 16
	// %
	// %
	// %
	// %
	// ]
	// }
}
