package objects

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// varies reports whether a file is one that other levels have otherwise.
func (s *Store) varies(name string) bool {
	return s.Varies != "" && strings.HasPrefix(filepath.Clean(name), s.Varies+"/")
}

// twin finds the object of another level, whose headers say something else that this file makes no use of. Of all that clang reads, the code that it
// makes before it optimizes has what is used, and nothing else; so if that is the same for the same command, so is the object. To make it costs a
// third of compiling.
func (s *Store) twin(ctx context.Context, c host.Cmd, cmd *Command, from *search, key string) (found *entry, core string, err error) {
	if s.Varies == "" {
		return nil, "", nil
	}
	others := slices.DeleteFunc(s.load(key), func(e entry) bool { return e.Core == "" || !s.reads(&e, c.Dir, from, s.varies) })
	if len(others) == 0 {
		return nil, "", nil
	}
	start := time.Now()
	core, files, says, err := s.core(ctx, c, cmd)
	if core == "" || err != nil {
		return nil, "", err
	}
	for _, other := range others {
		if other.Core != core || !s.take(&other, key) {
			continue
		}
		e := s.entry(files, cmd, c.Dir, from, start)
		if e == nil {
			return nil, core, nil
		}
		e.Object, e.Says, e.Core, e.text = other.Object, says, core, other.text
		s.keep(key, e, e.text)
		return e, core, nil
	}
	return nil, core, nil
}

// core tells what clang makes of a file before it optimizes, with the order in which it has found the uses of each value, which optimizing may go by.
// It is "" where that does not come to an end; what is wrong then, compiling tells.
func (s *Store) core(ctx context.Context, c host.Cmd, cmd *Command) (core string, files []string, says string, err error) {
	name := cmd.Object + ".core"
	c.Log, c.Argv = "", slices.Concat(c.Argv, []string{"-emit-llvm", "-Xclang", "-disable-llvm-passes", "-Xclang", "-emit-llvm-uselists"})
	c.Argv[slices.Index(c.Argv, "-o")+1] = name
	files, says, err = s.reading(ctx, c, name)
	text, readErr := regular.Read(filepath.Join(c.Dir, name), maxText)
	if gone := os.Remove(filepath.Join(c.Dir, name)); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
		return "", nil, "", gone
	}
	if ctx.Err() != nil {
		return "", nil, "", context.Cause(ctx)
	}
	if err != nil || readErr != nil {
		return "", nil, "", nil
	}
	return digest(string(text)), files, says, nil
}
