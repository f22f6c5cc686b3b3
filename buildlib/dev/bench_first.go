package dev

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// firstCommand is the first one of the README.
var firstCommand = []string{"go", "tool", "mage", "setup", "rehearse"}

// bare makes, in the directory $1, a Debian of this machine's own release with no more than git in it. It gets its packages from where this machine does.
const bare = `
release=$(. /etc/os-release; echo $VERSION_CODENAME)
mirror=$(apt-get indextargets --format '$(SITE) $(CODENAME) $(COMPONENT)' | awk -v "release=$release" '$2 == release && $3 == "main" { print $1; exit }')
debootstrap --variant=minbase --include=ca-certificates,git "$release" "$1" "$mirror"
rm -f "$1/etc/apt/sources.list"
for part in sources.list sources.list.d preferences preferences.d trusted.gpg trusted.gpg.d keyrings auth.conf auth.conf.d; do
	[ ! -e /etc/apt/$part ] || cp -a /etc/apt/$part "$1/etc/apt/"
done
cp -an /usr/share/keyrings/. "$1/usr/share/keyrings/"
apt-config dump --format '%F "%v";%n' | grep -E '^Acquire::(https?|ftp|Check|Retries|ForceIP|AllowInsecure)' >"$1/etc/apt/apt.conf.d/90like-this-machine" || :
cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
rm -f "$1"/var/cache/apt/archives/*.deb
`

// inside runs a command in the directory $1 as the machine's root, in namespaces that end with it. $2 keeps what apt and the command download. Go and its
// modules are this machine's, $3 and $4.
const inside = `
root=$1 kept=$2 go=$3 modules=$4
shift 4
mount --make-rprivate /
cache=root/.cache/sendmail-aix
mkdir -p "$root$go" "$root$modules" "$root/$cache" "$kept/archives/partial" "$kept/cache"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
for dir in "$go" "$modules"; do
	mount --bind "$dir" "$root$dir"
	mount -o remount,ro,bind "$root$dir"
done
mount --bind "$kept/archives" "$root/var/cache/apt/archives"
for dir in "$kept"/cache/*; do # one directory, in which what was downloaded finds its place: nothing is renamed into another mount
	case $dir in */address | */sha256) ;; *) rm -rf "$dir" ;; esac
done
mount --bind "$kept/cache" "$root/$cache"
exec chroot "$root" env -i HOME=/root PATH="$go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
	GOMODCACHE="$modules" GOPROXY=off GOTOOLCHAIN=local sh -c 'cd /root/checkout && exec "$@"' sh "$@"
`

// phases of the first command, and the lines that each begins with; what comes before them all is Go compiling mage and the magefile.
var phases = []struct {
	name  string
	begin *regexp.Regexp
}{
	{"apt", regexp.MustCompile(`^(installing |package lists are missing)`)},
	{"linker", regexp.MustCompile(`linker for AIX.*step=cross`)},
	{"proof", regexp.MustCompile(`step=proof`)},
	{"build", regexp.MustCompile(`step=(fetch|patch|configure|compile|stage|package)`)},
}

// first runs the README's first command on a machine that has only Go and git, once, and tells which part of its time each phase takes. Downloads were
// made before, but that of the linker's source: the machine, the packages and sendmail's source are kept in the user's cache, and it takes minutes to get them.
func (b *bench) first(ctx context.Context) error {
	if err := b.canFirst(ctx); err != nil {
		return err
	}
	store, err := b.Cache()
	if err != nil {
		return err
	}
	kept := filepath.Join(store.Dir, "first")
	machine, root := filepath.Join(kept, "machine"), filepath.Join(kept, "root")
	goDirs, err := b.Machine.Output(ctx, host.Cmd{Argv: []string{"go", "env", "GOROOT", "GOMODCACHE"}, Dir: b.Root, Env: goEnv(b.Checkout)})
	if err != nil {
		return err
	}
	log := filepath.Join(b.dir, "first.log")
	run := func(out io.Writer) error {
		if err := os.RemoveAll(root); err != nil {
			return err
		}
		if err := b.Machine.Run(ctx, host.Cmd{Argv: []string{"cp", "-a", machine, root}}); err != nil {
			return err
		}
		if err := b.copyCheckout(ctx, filepath.Join(root, "root", "checkout")); err != nil {
			return err
		}
		return b.Machine.Run(ctx, host.Cmd{
			Argv: slices.Concat([]string{"unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-e", "-c", inside, "sh", root, kept}, strings.Fields(goDirs), firstCommand),
			Log:  log, Stdout: out, Stderr: out,
		})
	}
	if _, err := os.Stat(machine); err != nil {
		b.Log.Info("making a Debian to measure in, and downloading what the first command takes: some minutes, once")
		half := filepath.Join(kept, "machine.half")
		if err := errors.Join(os.RemoveAll(kept), os.MkdirAll(kept, 0o700)); err != nil {
			return err
		}
		if err := b.Machine.Run(ctx, host.Cmd{Argv: []string{"sh", "-e", "-c", bare, "sh", half}, Log: log}); err != nil {
			return err
		}
		if err := os.Rename(half, machine); err != nil {
			return err
		}
		if err := b.Machine.Run(ctx, host.Cmd{Argv: []string{"chroot", machine, "apt-get", "update"}, Log: log}); err != nil {
			return errors.Join(err, os.RemoveAll(machine))
		}
		if err := run(io.Discard); err != nil {
			return errors.Join(err, os.RemoveAll(machine))
		}
	}
	p := newSplit(func() float64 { return ofDescendants("/proc", os.Getpid()) })
	if err := run(p); err != nil {
		return err
	}
	names, parts, whole := p.parts()
	for _, name := range names {
		b.both("first: "+name, "first command", "its part", whole, parts[name], 0, 0)
	}
	return os.RemoveAll(root)
}

// canFirst reports what keeps the first command from being measured here.
func (b *bench) canFirst(ctx context.Context) error {
	var missing []string
	if os.Geteuid() != 0 {
		missing = append(missing, "root rights")
	}
	for _, name := range []string{"debootstrap", "unshare", "apt-get"} {
		if _, err := host.LookPath(ctx, b.Machine, name); err != nil {
			missing = append(missing, "the program "+name)
		}
	}
	if missing == nil {
		return nil
	}
	return &fault.Error{
		Code: "bench-first", What: "the first command cannot be measured here", Found: "missing: " + strings.Join(missing, ", "),
		Do: "measure on a Debian machine that packages can be installed on, as root, after: apt-get install debootstrap",
	}
}

// split gives the time of a command, and the processors' time, to the phases that its output tells of.
type split struct {
	mu    sync.Mutex
	cpu   func() float64 // that the command has taken so far
	line  []byte         // the last one, unfinished
	marks []mark
}

// mark is the beginning of a phase.
type mark struct {
	name string
	at   time.Time
	cpu  float64
}

func newSplit(cpu func() float64) *split {
	s := &split{cpu: cpu}
	s.begin("compiling mage")
	return s
}

func (s *split) begin(name string) {
	if n := len(s.marks); n == 0 || s.marks[n-1].name != name {
		s.marks = append(s.marks, mark{name, time.Now(), s.cpu()})
	}
}

func (s *split) Write(text []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line = append(s.line, text...)
	for {
		line, rest, whole := bytes.Cut(s.line, []byte("\n"))
		if !whole {
			return len(text), nil
		}
		s.line = append([]byte(nil), rest...)
		for _, p := range phases {
			if p.begin.Match(line) {
				s.begin(p.name)
				break
			}
		}
	}
}

// parts are the phases, in the order in which they first began, what each took, and the whole.
func (s *split) parts() (names []string, parts map[string]cost, whole cost) {
	s.begin("")
	parts = make(map[string]cost)
	for i, m := range s.marks[:len(s.marks)-1] {
		if !slices.Contains(names, m.name) {
			names = append(names, m.name)
		}
		next, c := s.marks[i+1], parts[m.name]
		parts[m.name] = cost{c.wall + next.at.Sub(m.at).Seconds(), c.cpu + next.cpu - m.cpu}
	}
	last := s.marks[len(s.marks)-1]
	return names, parts, cost{last.at.Sub(s.marks[0].at).Seconds(), last.cpu - s.marks[0].cpu}
}

// ofDescendants is the processors' time, in seconds, of all processes that this one has waited for, of those that run below it, and of what these have
// waited for. proc is where the system tells of them.
func ofDescendants(proc string, pid int) float64 {
	files, err := filepath.Glob(filepath.Join(proc, "[0-9]*", "stat"))
	if err != nil {
		return 0
	}
	type process struct {
		parent        int
		own, children float64
	}
	all := make(map[int]process)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		at := bytes.LastIndexByte(text, ')') // of its name, which may have anything in it
		fields := strings.Fields(string(text[at+1:]))
		number, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil || at < 0 || len(fields) < 15 {
			continue
		}
		var n [15]float64
		for _, i := range []int{1, 11, 12, 13, 14} { // ppid, utime, stime, cutime, cstime: proc(5), whose first two are before
			n[i], _ = strconv.ParseFloat(fields[i], 64)
		}
		all[number] = process{int(n[1]), n[11] + n[12], n[13] + n[14]}
	}
	const hertz = 100 // of every Linux, to programs
	sum := all[pid].children
	for number, p := range all {
		for up := p.parent; up != 0 && number != pid; up = all[up].parent {
			if up == pid {
				sum += p.own + p.children
				break
			}
		}
	}
	return sum / hertz
}
