package box

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/standins"
)

// Box is a simulated AIX machine: a directory with IBM's sendmail on it.
//
//	DIR/root     the machine's file system; root/rehearsal is ours: tools, stand-ins, and the record of what they were asked
//	DIR/db       the product database (rehearsal/database)
type Box struct {
	Shell string    // that is /usr/bin/ksh and /usr/bin/sh here: dash, mksh or ksh93; /usr/bin/ksh93 is ksh93 where there is one
	Out   io.Writer // what is printed on it
	Fate  Fate
	// Free is the free space of file systems, in blocks of 512 bytes, by mount point; a path is on the longest one. None for no
	// limit. The preview alone looks at it.
	Free map[string]int64
	// ReadOnlyUsr makes /usr and /opt read-only to scripts, as a diskless client or a workload partition has them.
	ReadOnlyUsr bool

	dir   string
	root  *os.Root // of its file system: nothing that a script makes there leads out of it
	props *Props
}

// directories of AIX that a package may expect. /etc/opt and /var/opt are not among them: not every AIX has them.
var directories = []string{
	"dev", "etc/mail", "etc/objrepos", "etc/rc.d/init.d", "etc/rc.d/rc2.d", "etc/security", "home", "lpp", "opt/freeware/lib",
	"rehearsal", "sbin", "tmp",
	"usr/bin", "usr/include", "usr/lib/objrepos", "usr/lpp", "usr/samples", "usr/sbin", "usr/share/man/man1", "usr/share/man/man5",
	"usr/share/man/man8", "usr/ucb", "var/adm/ras", "var/adm/sw", "var/spool/mail", "var/spool/mqueue", "var/tmp",
}

// links of AIX itself: directories that moved below /usr long ago, and the names that IBM's sendmail goes by (documented; since
// 7.2, which name of it runs is a matter of where /usr/lib/sendmail points to).
var links = map[string]string{
	// Relative, so that they stay in the box for this process, too.
	"bin": "usr/bin", "lib": "usr/lib",
	"usr/sbin/mailq": "/usr/sbin/sendmail", "usr/sbin/newaliases": "/usr/sbin/sendmail",
	"usr/lib/sendmail": "/usr/sbin/sendmail", "usr/ucb/mailq": "/usr/sbin/sendmail", "usr/ucb/newaliases": "/usr/sbin/sendmail",
}

// Box makes a new box, in an empty or missing directory, whose shell is one of Shells. What installp prints goes to out.
func (p *Props) Box(dir, shell string, out io.Writer) (*Box, error) {
	if !p.Has(shell) {
		return nil, fmt.Errorf("this machine has no shell %q", shell)
	}
	root := filepath.Join(dir, "root")
	// Nobody else may run what a package of this machine's programs brings, set-user-id programs among it.
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.Chmod(dir, 0o700)); err != nil {
		return nil, err
	}
	for _, name := range directories {
		dir, mode := filepath.Join(root, name), fs.FileMode(0o755)
		if name == "tmp" || name == "var/tmp" {
			mode = 0o777 | fs.ModeSticky
		}
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.Chmod(dir, mode)); err != nil {
			return nil, err
		}
	}
	for name, target := range links {
		if err := os.Symlink(target, filepath.Join(root, name)); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(standins.Fill(root), p.furnish(root)); err != nil {
		return nil, err
	}
	b, err := p.Reopen(dir, shell, out)
	if err != nil {
		return nil, err
	}
	return b, b.castStandIns()
}

// Reopen gives a box that is there already.
func (p *Props) Reopen(dir, shell string, out io.Writer) (*Box, error) {
	b := &Box{Shell: shell, Out: out, dir: dir, props: p}
	var err error
	b.root, err = os.OpenRoot(b.Root())
	return b, err
}

// castStandIns gives each command of AIX its stand-in, and the shells their AIX names. What stands in for a tool of this machine
// refuses the options that AIX's has not.
func (b *Box) castStandIns() error {
	places := map[string]string{"usr/bin/egrep": "tool", "usr/bin/fgrep": "tool"}
	for _, tool := range tools {
		places["usr/bin/"+tool] = "tool"
	}
	for standIn, names := range standins.Places {
		for _, name := range names {
			places[name] = standIn
		}
	}
	for _, name := range []string{"sh", "ksh", "ksh93"} {
		shell := b.Shell
		if b.props.Has(name) { // a script that asks for ksh93 gets no other
			shell = name
		}
		places["usr/bin/"+name] = "shells/" + shell
	}
	for name, to := range places {
		if err := os.Symlink("/rehearsal/"+to, filepath.Join(b.Root(), name)); err != nil {
			return err
		}
	}
	return errors.Join(b.root.WriteFile(gateFile, []byte("0 0\n"), 0o644), b.root.WriteFile("dev/null", nil, 0o666))
}

// Clone makes another box of the same content, in a directory that is missing: of what scripts can change a copy, of the rest a link.
func (b *Box) Clone(dir string) (*Box, error) {
	own := b.props.inBox()
	err := filepath.WalkDir(b.dir, func(from string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(from, b.dir)
		to := dir + name
		switch {
		case d.IsDir():
			return errors.Join(os.Mkdir(to, 0o700), os.Chmod(to, info.Mode()))
		case d.Type() == fs.ModeSymlink:
			target, err := os.Readlink(from)
			return errors.Join(err, os.Symlink(target, to))
		case own[strings.TrimPrefix(name, "/root/")]:
			return os.Link(from, to)
		case !d.Type().IsRegular(): // a device that the way into the box has made
			return nil
		}
		return copyFile(from, to, info.Mode())
	})
	if err != nil {
		return nil, err
	}
	c, err := b.props.Reopen(dir, b.Shell, b.Out)
	c.Free, c.ReadOnlyUsr = b.Free, b.ReadOnlyUsr
	return c, err
}

// Dir is the directory that has all of the box.
func (b *Box) Dir() string { return b.dir }

// Root is the directory that is the box's file system.
func (b *Box) Root() string { return filepath.Join(b.dir, "root") }

// Close gives back what the box holds of this process. The directory stays.
func (b *Box) Close() error { return b.root.Close() }
