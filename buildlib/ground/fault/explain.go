package fault

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// Again is what a run does after one that was disturbed.
const Again = "run the same again: it goes on with what was finished"

// Explain turns what the system says into what the user can do about it. A fault stays as it is, but for a limit that was met: its cure
// is none for that.
func Explain(err error) error {
	is := func(numbers ...syscall.Errno) bool {
		return slices.ContainsFunc(numbers, func(n syscall.Errno) bool { return errors.Is(err, n) })
	}
	f := &Error{Err: err}
	told, isTold := errors.AsType[*Error](err)
	if isTold && is(syscall.EFBIG, syscall.EMFILE, syscall.ENFILE) {
		f.Where, f.Err = told.Where, told.Err
	} else if isTold || err == nil {
		return err
	}
	switch {
	case errors.Is(err, context.Canceled):
		f.Code, f.What, f.Do = "interrupted", "interrupted", Again
	case is(syscall.ENOSPC, syscall.EDQUOT):
		f.Code, f.What, f.Do = "build-full", "there is no room left to build in", "make room, then "+Again
	case is(syscall.EFBIG):
		f.Code, f.What, f.Do = "file-limit", "a file would be larger than files may be here", "lift the limit, with \"ulimit -f unlimited\", then "+Again
	case is(syscall.EMFILE, syscall.ENFILE):
		f.Code, f.What, f.Do = "open-files", "too many files are open", "raise the limit, with \"ulimit -n 1024\", then "+Again
	case errors.Is(err, fs.ErrPermission), is(syscall.EROFS):
		f.Code, f.What, f.Do = "build-unwritable", "cannot work in the build directory", "run as the user who owns the checkout, or in a checkout of your own"
	case is(syscall.EISDIR, syscall.ENOTDIR, syscall.EEXIST, syscall.ENOTEMPTY):
		f.Code, f.What = "in-the-way", "a file is where a directory should be, or the reverse"
		f.Do = "see what it is, and move it away; \"mage clean\" removes all that is in the directory build"
	default:
		return err
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		f.Where = path.Path
	} else if link, ok := errors.AsType[*os.LinkError](err); ok {
		f.Where = link.New
	}
	return f
}
