package objects

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// varies reports whether a file is one that other levels have otherwise.
func (s *Store) varies(name string) bool {
	return s.Varies != "" && strings.HasPrefix(filepath.Clean(name), s.Varies+"/")
}

// half is what clang has made of a file before it optimizes: its intermediate code, with the order in which it has found the uses of each value, which
// optimizing may go by.
type half struct {
	name string // of the file that has it, in the directory of the command
	sum  string
	reading
}

// twin finds the object of another level, whose headers say something else that this file makes no use of. Of all that clang reads, the intermediate
// code has what is used, and nothing else; so if that is the same for the same command, so is the object. To make it costs a quarter of compiling. If
// no object is found, what was made stays for compiling to go on with.
func (s *Store) twin(ctx context.Context, c host.Cmd, cmd *Command, from *search, key string) (found *entry, made *half, err error) {
	if s.Varies == "" {
		return nil, nil, nil
	}
	others := slices.DeleteFunc(s.load(key), func(e entry) bool { return e.Core == "" || !s.reads(&e, c.Dir, from, s.varies) })
	if len(others) == 0 {
		return nil, nil, nil
	}
	made, err = s.begin(ctx, c, cmd)
	if made == nil || err != nil {
		return nil, nil, err
	}
	for _, other := range others {
		if other.Core != made.sum || !s.take(&other, key) {
			continue
		}
		e := s.entry(made.files, cmd, c.Dir, from, made.start)
		if e == nil {
			return nil, made, nil
		}
		e.Object, e.Says, e.Core, e.text = other.Object, made.says, made.sum, other.text
		s.keep(key, e, e.text)
		return e, made, nil
	}
	return nil, made, nil
}

// begin compiles as far as to the intermediate code. Where that does not come to an end, it is nil; what is wrong then, compiling tells.
func (s *Store) begin(ctx context.Context, c host.Cmd, cmd *Command) (*half, error) {
	made := &half{name: cmd.Object + ".core"}
	c.Log, c.Argv = "", slices.Concat(c.Argv, []string{"-emit-llvm", "-Xclang", "-disable-llvm-passes", "-Xclang", "-emit-llvm-uselists"})
	c.Argv[slices.Index(c.Argv, "-o")+1] = made.name
	r, err := s.reading(ctx, c, made.name)
	text, readErr := regular.Read(filepath.Join(c.Dir, made.name), maxText)
	if ctx.Err() != nil || err != nil || readErr != nil {
		return nil, errors.Join(made.remove(c.Dir), context.Cause(ctx))
	}
	made.sum, made.reading = digest(string(text)), *r
	return made, nil
}

// end makes the object of the intermediate code, as clang itself does where it is told to keep that. It is nil where that cannot be done.
func (s *Store) end(ctx context.Context, c host.Cmd, cmd *Command, made *half) (*reading, error) {
	if made == nil {
		return nil, nil
	}
	argv := []string{cmd.program}
	for _, word := range cmd.options {
		if decidesCode.MatchString(word) {
			argv = append(argv, word)
		}
	}
	var b strings.Builder
	back := c
	back.Argv, back.Env, back.Log, back.Stderr = append(argv, "-c", "-o", cmd.Object, "-x", "ir", made.name), s.Env, "", &b
	if s.Machine.Run(ctx, back) != nil {
		return nil, context.Cause(ctx) // else compiling as a whole tells what is wrong
	}
	r := made.reading
	r.says += b.String()
	return &r, note(c, "in two steps", r.says)
}

// decidesCode matches the options of [plainOption] that count when the source has been read.
var decidesCode = regexp.MustCompile(`^-[Omf]`)

// remove removes the file, if there is one.
func (h *half) remove(dir string) error {
	if h == nil {
		return nil
	}
	if err := os.Remove(filepath.Join(dir, h.name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// expectsToVary reports whether a file of this directory has read headers that vary: then most do.
func (s *Store) expectsToVary(dir string) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.varying[dir]
}

func (s *Store) noteVaries(dir string) {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.varying == nil {
		s.varying = make(map[string]bool)
	}
	s.varying[dir] = true
}
