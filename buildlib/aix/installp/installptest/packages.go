// Package installptest has packages, images and programs for the tests of the rooms that work on them, and takes images apart.
package installptest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// success is the shortest script.
const Success = "#!/bin/ksh\nexit 0\n"

func Directory(path string, mode uint32, owner, group string) installp.File {
	return installp.File{Path: path, Type: installp.Directory, Mode: mode, Owner: owner, Group: group}
}

func File(path string, mode uint32, owner, group, content string) installp.File {
	return installp.File{Path: path, Mode: mode, Owner: owner, Group: group, Size: int64(len(content)), Open: text(content)}
}

func Symlink(path, target string) installp.File {
	return installp.File{Path: path, Type: installp.Symlink, Target: target}
}

func text(content string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }
}

// example is the package of the format description, part 13.1.
func Example() *installp.Package {
	program := File("/opt/mailtools/sbin/sendmail", 0o2555, "root", "mail", "placeholder for the mail program\n")
	program.Links = []string{"/opt/mailtools/sbin/hoststat"}
	config := File("/etc/mailtools/submit.cf", 0o644, "root", "system", "# submit.cf\nDjlocalhost\n")
	config.Config = installp.Preserve
	return &installp.Package{
		Name:  "mailtools.sendmail",
		Level: vrmf.Level{Version: 8, Release: 15, Modification: 2},
		Time:  time.Unix(1443657600, 0),
		Filesets: []installp.Fileset{{
			Name: "mailtools.sendmail.rte",
			Text: "Sendmail mail transfer agent",
			Requisites: []string{
				"*prereq bos.rte 6.1.0.0",
				"*prereq openssl.base 1.0.2.1000",
				"*prereq cyrus.sasl.rte 2.1.26.0",
			},
			Copyright: "Placeholder copyright text.\n",
			Usr:       installp.Scripts{installp.PreI: Success},
			Root:      installp.Scripts{installp.Config: Success, installp.Unconfig: Success},
			Files: []installp.File{
				Directory("/opt/mailtools", 0o755, "root", "system"),
				Directory("/opt/mailtools/sbin", 0o755, "root", "system"),
				program,
				Symlink("/opt/mailtools/sbin/newaliases", "sendmail"),
				Directory("/etc/mailtools", 0o755, "root", "system"),
				config,
				Directory("/var/spool/mtqueue", 0o770, "root", "mail"),
			},
		}},
	}
}

// family is a package of several filesets and of everything else that the example lacks.
func Family() *installp.Package {
	p := Example()
	p.Users, p.Groups = []string{"smmsp"}, []string{"smmsp"}
	p.Provided = []string{"/opt/freeware/share"}
	rte := &p.Filesets[0]
	rte.Requisites = append(rte.Requisites, ">0 {", "*prereq vendor.sasl.rte 2.1.26.0", "*prereq other.sasl.rte", "}")
	log := File("/var/spool/clientmqueue/sm-client.st", 0o660, "smmsp", "smmsp", "")
	log.Open, log.Volatile = nil, true
	rte.Files = append(rte.Files,
		Directory("/var/spool/clientmqueue", 0o770, "smmsp", "smmsp"), log,
		Symlink("/etc/mailtools/aliases", "../aliases"),
		File("/opt/mailtools/sbin/large", 0o555, "bin", "bin", strings.Repeat("0123456789abcde\n", 1000)))
	p.Filesets = append(p.Filesets,
		installp.Fileset{
			Name: "mailtools.sendmail.man", Level: vrmf.Level{Version: 8, Release: 15, Modification: 2, Fix: 1}, Text: "Manual pages",
			Requisites: []string{"*prereq mailtools.sendmail.rte"}, Copyright: "Placeholder copyright text.\n",
			Files: []installp.File{
				File("/opt/mailtools/aliases.5", 0o444, "bin", "bin", "aliases\n"),
				File("/opt/freeware/share/extra", 0o1644, "root", "system", "abc"),
			},
		},
		installp.Fileset{
			Name: "mailtools.sendmail.start", Text: "Start at boot", Copyright: "Placeholder copyright text.\n",
			Root: installp.Scripts{installp.Config: Success},
		})
	return p
}

// imageOf writes the image of a small package; programs would open a file.
func Small(title, script string) *io.SectionReader {
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
	if err := write.Image(&image, p); err != nil {
		fmt.Println(err)
	}
	return io.NewSectionReader(bytes.NewReader(image.Bytes()), 0, int64(image.Len()))
}

func Shuffle[E any](random *rand.Rand, s []E) {
	random.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}
