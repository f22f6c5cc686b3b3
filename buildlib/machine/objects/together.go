package objects

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/ctext"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// together goes a way for tasks that are alike, in one process: to load clang takes as long as to compile a small file. It is nil where that does not come
// to an end; what is wrong then, each tells alone.
func (s *Store) together(ctx context.Context, tasks []*Task, w *way) (all []*reading) {
	argv := s.frontend(ctx, tasks[0], w)
	if argv == nil {
		return nil
	}
	var from []string
	for _, t := range tasks {
		from = append(from, t.cmd.Source)
	}
	var out strings.Builder
	c := host.Cmd{Argv: slices.Concat(argv, from), Dir: tasks[0].Dir, Env: s.Env, Stdout: &out}
	if w == wholly { // in one stream, so that what is said of a file comes before the list of what was read for it
		c.Argv = slices.Concat([]string{"sh", "-c", `exec "$@" 2>&1`, "sh"}, c.Argv)
	}
	start := time.Now()
	if s.Machine.Run(ctx, c) != nil {
		return nil
	}
	if w == wholly {
		all = lists(out.String(), from)
	} else {
		all = texts(out.String(), from)
	}
	for _, r := range all {
		r.start, r.how = start, "together with others"
	}
	return all
}

// listOf stands before a list of files that were read, where a rule of make has the object.
const listOf = "@read@: "

// lists takes apart what clang says of several files: of each, messages, and then lists of what was read, of which the first that begins with the file is
// its own. Those of the files before it come again with it, and have become longer. It is nil where a list is missing.
func lists(says string, files []string) (all []*reading) {
	var said, list strings.Builder
	for line := range strings.Lines(says) {
		if list.Len() == 0 && !strings.HasPrefix(line, listOf) {
			said.WriteString(line)
			continue
		}
		if list.WriteString(line); strings.HasSuffix(line, "\\\n") {
			continue
		}
		read := names(list.String())
		list.Reset()
		if n := len(all); n < len(files) && len(read) > 0 && read[0] == files[n] {
			all = append(all, &reading{files: read, says: said.String()})
			said.Reset()
		} else if len(read) == 0 || !slices.Contains(files[:n], read[0]) {
			return nil
		}
	}
	if len(all) != len(files) || list.Len() > 0 { // what is said at the end is how many messages there were
		return nil
	}
	return all
}

// frontend is the command, but for the files, by which clang compiles what it is given, as it tells itself (-###): this alone takes several files and makes
// an object of each. It is nil where clang would do more, or something else.
func (s *Store) frontend(ctx context.Context, t *Task, w *way) []string {
	key := w.name + t.alike()
	s.lock.Lock()
	argv, asked := s.frontends[key]
	s.lock.Unlock()
	if asked {
		return argv
	}
	argv = w.argv(t)
	options := []string{"-###"}
	if w == wholly {
		options = append(options, "-MD", "-MF", "-", "-MT", strings.TrimSuffix(listOf, ": "))
	}
	var says strings.Builder
	if s.Machine.Run(ctx, host.Cmd{Argv: slices.Concat(argv[:1], options, argv[1:]), Dir: t.Dir, Env: s.Env, Stderr: &says}) == nil {
		argv = onlyFrontend(says.String(), t.cmd.Source)
	} else {
		argv = nil
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.frontends == nil {
		s.frontends = make(map[string][]string)
	}
	s.frontends[key] = argv
	return argv
}

// onlyFrontend reads what clang says when told -###: a line for each program that it would run. There must be one, its own frontend, which ends in the
// file. What is for one file alone is taken out.
func onlyFrontend(says, file string) (argv []string) {
	for line := range strings.Lines(says) {
		if !strings.HasPrefix(line, ` "`) {
			continue
		}
		words, err := host.Words(strings.TrimSpace(line))
		if err != nil || argv != nil {
			return nil
		}
		argv = words
	}
	if len(argv) < 3 || argv[1] != "-cc1" || argv[len(argv)-1] != file {
		return nil
	}
	argv = argv[:len(argv)-1]
	for _, option := range []string{"-main-file-name", "-o"} {
		i := slices.Index(argv, option)
		if i < 0 || i+2 > len(argv) {
			return nil
		}
		argv = slices.Delete(argv, i, i+2)
	}
	return argv
}

// aMark matches what follows "# " in a line by which a preprocessed text tells of which file what follows is.
var aMark = regexp.MustCompile(`^([0-9]+) "((?:[^"\\]|\\.)*)"(.*)$`)

// texts takes apart what clang makes of several files when it preprocesses them: of each, the files that were read for it, and what it uses of them. It is
// nil where one is missing, or a name is not plain.
func texts(says string, files []string) (all []*reading) {
	begin := 0
	end := func(at int) {
		if len(all) > 0 {
			all[len(all)-1].core = ctext.Used(says[begin:at])
		}
		begin = at
	}
	seen := make(map[string]bool)
	for at := 0; at < len(says); {
		if strings.HasPrefix(says[at:], "# ") {
			line, _, _ := strings.Cut(says[at+len("# "):], "\n")
			if m := aMark.FindStringSubmatch(line); m != nil {
				name := strings.TrimPrefix(m[2], "./")
				if n := len(all); m[1] == "1" && m[3] == "" && n < len(files) && name == files[n] {
					end(at)
					all = append(all, new(reading))
					clear(seen)
				}
				if len(all) == 0 || strings.Contains(name, "\\") {
					return nil
				}
				if r := all[len(all)-1]; !strings.HasPrefix(name, "<") && !seen[name] {
					r.files, seen[name] = append(r.files, name), true
				}
			}
		}
		next := strings.Index(says[at:], "\n# ")
		if next < 0 {
			break
		}
		at += next + 1
	}
	end(len(says))
	if len(all) != len(files) {
		return nil
	}
	return all
}
