package installp_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

const (
	// workedExample is the digest of the image that the format description works out; a writer of another hand made it.
	workedExample = "2da0273a1650cf80b484564626d18a5270ebecd874dd798a4d8e006c3ea99e40"
	success       = "#!/bin/ksh\nexit 0\n"
)

func directory(path string, mode uint32, owner, group string) installp.File {
	return installp.File{Path: path, Type: installp.Directory, Mode: mode, Owner: owner, Group: group}
}

func file(path string, mode uint32, owner, group, content string) installp.File {
	return installp.File{Path: path, Mode: mode, Owner: owner, Group: group, Size: int64(len(content)), Open: text(content)}
}

func symlink(path, target string) installp.File {
	return installp.File{Path: path, Type: installp.Symlink, Target: target}
}

func text(content string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }
}

// example is the package of the format description, part 13.1.
func example() *installp.Package {
	program := file("/opt/mailtools/sbin/sendmail", 0o2555, "root", "mail", "placeholder for the mail program\n")
	program.Links = []string{"/opt/mailtools/sbin/hoststat"}
	config := file("/etc/mailtools/submit.cf", 0o644, "root", "system", "# submit.cf\nDjlocalhost\n")
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
			Usr:       installp.Scripts{installp.PreI: success},
			Root:      installp.Scripts{installp.Config: success, installp.Unconfig: success},
			Files: []installp.File{
				directory("/opt/mailtools", 0o755, "root", "system"),
				directory("/opt/mailtools/sbin", 0o755, "root", "system"),
				program,
				symlink("/opt/mailtools/sbin/newaliases", "sendmail"),
				directory("/etc/mailtools", 0o755, "root", "system"),
				config,
				directory("/var/spool/mtqueue", 0o770, "root", "mail"),
			},
		}},
	}
}

// family is a package of several filesets and of everything else that the example lacks.
func family() *installp.Package {
	p := example()
	p.Users, p.Groups = []string{"smmsp"}, []string{"smmsp"}
	p.Provided = []string{"/opt/freeware/share"}
	rte := &p.Filesets[0]
	rte.Requisites = append(rte.Requisites, ">0 {", "*prereq vendor.sasl.rte 2.1.26.0", "*prereq other.sasl.rte", "}")
	log := file("/var/spool/clientmqueue/sm-client.st", 0o660, "smmsp", "smmsp", "")
	log.Open, log.Volatile = nil, true
	rte.Files = append(rte.Files,
		directory("/var/spool/clientmqueue", 0o770, "smmsp", "smmsp"), log,
		symlink("/etc/mailtools/aliases", "../aliases"),
		file("/opt/mailtools/sbin/large", 0o555, "bin", "bin", strings.Repeat("0123456789abcde\n", 1000)))
	p.Filesets = append(p.Filesets,
		installp.Fileset{
			Name: "mailtools.sendmail.man", Level: vrmf.Level{Version: 8, Release: 15, Modification: 2, Fix: 1}, Text: "Manual pages",
			Requisites: []string{"*prereq mailtools.sendmail.rte"}, Copyright: "Placeholder copyright text.\n",
			Files: []installp.File{
				file("/opt/mailtools/aliases.5", 0o444, "bin", "bin", "aliases\n"),
				file("/opt/freeware/share/extra", 0o1644, "root", "system", "abc"),
			},
		},
		installp.Fileset{
			Name: "mailtools.sendmail.start", Text: "Start at boot", Copyright: "Placeholder copyright text.\n",
			Root: installp.Scripts{installp.Config: success},
		})
	return p
}

func write(t testing.TB, p *installp.Package) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func digest(image []byte) string {
	return fmt.Sprintf("%x", sha256.Sum256(image))
}

func TestWorkedExample(t *testing.T) {
	t.Parallel()
	p := example()
	image := write(t, p)
	if len(image) != 7168 || digest(image) != workedExample {
		t.Errorf("the image has %d bytes and the digest %s, want 7168 and %s:\n%s", len(image), digest(image), workedExample, dump(t, image))
	}
	if got, want := p.FileName(), "mailtools.sendmail.8.15.2.0.I"; got != want {
		t.Errorf("FileName() = %s, want %s", got, want)
	}
}

// TestOrderOfInput shuffles filesets, files, links and accounts, and moves to other time zones.
func TestOrderOfInput(t *testing.T) {
	t.Parallel()
	for name, build := range map[string]func() *installp.Package{"example": example, "family": family} {
		want := digest(write(t, build()))
		random := rand.New(rand.NewPCG(1, 2))
		for range 20 {
			p := build()
			p.Time = p.Time.In(time.FixedZone("elsewhere", random.IntN(24*3600)-12*3600))
			shuffle(random, p.Filesets)
			for i := range p.Filesets {
				shuffle(random, p.Filesets[i].Files)
			}
			if got := digest(write(t, p)); got != want {
				t.Fatalf("%s: shuffled, the digest is %s, want %s", name, got, want)
			}
		}
	}
}

func shuffle[E any](random *rand.Rand, s []E) {
	random.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

// Several links come in any order.
func TestOrderOfLinks(t *testing.T) {
	t.Parallel()
	links := []string{"/opt/mailtools/sbin/purgestat", "/opt/mailtools/sbin/hoststat", "/opt/mailtools/sbin/mailq"}
	var digests []string
	for i := range links {
		p := example()
		p.Filesets[0].Files[2].Links = append(append([]string(nil), links[i:]...), links[:i]...)
		digests = append(digests, digest(write(t, p)))
	}
	if diff := cmp.Diff([]string{digests[0], digests[0], digests[0]}, digests); diff != "" {
		t.Errorf("digests differ:\n%s", diff)
	}
}
