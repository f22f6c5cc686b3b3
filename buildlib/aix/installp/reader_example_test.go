package installp_test

import (
	"fmt"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

// An image says first what is in it, then come its members.
func ExampleNewReader() {
	r, err := installp.NewReader(installptest.Small("Mail", "#!/usr/bin/ksh\nexit 0\n"))
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

// The .toc of a directory with one image.
func ExampleToc() {
	r, err := installp.NewReader(installptest.Small("Mail", "#!/usr/bin/ksh\nexit 0\n"))
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
