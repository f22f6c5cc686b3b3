package dev

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// cost is what a command took: its time, and the processors' time of it and all that it ran, in seconds.
type cost struct{ wall, cpu float64 }

// run is a command that is measured, each time without some directories; to be rid of them is not counted.
type run struct {
	cmd     host.Cmd
	without []string
}

// cost is that of the cheapest run of one command.
func (b *bench) cost(ctx context.Context, times int, cmd host.Cmd, without ...string) (cost, error) {
	best, err := b.inTurn(ctx, times, run{cmd, without})
	return best[0], err
}

// inTurn runs commands one after another, some times, and tells of each what its cheapest run cost: a machine is now slower and now quicker, which is
// to meet all of them.
func (b *bench) inTurn(ctx context.Context, times int, runs ...run) ([]cost, error) {
	best := make([]cost, len(runs))
	for range times {
		for i, r := range runs {
			for _, path := range r.without {
				if err := b.away(path); err != nil {
					return best, err
				}
			}
			start, cpu := time.Now(), ofChildren()
			if err := b.Machine.Run(ctx, r.cmd); err != nil {
				return best, err
			}
			c := cost{time.Since(start).Seconds(), ofChildren() - cpu}
			if best[i].wall == 0 || c.wall < best[i].wall {
				best[i].wall = c.wall
			}
			if best[i].cpu == 0 || c.cpu < best[i].cpu {
				best[i].cpu = c.cpu
			}
		}
	}
	return best, nil
}

// away takes a path out of the way. To remove it would make what is measured then dearer: ext4 goes on for minutes to read, for each new file, which of
// the files that were there before it have just been deleted.
func (b *bench) away(path string) error {
	b.gone++
	err := os.Rename(path, filepath.Join(b.dir, "gone", fmt.Sprint(b.gone)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// ofChildren is the time of the processors that all commands so far have taken, in seconds.
func ofChildren() float64 {
	const children = -1
	var r syscall.Rusage
	if syscall.Getrusage(children, &r) != nil {
		return 0
	}
	return float64(r.Utime.Sec+r.Stime.Sec) + float64(r.Utime.Usec+r.Stime.Usec)/1e6
}

// both adds rows of the time and of the processors' time.
func (b *bench) both(what, them, us string, theirs, ours cost, leastWall, leastCPU float64) {
	b.add(Row{What: what, Them: them, Us: us, Theirs: theirs.wall, Ours: ours.wall, Unit: "s", Least: leastWall})
	b.cpu(what, them, us, theirs, ours, leastCPU)
}

func (b *bench) cpu(what, them, us string, theirs, ours cost, least float64) {
	b.add(Row{What: what + ", CPU", Them: them, Us: us, Theirs: theirs.cpu, Ours: ours.cpu, Unit: "s", Least: least})
}

// shop is a copy of this checkout with a cache of its own, which has what was downloaded and the toolchain, and no objects.
type shop struct {
	build, objects string // directories to remove for a build from nothing
	cmd            host.Cmd
}

func (s shop) verb(words ...string) host.Cmd {
	c := s.cmd
	c.Argv = append(append([]string(nil), c.Argv...), words...)
	return c
}

func (s shop) on(target string) shop {
	s.cmd.Env = append(append([]string(nil), s.cmd.Env...), "SENDMAIL_TARGET="+target)
	return s
}

func (b *bench) open(ctx context.Context) (s shop, err error) {
	copied, program := filepath.Join(b.dir, "checkout"), filepath.Join(b.dir, "sendmail-aix")
	store, err := b.Cache()
	if err != nil {
		return s, err
	}
	cache := filepath.Join(b.dir, "cache")
	s = shop{filepath.Join(copied, "build"), filepath.Join(cache, "sendmail-aix", "objects"), host.Cmd{
		// Without the settings of this run but release and source: options and all else as they stand in build.toml.
		Argv: []string{program}, Dir: copied, Log: filepath.Join(b.dir, "checkout.log"), Env: []string{"XDG_CACHE_HOME=" + cache, "SENDMAIL_RELEASE=" + b.Release},
	}}
	if source := b.Settings.Source; source != "" {
		if _, err := os.Stat(source); err == nil { // no address; and the checkout is another directory
			if source, err = filepath.Abs(source); err != nil {
				return s, err
			}
		}
		s.cmd.Env = append(s.cmd.Env, "SENDMAIL_SOURCE="+source)
	}
	err = errors.Join(b.copyCheckout(ctx, copied), os.MkdirAll(filepath.Join(cache, "sendmail-aix"), 0o755))
	for _, c := range []host.Cmd{
		{Argv: []string{"sh", "-c", "cd \"$1\" && mkdir -p \"$2/cross\" && for d in address sha256 cross/binutils-* cross/source-*; do [ ! -e $d ] || cp -Rp $d \"$2/$d\" || exit; done", "sh", store.Dir, filepath.Join(cache, "sendmail-aix")}},
		{Argv: []string{"go", "build", "-o", program, "./buildlib/cmd/sendmail-aix"}, Dir: b.Root, Env: goEnv(b.Checkout)},
	} {
		if err == nil {
			err = b.Machine.Run(ctx, c)
		}
	}
	return s, err
}

// builds are the rows of this machine's own sendmail. The first run, which is not counted, makes what the others are given.
func (b *bench) builds(ctx context.Context, all shop) error {
	s := all.on("host")
	if err := b.Machine.Run(ctx, s.verb("build")); err != nil {
		return err
	}
	limit, files, err := b.limit(s, "host")
	if err != nil {
		return err
	}
	// Upstream's Build gets the same tree and options.
	upstream, made := filepath.Join(b.dir, "upstream"), filepath.Join(s.build, b.Release, "host")
	if err := tree.Copy(ctx, filepath.Join(made, "source"), upstream, b.real.Time); err != nil {
		return err
	}
	site, err := os.ReadFile(filepath.Join(made, "site.config.m4"))
	if err == nil {
		err = os.WriteFile(filepath.Join(upstream, "devtools", "Site", "site.config.m4"), site, 0o644)
	}
	if err != nil {
		return err
	}
	objects, err := b.Machine.Output(ctx, host.Cmd{Argv: []string{"sh", "-c", "echo obj.`uname -s`.`uname -r`.`uname -m`"}})
	if err != nil {
		return err
	}
	objects = filepath.Join(upstream, objects)
	theirs := host.Cmd{Argv: []string{"sh", "./Build"}, Dir: upstream, Log: filepath.Join(b.dir, "upstream.log")}
	twice := theirs
	twice.Argv = []string{"sh", "./Build", "-j2"}
	took, err := b.inTurn(ctx, b.times, run{s.verb("build"), []string{s.build, s.objects}}, limit, run{twice, []string{objects}}, run{theirs, []string{objects}})
	if err != nil {
		return err
	}
	ours, least, fast, slow := took[0], took[1], took[2], took[3]
	b.against("host", files, least, ours)
	b.both("from nothing", "sh ./Build", "sendmail-aix", slow, ours, 2.2, 1/0.79)
	b.both("from nothing", "Build -j2", "sendmail-aix", fast, ours, 1.5, 1/0.80)
	b.both("from nothing", "sh ./Build", "compiles", slow, least, 0, 0) // more is not to be had
	b.both("from nothing", "Build -j2", "compiles", fast, least, 0, 0)
	for _, measure := range []func(context.Context, shop, host.Cmd) error{b.again, b.known} {
		if err := measure(ctx, s, theirs); err != nil {
			return err
		}
	}
	return nil
}

// forAIX is a build for AIX against what limits it. The first run, which is not counted, makes what the toolchain has of its own.
func (b *bench) forAIX(ctx context.Context, all shop) error {
	const on = "aix7.2-64"
	s := all.on(on)
	if err := b.Machine.Run(ctx, s.verb("build")); err != nil {
		return err
	}
	limit, files, err := b.limit(s, on)
	if err != nil {
		return err
	}
	took, err := b.inTurn(ctx, b.times, run{s.verb("build"), []string{s.build, s.objects}}, limit)
	if err == nil {
		b.against(on, files, took[1], took[0])
	}
	return err
}

// against adds the rows of a build and its limit.
func (b *bench) against(on string, files int, limit, ours cost) {
	b.both(fmt.Sprintf("%s, %d files", on, files), "compiles", "build", limit, ours, 1/1.06, 1/1.05)
}

// compiles finds a command that compiles one file in the log of a directory.
var compiles = regexp.MustCompile(`(?m)^(?:\([a-z ]+\) )?\$ (cd \S+ && .* -c -o )\S+( \S+\.c)$`)

// listing asks for the list of what is read, which is ours.
var listing = regexp.MustCompile(` -MD -MF \S+`)

// limit is the compile commands of a build alone, which has been made, two at a time: no build that compiles all can be faster.
func (b *bench) limit(s shop, on string) (r run, files int, err error) {
	logs, err := filepath.Glob(filepath.Join(s.build, b.Release, on, "log", "compile-*.log"))
	if err != nil {
		return r, 0, err
	}
	var lines strings.Builder
	for _, name := range logs {
		text, err := os.ReadFile(name)
		if err != nil {
			return r, 0, err
		}
		for _, m := range compiles.FindAllStringSubmatch(string(text), -1) {
			files++
			fmt.Fprintf(&lines, "%s%s%s\n", listing.ReplaceAllString(m[1], ""), filepath.Join(b.dir, fmt.Sprint("thrown-", files, ".o")), m[2])
		}
	}
	if files == 0 {
		return r, 0, fmt.Errorf("no command that compiles is in %v", logs)
	}
	list := filepath.Join(b.dir, "commands-"+on)
	if err := os.WriteFile(list, []byte(lines.String()), 0o644); err != nil {
		return r, 0, err
	}
	env := []string{}
	if tools, err := filepath.Glob(filepath.Join(filepath.Dir(s.objects), "cross", on+"-*", "bin")); err == nil && len(tools) > 0 {
		env = append(env, "PATH="+tools[0]+":"+b.Machine.Path())
	}
	return run{cmd: host.Cmd{Argv: []string{"sh", "-c", "xargs -d '\\n' -n 1 -P 2 sh -c <" + filepath.Base(list)}, Dir: b.dir, Log: list + ".log", Env: env}}, files, nil
}

// again builds when nothing has changed.
func (b *bench) again(ctx context.Context, s shop, theirs host.Cmd) error {
	slow, err := b.cost(ctx, 5, theirs)
	if err != nil {
		return err
	}
	ours, err := b.cost(ctx, 5, s.verb("build"))
	if err != nil {
		return err
	}
	b.both("once more", "sh ./Build", "sendmail-aix", slow, ours, 1/0.4, 0)
	compiled, err := b.Machine.Output(ctx, host.Cmd{Argv: []string{"go", "env", "GOCACHE"}, Dir: b.Root, Env: goEnv(b.Checkout)})
	if err != nil {
		return err
	}
	mage := s.cmd
	mage.Argv, mage.Env = []string{"go", "tool", "mage", "build"}, append(goEnv(b.Checkout), append([]string{"GOCACHE=" + compiled}, s.cmd.Env...)...)
	if err := b.Machine.Run(ctx, mage); err != nil { // mage compiles the magefile, which is no part of building sendmail
		return err
	}
	byMage, err := b.cost(ctx, 5, mage)
	if err != nil {
		return err
	}
	b.both("by mage", "sh ./Build", "mage build", slow, byMage, 0, 0)
	b.both("mage's start", "mage build", "sendmail-aix", byMage, ours, 0, 0)
	return nil
}

// known makes an image of objects that were made before, and with one line changed.
func (b *bench) known(ctx context.Context, s shop, _ host.Cmd) error {
	took, err := b.inTurn(ctx, b.times, run{s.verb("package"), []string{s.build, s.objects}}, run{s.verb("package"), []string{s.build}})
	if err != nil {
		return err
	}
	b.cpu("objects known", "from nothing", "known", took[0], took[1], 1/0.15)
	changed, err := b.lineChanged(ctx, s)
	if err == nil {
		b.cpu("a line changed", "from nothing", "changed", took[0], changed, 1/0.12)
	}
	return err
}

// lineChanged makes an image again with one line more in one file, another one each time.
func (b *bench) lineChanged(ctx context.Context, s shop) (best cost, err error) {
	file := filepath.Join(s.build, b.Release, "host", "source", "sendmail", "main.c")
	patches := filepath.Join(s.cmd.Dir, "patches")
	for i := range b.times {
		text, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(file, append(text, fmt.Sprintf("\nextern int sm_bench_line_%d;\n", i)...), 0o644)
		}
		if err == nil {
			err = b.Machine.Run(ctx, s.verb("patches:new", "bench-line"))
		}
		if err != nil {
			return best, err
		}
		made, err := filepath.Glob(filepath.Join(patches, b.Release, "*-bench-line.patch"))
		if err == nil && len(made) != 1 {
			err = fmt.Errorf("patches:new made %q, which is to be one patch", made)
		}
		if err == nil {
			text, err = os.ReadFile(made[0])
		}
		if err == nil {
			err = os.WriteFile(made[0], []byte(strings.ReplaceAll(string(text), ": TODO", ": bench")), 0o644) // no image is made before its header is filled in
		}
		if err != nil {
			return best, err
		}
		c, err := b.cost(ctx, 1, s.verb("package"))
		if err != nil {
			return best, err
		}
		if i == 0 || c.cpu < best.cpu {
			best = c
		}
		if err := errors.Join(os.RemoveAll(patches), tree.Copy(ctx, b.Path("patches"), patches, b.real.Time)); err != nil {
			return best, err
		}
		if err := b.Machine.Run(ctx, s.verb("package")); err != nil { // as it was
			return best, err
		}
	}
	return best, nil
}

// matrix makes all targets at once, and each alone from nothing.
func (b *bench) matrix(ctx context.Context, s shop) error {
	var alone cost
	for _, on := range target.Names() {
		if on == string(target.Host) {
			continue
		}
		if err := b.Machine.Run(ctx, s.on(on).verb("configure")); err != nil { // makes the toolchain, which serves both
			return err
		}
		one, err := b.cost(ctx, 1, s.on(on).verb("package"), s.build, s.objects)
		if err != nil {
			return err
		}
		alone.wall, alone.cpu = alone.wall+one.wall, alone.cpu+one.cpu
	}
	together, err := b.cost(ctx, 1, s.verb("matrix", "all"), s.build, s.objects)
	if err != nil {
		return err
	}
	b.cpu("8 targets", "one by one", "matrix", alone, together, 1/0.45)
	again, err := b.cost(ctx, 5, s.verb("matrix", "all"))
	if err != nil {
		return err
	}
	b.cpu("8, once more", "matrix", "matrix again", together, again, 0)
	return nil
}
