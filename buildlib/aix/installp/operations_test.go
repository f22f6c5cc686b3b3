package installp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
)

func diff(t *testing.T, a, b *installp.Package) string {
	t.Helper()
	text, err := installp.Diff(section(write(t, a)), section(write(t, b)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*installp.Package)
		want   string
	}{
		"nothing": {func(p *installp.Package) {}, ""},
		"level and requisites": {func(p *installp.Package) {
			p.Level.Fix = 1
			p.Filesets[0].Requisites[1] = "*prereq openssl.base 3.0.0.0"
		}, `fileset mailtools.sendmail.rte
  level 8.15.2.0 -> 8.15.2.1
  - requisite *prereq openssl.base 1.0.2.1000
  + requisite *prereq openssl.base 3.0.0.0
`},
		"files": {func(p *installp.Package) {
			files := p.Filesets[0].Files
			files[2] = file("/opt/mailtools/sbin/sendmail", 0o555, "root", "mail", "Placeholder for the mail program\n")
			files[3].Target = "./sendmail"
			files[5] = file("/etc/mailtools/submit.cf", 0o644, "bin", "system", "# submit.cf\n")
			p.Filesets[0].Files = append(files[:6:6], symlink("/opt/mailtools/sbin/mailq", "sendmail"))
		}, `fileset mailtools.sendmail.rte
  ~ /etc/mailtools/submit.cf: owner root:system -> bin:system, volatile true -> false, method preserve -> none, size 24 -> 12
  + /opt/mailtools/sbin/mailq: SYMLINK 777 root:system -> sendmail
  ~ /opt/mailtools/sbin/newaliases: target sendmail -> ./sendmail
  ~ /opt/mailtools/sbin/sendmail: mode SGID,555 -> 555, links /opt/mailtools/sbin/hoststat -> none, content
  - /var/spool/mtqueue: DIRECTORY 770 root:mail
`},
		"scripts": {func(p *installp.Package) {
			p.Filesets[0].Usr[installp.PreI] = "#!/bin/ksh\nmkgroup -a smmsp\nexit 0\n"
			delete(p.Filesets[0].Root, installp.Unconfig)
		}, `fileset mailtools.sendmail.rte
  --- a/usr pre_i
  +++ b/usr pre_i
  @@ -1,2 +1,3 @@
   #!/bin/ksh
  +mkgroup -a smmsp
   exit 0
  --- a/root unconfig
  +++ b/root unconfig
  @@ -1,2 +0,0 @@
  -#!/bin/ksh
  -exit 0
`},
		"filesets": {func(p *installp.Package) { *p = *family(); p.Filesets = p.Filesets[1:] },
			`+ fileset mailtools.sendmail.man 8.15.2.1: Manual pages, 2 objects
- fileset mailtools.sendmail.rte 8.15.2.0: Sendmail mail transfer agent, 7 objects
+ fileset mailtools.sendmail.start 8.15.2.0: Start at boot, 0 objects
`},
		"root part": {func(p *installp.Package) {
			p.Filesets[0].Root = nil
			p.Filesets[0].Files = p.Filesets[0].Files[:4]
		}, `fileset mailtools.sendmail.rte
  content B -> U
  - /etc/mailtools: DIRECTORY 755 root:system
  - /etc/mailtools/submit.cf: FILE 644 root:system, 24 bytes
  - /var/spool/mtqueue: DIRECTORY 770 root:mail
  --- a/root config
  +++ b/root config
  @@ -1,2 +0,0 @@
  -#!/bin/ksh
  -exit 0
  --- a/root unconfig
  +++ b/root unconfig
  @@ -1,2 +0,0 @@
  -#!/bin/ksh
  -exit 0
`},
		"title like a format": {func(p *installp.Package) { p.Filesets[0].Text = "Mail, 100%s" },
			"fileset mailtools.sendmail.rte\n  title Sendmail mail transfer agent -> Mail, 100%s\n"},
		"date": {func(p *installp.Package) { p.Time = p.Time.Add(time.Second) }, "date 2015-10-01 00:00:00 -> 2015-10-01 00:00:01\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := example()
			test.change(p)
			if name == "filesets" { // the parent of its files is gone with the fileset
				p.Provided = append(p.Provided, "/opt/mailtools")
				p.Filesets[0].Requisites = nil
			}
			if diff := cmp.Diff(strings.Split(test.want, "\n"), strings.Split(diff(t, example(), p), "\n")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// Imports are told by library. A long list is cut.
func TestDiffPrograms(t *testing.T) {
	t.Parallel()
	before := withProgram(t, libraryPath("/usr/lib:/libx"))
	after := withProgram(t, func(s string) string {
		return strings.Replace(strings.Replace(s, "/usr/lib:/lib:", "/opt/lib:/libx", 1), "res_querydomain", "res_querydomaim", 1)
	})
	for i := range 20 {
		after.Filesets[0].Files = append(after.Filesets[0].Files, file(fmt.Sprintf("/opt/mailtools/%02d", i), 0o644, "root", "system", ""))
	}
	got := strings.Split(diff(t, before, after), "\n")
	if len(got) > 24 || !strings.Contains(strings.Join(got, "\n"), "and 11 more") {
		t.Errorf("%d lines:\n%s", len(got), strings.Join(got, "\n"))
	}
	after.Filesets[0].Files = after.Filesets[0].Files[:len(before.Filesets[0].Files)]
	want := `fileset mailtools.sendmail.rte
  ~ /opt/mailtools/sbin/sendmail: content, library path /usr/lib:/libx -> /opt/lib:/libx
      - imports from libc.a(shr_64.o): res_querydomain
      + imports from libc.a(shr_64.o): res_querydomaim
`
	if diff := cmp.Diff(want, diff(t, before, after)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What no builder of ours varies is told as well, and what is long is cut.
func TestDiffOthers(t *testing.T) {
	t.Parallel()
	extra := func(data string) func(*contentsOf) {
		return func(c *contentsOf) {
			c.members = append(c.members, fileMember("./usr/swlag/en_US/LICENSE", 0o444, data))
		}
	}
	for name, test := range map[string]struct {
		before, after func(*contentsOf)
		want          string
	}{
		"language": {func(*contentsOf) {}, lppName("en_US", "de_DE"), "fileset mailtools.sendmail.rte\n  language en_US -> de_DE\n"},
		"space": {func(*contentsOf) {}, lppName("INSTWORK 96", "INSTWORK 968"),
			"only the space that is asked for differs"},
		"section": {func(*contentsOf) {}, lppName("%\n]", "%\nPRIVATE\n]"), "fileset mailtools.sendmail.rte\n  + section 6: PRIVATE\n"},
		"license": {extra("yours"), extra("ours."), "members that no fileset installs: 1 with 5 bytes -> 1 with 5 bytes\n"},
		"long":    {func(*contentsOf) {}, edit(usrLib, "copyright", "\n", strings.Repeat("x", 100000)+"\n"), strings.Repeat("x", 300)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := takeApart(t, write(t, example())), takeApart(t, write(t, example()))
			test.before(before)
			test.after(after)
			got, err := installp.Diff(section(before.image(t)), section(after.image(t)))
			if err != nil || len(got) > 2000 || !strings.Contains(got, test.want) {
				t.Errorf("Diff gives %d bytes, %.2000s, %v, want %s", len(got), got, err, test.want)
			}
		})
	}
}

// What restore makes of a member differs from what the inventory says of it, and so may one image from the other.
func TestDiffMembers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*contentsOf)
		want   string
	}{
		"owner":     {func(c *contentsOf) { c.member(program).UID = 5 }, "~ " + program[1:] + ": member -r-xr-sr-x 0:6 -> -r-xr-sr-x 5:6\n"},
		"directory": {func(c *contentsOf) { c.member("./opt/mailtools").Mode = bff.TypeDir | 0o700 }, ": member drwxr-xr-x 0:0 -> drwx------ 0:0\n"},
		"part": {func(c *contentsOf) {
			for i := range c.libraries[rootLib] {
				f := &c.libraries[rootLib][i]
				if strings.HasSuffix(f.Name, ".inventory") {
					stanza := strings.Index(f.text, "/var/spool/mtqueue:")
					edit(usrLib, "inventory", "/opt/mailtools:", f.text[stanza:]+"/opt/mailtools:")(c)
					f.text = f.text[:stanza]
				}
			}
		}, "~ /var/spool/mtqueue: part root -> usr\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := write(t, example())
			c := takeApart(t, before)
			test.change(c)
			if got, err := installp.Diff(section(before), section(c.image(t))); err != nil || !strings.Contains(got, test.want) {
				t.Errorf("Diff = %s, %v, want %s", got, err, test.want)
			}
		})
	}
}

// The error says which of the two images it is about.
func TestDiffNamesImage(t *testing.T) {
	t.Parallel()
	whole := write(t, example())
	if _, err := installp.Diff(section(whole), section(whole[:1000])); err == nil || !strings.Contains(err.Error(), "the second image: ") {
		t.Errorf("Diff = %v", err)
	}
}

// The same package in another form differs, too.
func TestDiffForm(t *testing.T) {
	t.Parallel()
	image := write(t, example())
	other := append(bytes.Clone(image[:len(image)-1]), 1)
	text, err := installp.Diff(section(image), section(other))
	if err != nil || !strings.HasPrefix(text, "only the form differs") {
		t.Errorf("Diff = %q, %v", text, err)
	}
}

func extract(t *testing.T, image []byte) (string, error) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	return dir, installp.Extract(t.Context(), bytes.NewReader(image), root)
}

// backup -i puts the access list of a file behind it, as if the file were a directory.
func TestExtractAccessList(t *testing.T) {
	t.Parallel()
	var image bytes.Buffer
	w := bff.NewWriter(&image, time.Unix(0, 0))
	for _, name := range []string{"./acl", "./acl/no", "./z"} {
		if err := w.WriteHeader(&bff.Header{Name: name, Mode: bff.TypeRegular | 0o644}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	dir, err := extract(t, rename(image.Bytes(), "./acl/no", "./acl/\x7f\x7f"))
	if _, missing := os.Stat(filepath.Join(dir, "z")); err != nil || missing != nil {
		t.Errorf("Extract = %v; z: %v", err, missing)
	}
}

func TestExtract(t *testing.T) {
	t.Parallel()
	p := example()
	p.Filesets[0].Files[1].Mode = 0o555 // a directory that may not be written to, with a file in it
	dir, err := extract(t, write(t, p))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"opt/mailtools/sbin":          "dr-xr-xr-x",
		"opt/mailtools/sbin/sendmail": "-r-xr-xr-x", // without the set-group-id bit
		"lpp_name":                    "-rw-r--r--",
		"usr/lpp/mailtools.sendmail/inst_root/etc/mailtools/submit.cf": "-rw-r--r--",
		"usr/lpp/mailtools.sendmail/inst_root/var/spool/mtqueue":       "drwxrwx---",
	} {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil || info.Mode().String() != want || !info.ModTime().Equal(p.Time) {
			t.Errorf("%s: %v, %v; want %s and %s", name, info, err, want, p.Time)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "opt/mailtools/sbin/sendmail"))
	if err != nil || string(text) != "placeholder for the mail program\n" {
		t.Errorf("sendmail holds %q, %v", text, err)
	}
}

// Nothing is written outside, over anything, or through a link.
func TestExtractRefuses(t *testing.T) {
	t.Parallel()
	image := func(members ...bff.Header) []byte {
		var b bytes.Buffer
		w := bff.NewWriter(&b, time.Unix(0, 0))
		for _, m := range members {
			if err := w.WriteHeader(&m); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	file := func(name string) bff.Header { return bff.Header{Name: name, Mode: bff.TypeRegular | 0o644} }
	dir := func(name string) bff.Header { return bff.Header{Name: name, Mode: bff.TypeDir | 0o755} }
	// The Writer refuses such names: they are put in afterwards, and the header's checksum with them.
	renamed := func(name string) []byte {
		plain := "./" + strings.Repeat("x", len(name)-2)
		return rename(image(file(plain)), plain, name)
	}
	for name, image := range map[string][]byte{
		"file twice":        image(file("./a"), file("./a")),
		"directory twice":   image(dir("./a"), dir("./a")),
		"file as directory": image(file("./a"), file("./a/b")),
		"directory as file": image(file("./a/b"), file("./a")),
		"parent":            renamed("./../outside"),
		"absolute":          renamed("/tmp/outside-of-it"),
		"parent in between": renamed("./a/../../outside"),
		"empty component":   renamed("./a//b"),
		"current directory": renamed("./a/./b"),
		"ends with a slash": renamed("./abc/"),
		"symbolic link":     asSymlink(image(file("./a")), "./a"),
		"backslash":         renamed("./a\\..\\b"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, err := extract(t, image)
			if err == nil {
				t.Error("Extract = nil, want an error")
			}
			if outside, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "outside*")); err != nil || len(outside) > 0 {
				t.Errorf("there is %v, %v", outside, err)
			}
		})
	}
}

const nameAt = 64 // in a member's header

// header finds the one of a member.
func header(image []byte, name string) int {
	return bytes.Index(image, append([]byte(name), 0)) - nameAt
}

// rename gives a member another name of the same length.
func rename(image []byte, from, to string) []byte {
	at := header(image, from)
	copy(image[at+nameAt:], to)
	seal(image[at:])
	return image
}

// asSymlink turns an empty file into a symbolic link to "sendmail", in the layout without a security block.
func asSymlink(image []byte, name string) []byte {
	at := header(image, name)
	end := at + int(image[at])*8
	image[at+12], image[at+13] = 0o777&0xff, 0xa1 // mode
	image[at+24] = 8                              // size
	seal(image[at:])
	return slices.Concat(image[:end], []byte("sendmail"), image[end+40:])
}

// seal mends the checksum of a header.
func seal(h []byte) {
	var sum uint32
	for i := range int(h[0]) * 8 {
		if i != 4 && i != 5 {
			sum += uint32(h[i]) << (h[i] & 7)
		}
	}
	h[4], h[5] = byte(sum), byte(sum>>8)
}

// A link that is there already is not followed; an interruption ends it.
func TestExtractIntoLink(t *testing.T) {
	t.Parallel()
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "opt")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	image := write(t, example())
	if err := installp.Extract(t.Context(), bytes.NewReader(image), root); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Extract = %v, want ErrExist", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := installp.Extract(ctx, bytes.NewReader(image), root); !errors.Is(err, context.Canceled) {
		t.Errorf("Extract = %v, want context.Canceled", err)
	}
}

func TestToc(t *testing.T) {
	t.Parallel()
	want := `0 100100000015 2
a.I 4 R I mailtools.sendmail {
mailtools.sendmail.rte 08.15.0002.0000 1 N B en_US Sendmail mail transfer agent
[
*prereq bos.rte 6.1.0.0
`
	r := open(t, write(t, example()))
	got := installp.Toc([]installp.TocEntry{{FileName: "a.I", Image: r.Image()}, {FileName: "b.I", Image: r.Image()}})
	if !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "\n%\n%\n%\n%\n]\n}\n") || strings.Count(got,
		"\nb.I 4 R I mailtools.sendmail {\n") != 1 {
		t.Errorf("Toc() =\n%s", got)
	}
}

func TestListing(t *testing.T) {
	t.Parallel()
	r := open(t, write(t, example()))
	want := `  Fileset Name                Level                     I/U Q Content
  ====================================================================
  mailtools.sendmail.rte      8.15.2.0                   I  N usr,root
#   Sendmail mail transfer agent
`
	if diff := cmp.Diff(want, r.Image().Listing()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	m := r.Image().Front[1]
	if got, want := m.String(), "-rw-r--r--     0     0        448 2015-10-01 00:00:00 ./lpp_name"; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
	m.Name, m.Mode = "./a\x1b[2J", bff.TypeDir|0o7642
	if got, want := m.String(), `drwSr-S-wT     0     0        448 2015-10-01 00:00:00 ./a\x1b[2J`; got != want {
		t.Errorf("String() = %q, want %q", got, want)
	}
}
