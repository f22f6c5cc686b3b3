package cache

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// Check refuses a cache that others can put something into: its directory, those in it, and those above it, by which it can be replaced as a whole.
func (c *Cache) Check() error {
	parts := []string{c.Dir}
	entries, err := os.ReadDir(c.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c.Explain(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			parts = append(parts, filepath.Join(c.Dir, e.Name()))
		}
	}
	for _, part := range parts {
		info, err := os.Stat(part)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return c.Explain(err)
		}
		if owner := ownerOf(info); owner != os.Geteuid() && owner != 0 {
			return open(part, fmt.Sprintf("it belongs to the user %d, and this is the user %d", owner, os.Geteuid()),
				fmt.Sprintf("let XDG_CACHE_HOME name another directory; or, if all in it is yours, as root: chown -R %d %s", os.Geteuid(), c.Dir))
		}
		if info.Mode().Perm()&0o022 != 0 {
			return open(part, fmt.Sprintf("mode %04o: others can write to it", info.Mode().Perm()),
				"if you trust what is in it: chmod -R go-w "+c.Dir+"\notherwise remove it: all that is in it can be had again")
		}
	}
	real, err := existing(c.Dir)
	if err != nil {
		return c.Explain(err)
	}
	if err := c.checkAbove(c.Dir); err != nil || real == c.Dir {
		return err
	}
	return c.checkAbove(real)
}

// existing is the true path of the lowest directory on the way to dir that is there.
func existing(dir string) (string, error) {
	for {
		real, err := filepath.EvalSymlinks(dir)
		if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return real, err
		}
		dir = filepath.Dir(dir)
	}
}

// checkAbove looks at the directories above dir. What lies below one that others cannot enter is safe from them.
func (c *Cache) checkAbove(dir string) error {
	var problem error
	for above := filepath.Dir(dir); ; above = filepath.Dir(above) {
		info, err := os.Stat(above)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return c.Explain(err)
		}
		switch {
		case err != nil:
		case !isTrusted(ownerOf(info)):
			problem = open(above, fmt.Sprintf("the cache lies below it, and it belongs to the user %d", ownerOf(info)), "let XDG_CACHE_HOME name another directory")
		case info.Mode().Perm()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0:
			problem = open(above, fmt.Sprintf("the cache lies below it, and with its mode %04o others can put another in its place", info.Mode().Perm()),
				"as its owner: chmod go-w "+above+"\nor let XDG_CACHE_HOME name another directory")
		case info.Mode().Perm()&0o011 == 0:
			problem = nil
		}
		if above == filepath.Dir(above) {
			return problem
		}
	}
}

func ownerOf(info fs.FileInfo) int { return int(info.Sys().(*syscall.Stat_t).Uid) }

// isTrusted reports whether an owner of directories above the cache can write to it anyway: root does, as bin on AIX, whose own directories belong to that
// (so OpenSSH's configure has it, PLATFORM_SYS_DIR_UID). In a namespace that root is not in, root is the user 65534.
func isTrusted(owner int) bool {
	return owner == os.Geteuid() || owner == 0 || owner == 2 && runtime.GOOS == "aix" || owner == 65534 && runtime.GOOS == "linux"
}

func open(where, found, do string) error {
	return &fault.Error{
		Code: "cache-open", What: "the directory for downloads and toolchains is not this user's alone", Where: where, Found: found, Do: do,
	}
}

// Explain makes the fault for an error of the system's in the cache, which lies outside of any checkout: being the checkout's owner does not help there.
// Other errors stay as they are.
func (c *Cache) Explain(err error) error {
	path, ok := errors.AsType[*fs.PathError](err)
	if !ok || c.Dir == "" || !tree.IsBelow(path.Path, c.Dir) && !tree.IsBelow(c.Dir, path.Path) {
		return err
	}
	return c.Fault(err)
}

// Fault is the same for an error that is known to be of the cache.
func (c *Cache) Fault(err error) error {
	if fault.Code(err) != "" {
		return err
	}
	f := &fault.Error{
		Code: "cache-unwritable", What: "the directory for downloads and toolchains cannot be used", Where: c.Dir, Err: err,
		Do: "let this user write there, or let XDG_CACHE_HOME name another directory",
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		f.Code, f.What, f.Do = "cache-full", "there is no room left for downloads and toolchains", "make room there, or let XDG_CACHE_HOME name another directory"
	}
	return f
}
