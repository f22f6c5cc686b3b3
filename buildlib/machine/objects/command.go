package objects

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/ctext"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Command compiles one file.
type Command struct {
	Source, Object string // in the directory that it runs in
	options        []string
	program        string
}

// plainName is a file in the directory itself.
var plainName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.+-]*$`)

// Parse takes a command apart that compiles one C file into one object of its name, both in the directory that it runs in.
func Parse(argv []string) (*Command, bool) {
	if len(argv) < 5 {
		return nil, false
	}
	c := &Command{program: argv[0]}
	compiles := false
	for i := 1; i < len(argv); i++ {
		switch word := argv[i]; {
		case word == "-c":
			compiles = true
		case word == "-o" && i+1 < len(argv) && c.Object == "":
			i++
			c.Object = argv[i]
		case strings.HasSuffix(word, ".c") && !strings.HasPrefix(word, "-"):
			if c.Source != "" {
				return nil, false
			}
			c.Source = word
		default:
			c.options = append(c.options, word)
		}
	}
	ok := compiles && plainName.MatchString(c.Source) && c.Object == strings.TrimSuffix(c.Source, ".c")+".o"
	return c, ok
}

// plainOption matches options that do not make a compiler read, or write into an object, anything but what is known here.
var plainOption = regexp.MustCompile(`^-(O[0-3sgz]?|m[A-Za-z0-9_.=+-]+|std=[a-z0-9+:]+|ansi|pedantic|pipe|pthread|W[a-zA-Z0-9=+-]*|w|[DUI].+|` +
	`f(no-)?(PIC|pic|PIE|pie|common|strict-aliasing|jump-tables|signed-char|unsigned-char|stack-protector(-strong|-all)?|wrapv|omit-frame-pointer|` +
	`short-enums|builtin|exceptions|fast-math|function-sections|data-sections|unwind-tables|asynchronous-unwind-tables|delete-null-pointer-checks|` +
	`strict-overflow|tree-vectorize|lto-never))$`)

// isPlain reports whether all options are known not to make the compiler read something else.
func (c *Command) isPlain() bool {
	for i := 0; i < len(c.options); i++ {
		switch word := c.options[i]; {
		case word == "-idirafter" || word == "-isystem" || word == "-iquote":
			i++
		case !plainOption.MatchString(word), strings.HasPrefix(word, "-W") && strings.ContainsAny(word, ","):
			return false
		}
	}
	return true
}

// macros are what the command itself defines, as a file would: one that may name a header is odd.
func (c *Command) macros(levels []string) *text {
	var b strings.Builder
	for _, word := range c.options {
		if definition, ok := strings.CutPrefix(word, "-D"); ok {
			name, value, _ := strings.Cut(definition, "=")
			b.WriteString("#define " + name + " " + value + "\n")
		}
	}
	facts := ctext.Scan(b.String(), levels)
	facts.Odd = facts.Odd || strings.Contains(b.String(), ".h\"") || strings.Contains(b.String(), ".h>")
	return &text{facts: facts}
}

// search is where a compiler looks for what is included, and what it says of itself.
type search struct {
	text   string              // all of it, with neutral places
	levels string              // the macros of [Store.Levels] that it defines
	dirs   []string            // as it writes them
	around map[string]string   // by file and directory of the command
	found  map[string][]string // by file
}

// search asks the compiler, once for all commands that differ in macros and files alone. Where the answer has not what is looked for there, it is nil.
func (s *Store) search(ctx context.Context, c *Command, dir string) (*search, error) {
	argv := append([]string{c.program}, slices.DeleteFunc(slices.Clone(c.options), func(word string) bool {
		return strings.HasPrefix(word, "-D") || strings.HasPrefix(word, "-U")
	})...)
	key := strings.Join(argv, "\x00")
	s.lock.Lock()
	from, asked := s.searched[key]
	s.lock.Unlock()
	if asked {
		return from, nil
	}
	var says strings.Builder
	err := s.Machine.Run(ctx, host.Cmd{Argv: append(argv, "-E", "-v", "-x", "c", "/dev/null"), Dir: dir, Env: s.Env, Stderr: &says})
	if ctx.Err() != nil {
		return nil, err
	}
	if err == nil {
		from = s.readSearch(says.String(), dir)
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.searched == nil {
		s.searched = make(map[string]*search)
	}
	s.searched[key] = from
	return from, nil
}

// otherFiles is what gcc and clang say when they have read more options from a file.
var otherFiles = regexp.MustCompile(`(?m)^(Configuration file|Reading specs)`)

// readSearch reads what gcc and clang say when told -v.
func (s *Store) readSearch(says, dir string) *search {
	if otherFiles.MatchString(says) {
		return nil
	}
	from := &search{around: make(map[string]string), found: make(map[string][]string)}
	_, list, _ := strings.Cut(says, "#include \"...\" search starts here:\n")
	list, _, whole := strings.Cut(list, "End of search list.")
	for line := range strings.Lines(list) {
		if d, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), " "); ok {
			if strings.HasSuffix(d, "(framework directory)") {
				return nil
			}
			from.dirs = append(from.dirs, filepath.Clean(d))
		}
	}
	if !whole || len(from.dirs) == 0 {
		return nil
	}
	for _, name := range s.Levels {
		if without := strings.ReplaceAll(says, " -D "+name+" ", " "); without != says {
			from.levels, says = from.levels+" "+name, without
		}
	}
	from.text = s.shown(says, dir)
	return from
}

// names reads the list of files that gcc and clang have read, as a rule of make.
func names(rule string) []string {
	_, list, ok := strings.Cut(strings.ReplaceAll(rule, "\\\n", " "), ":")
	if !ok || strings.ContainsAny(list, "\\$") {
		return nil // a name with a blank or the like
	}
	return strings.Fields(list)
}

// Relative is the path of a directory from another one, if it leads there.
func Relative(from, to string) (string, bool) {
	path, err := filepath.Rel(from, to)
	if err != nil {
		return "", false
	}
	a, errA := os.Stat(to)
	b, errB := os.Stat(from + "/" + path)
	return path, errA == nil && errB == nil && os.SameFile(a, b)
}
