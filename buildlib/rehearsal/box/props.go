package box

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Shells are the shells that our scripts are rehearsed under. AIX's own are ksh88, which is not free, and ksh93: a script that these
// three agree on keeps to what ksh88 has in common with them.
var Shells = []string{"dash", "mksh", "ksh93"}

// KornShells are those that others' scripts are rehearsed under: AIX's sh and ksh are one Korn shell (seen on AIX), and they may use what
// it has.
var KornShells = Shells[1:]

// tools are the commands of this machine that a box gets under AIX's names: those that POSIX describes and every AIX has. What is
// not here (mktemp, readlink, stat, seq, install ...) is not on AIX, or is something else there.
var tools = []string{
	"awk", "basename", "cat", "chmod", "cksum", "cmp", "comm", "cp", "cut", "date", "dd", "dirname", "env", "expr", "false", "find", "fold",
	"grep", "head", "ln", "ls", "mkdir", "mv", "nohup", "od", "paste", "printf", "pwd", "rm", "rmdir", "sed", "sleep", "sort", "sum",
	"tail", "tee", "test", "touch", "tr", "true", "uniq", "wc", "xargs",
}

// Props are the programs that every box on this machine shares, with the libraries they need, and the way into a box.
type Props struct {
	machine host.Runner
	dir     string
	shells  map[string]string // where they are on this machine
	files   []string          // of a box, below dir: programs in rehearsal/bin, libraries where the loader looks for them
	way     way
}

// Collect copies this machine's tools and the shells that it has to dir, and finds out how this user can make a directory the root
// of a process.
func Collect(ctx context.Context, machine host.Runner, dir string) (*Props, error) {
	if runtime.GOOS != "linux" {
		return nil, &fault.Error{
			Code: "rehearsal-sandbox", What: "an installation can be rehearsed on Linux only", Found: runtime.GOOS,
			Do: `take the image to a Linux machine; on AIX itself "installp -apXd IMAGE all" previews, and changes nothing`,
		}
	}
	p := &Props{machine: machine, dir: dir, shells: map[string]string{}}
	var programs []string
	for _, tool := range append(slices.Clone(tools), "dash", "setpriv") {
		file, err := host.LookPath(ctx, machine, tool)
		if err != nil {
			return nil, &fault.Error{
				Code: "rehearsal-tool", What: "a program for the rehearsal is missing: " + tool, Err: err,
				Do: "install it with this machine's package manager",
			}
		}
		programs = append(programs, file)
		if err := p.bring(file, "rehearsal/bin/"+tool); err != nil {
			return nil, err
		}
	}
	for _, shell := range Shells {
		file, err := host.LookPath(ctx, machine, shell)
		if err != nil {
			continue // Has tells
		}
		p.shells[shell] = file
		programs = append(programs, file)
		if err := p.bring(file, "rehearsal/shells/"+shell); err != nil {
			return nil, err
		}
	}
	if err := p.libraries(ctx, programs, p.bring); err != nil {
		return nil, err
	}
	return p, p.findWay(ctx)
}

// Has reports whether this machine has a shell.
func (p *Props) Has(shell string) bool { return p.shells[shell] != "" }

// libraryPath is a file in what ldd prints: behind an arrow, or the loader alone on its line.
var libraryPath = regexp.MustCompile(`(?m)(?:=> |^\s+)(/\S+) \(0x`)

// libraries brings the shared libraries that programs need, the loader among them.
func (p *Props) libraries(ctx context.Context, programs []string, bring func(from, name string) error) error {
	out, err := p.machine.Output(ctx, host.Cmd{Argv: append([]string{"ldd"}, programs...)})
	if err != nil {
		return err
	}
	files := map[string]bool{}
	for _, match := range libraryPath.FindAllStringSubmatch(out, -1) {
		files[filepath.Clean(match[1])] = true
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if err := bring(file, strings.TrimPrefix(file, "/")); err != nil {
			return err
		}
	}
	return nil
}

// bring copies a file of this machine to where boxes take it from.
func (p *Props) bring(from, name string) error {
	p.files = append(p.files, name)
	return copyFile(from, filepath.Join(p.dir, name), 0o755)
}

// furnish puts the props into the root directory of a box: as links, so that a box costs no space.
func (p *Props) furnish(root string) error {
	for _, name := range p.files {
		from, to := filepath.Join(p.dir, name), filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.Link(from, to); err == nil || errors.Is(err, fs.ErrExist) {
			continue
		}
		if err := copyFile(from, to, 0o755); err != nil { // perhaps another file system
			return err
		}
	}
	return nil
}

// inBox are the props by their paths below the root of a box, where lib is a link to usr/lib.
func (p *Props) inBox() map[string]bool {
	names := map[string]bool{}
	for _, name := range p.files {
		if strings.HasPrefix(name, "lib/") {
			name = "usr/" + name
		}
		names[name] = true
	}
	return names
}

func copyFile(from, to string, mode fs.FileMode) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close(), os.Chmod(to, mode)) // the umask does not matter here
}

// way is how a process gets a box for its root: a command in front of its own, and whether that has namespaces. Then nothing outside the
// box can be reached, and /usr can be made read-only.
type way struct {
	name   string
	argv   []string
	prison bool
}

// namespaces are those without a network, without anybody's processes, and without anybody's shared memory. All that runs in them ends
// with their first process, that one with unshare, and unshare with us, be we killed: else a script would go on.
var namespaces = []string{"setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child"}

// ways are tried in this order. The first is for root and the second for everyone else, where the system lets users have
// namespaces of their own; the third is for root in a container that must not mount.
var ways = []way{
	{"namespaces", namespaces, true},
	{"a user namespace", append([]string{"unshare", "--user", "--map-root-user"}, namespaces...), true},
	{"chroot", nil, false},
}

// privileges are what is left of root's to a script: those about files. Without the others it cannot mount, make a device, or get out of
// a chroot, and a process in one is let into no new user namespace (user_namespaces(7)).
const privileges = `--no-new-privs --inh-caps=-all --bounding-set=-all,+chown,+dac_override,+fowner,+fsetid`

// leave is the last command that a process runs with a box for its root and powers that no script has. An earlier script may have put
// another program into that place, or another library. So without namespaces a box is for scripts that are trusted.
const leave = `chroot "$0" /rehearsal/bin/setpriv ` + privileges + ` -- "$@"`

// In $0 is the box's root, in $1 the gate: a small directory of this machine's own programs that no script can write to. It becomes the
// root of all, with the box in it, and what was the root before is taken away; only then, with no powers but those about files,
// that to have the box for its root, and that to lose these, comes something that lies in the box. What gets out of the box finds the gate.
//
// The device is there to be used, and not to be changed: it is the machine's own.
const (
	setUp = `gate=$1; shift
mount -o bind,ro,nosuid,nodev "$gate" "$gate" && mount --bind "$0" "$gate/box" &&
mount -o bind,ro,nosuid,noexec /dev/null "$gate/box/dev/null" &&
`
	setUpReadOnly = `mount -o bind,ro,nosuid,nodev "$gate/box/%s" "$gate/box/%[1]s" &&
`
	throughGate = `cd "$gate" && pivot_root . old &&
exec /bin/dash -c '/bin/umount -l /old &&
exec /bin/setpriv ` + privileges + `,+sys_chroot,+setpcap -- /bin/` + leave + `' /box "$@"`

	withoutGate = `shift
test -c "$0/dev/null" || { rm -f "$0/dev/null" && mknod -m 666 "$0/dev/null" c 1 3; } && exec ` + leave
)

// gate is where the programs for the way into a box lie.
func (p *Props) gate() string { return filepath.Join(p.dir, "gate") }

// makeGate fills it. A program that is not here is missed by the ways that need it.
func (p *Props) makeGate(ctx context.Context) error {
	bring := func(from, name string) error { return copyFile(from, filepath.Join(p.gate(), name), 0o755) }
	var programs []string
	for _, name := range []string{"dash", "setpriv", "umount", "chroot"} {
		files, err := p.machine.Find(ctx, name, "/usr/sbin/"+name, "/sbin/"+name) // a user's PATH may have neither directory
		if err != nil {
			return err
		}
		file := cmp.Or(files...)
		if file == "" {
			continue
		}
		programs = append(programs, file)
		if err := bring(file, "bin/"+name); err != nil {
			return err
		}
	}
	return errors.Join(p.libraries(ctx, programs, bring), os.Mkdir(filepath.Join(p.gate(), "box"), 0o755), os.Mkdir(filepath.Join(p.gate(), "old"), 0o755),
		os.Symlink("old/proc", filepath.Join(p.gate(), "proc"))) // where umount looks up what is mounted
}

// Reach is what scripts could reach outside their box, or "" when that is nothing.
func (p *Props) Reach() string {
	if p.way.prison {
		return ""
	}
	return "the network, and this machine's processes by their number"
}

// WithoutNamespaces are the same props with the way into a box that is left where there are none. It is root's, for scripts that are trusted, and
// takes a quarter of the time.
func (p *Props) WithoutNamespaces() *Props {
	other := *p
	other.way = ways[len(ways)-1]
	return &other
}

// command is the argv that runs a command with root for its root directory.
func (w way) command(gate, root string, readOnly bool, argv ...string) []string {
	script := withoutGate
	if w.prison {
		script = setUp
		if readOnly {
			script += fmt.Sprintf(setUpReadOnly, "usr") + fmt.Sprintf(setUpReadOnly, "opt")
		}
		script += throughGate
	}
	return slices.Concat(w.argv, []string{"sh", "-c", script, root, gate}, argv)
}

// findWay tries each way in an empty box.
func (p *Props) findWay(ctx context.Context) error {
	root := filepath.Join(p.dir, "try")
	if err := errors.Join(p.makeGate(ctx), os.MkdirAll(filepath.Join(root, "dev"), 0o755), p.furnish(root)); err != nil {
		return err
	}
	unshare, err := p.machine.Find(ctx, "unshare") // by the user's PATH, not by the one that commands get
	if err != nil {
		return err
	}
	var problems []string
	for _, w := range ways {
		w.argv = slices.Clone(w.argv)
		for i, word := range w.argv {
			if word == "unshare" {
				w.argv[i] = cmp.Or(unshare[0], word)
			}
		}
		if err := os.WriteFile(filepath.Join(root, "dev/null"), nil, 0o666); err != nil {
			return err
		}
		argv := w.command(p.gate(), root, false, "/rehearsal/bin/dash", "-c", "echo thrown away >/dev/null && test -c /dev/null")
		err := p.machine.Run(ctx, host.Cmd{Argv: argv, Env: administratorsPath})
		if err == nil {
			p.way = w
			return os.RemoveAll(root)
		}
		if ctx.Err() != nil {
			return err
		}
		problem := err.Error()
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Found != "" {
			problem = f.Found
		}
		problems = append(problems, w.name+": "+problem)
	}
	return &fault.Error{
		Code: "rehearsal-sandbox", What: "no directory can be made the root of a process here", Found: strings.Join(problems, "\n"),
		Do: "run as root, or let users have namespaces: sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000",
	}
}

// administratorsPath finds chroot, mount and mknod for users whose PATH has no sbin.
var administratorsPath = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
