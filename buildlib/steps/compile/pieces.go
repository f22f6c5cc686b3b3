package compile

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/objects"
)

// piece is an object to compile, or several. It is scheduled as directories are.
type piece struct {
	Directory
	command host.Cmd
	tasks   []*objects.Task // where no object was kept
}

// pieces compiles directories object by object, all of them at once: an object waits for nothing but the Makefile that says how it is made. What is
// left for make then is to put them together. Whatever make would run that is no plain compile, it runs itself.
func (b *Builder) pieces(ctx context.Context, directories []Directory) error {
	begun, found := slices.Clone(directories), make([][]piece, len(directories))
	places := make(map[string]int)
	for i, d := range directories {
		begun[i].Needs, places[d.Name] = nil, i
	}
	if len(directories) == 0 {
		return nil
	}
	tools, err := b.tools(ctx, directories)
	if err != nil {
		return err
	}
	err = b.each(ctx, begun, func(ctx context.Context, d Directory) (err error) {
		if err := b.make(ctx, d, tools); err != nil {
			return err
		}
		found[places[d.Name]], err = b.asked(ctx, d)
		return err
	})
	if err != nil {
		return err
	}
	open, err := b.take(ctx, found)
	if err != nil {
		return err
	}
	var all []Directory
	tasks := make(map[string][]*objects.Task)
	for i, d := range directories {
		d.Needs = slices.Clone(d.Needs)
		for _, p := range together(open[i], b.Jobs, b.Kept.Clang) {
			d.Needs, tasks[p.Name] = append(d.Needs, p.Name), p.tasks
			all = append(all, p.Directory)
		}
		all = append(all, d)
	}
	return b.each(ctx, all, func(ctx context.Context, d Directory) error {
		if open, ok := tasks[d.Name]; ok {
			return b.Kept.Compile(ctx, open...)
		}
		start := time.Now()
		if err := b.Kept.Finish(b.Machine.There(b.ObjectDir(d.Name))); err != nil {
			return err
		}
		if err := b.Machine.Run(ctx, b.assembling(d)); err != nil {
			return err
		}
		return b.done(ctx, d, start)
	})
}

// take has of the pieces what was kept, and returns what is left of each directory. It looks for many at once, for which one process may do.
func (b *Builder) take(ctx context.Context, found [][]piece) ([][]piece, error) {
	left := make([][]piece, len(found))
	var lots []Directory
	pieces, places := make(map[string][]piece), make(map[string]int)
	for i, all := range found {
		size := (len(all) + 2*max(1, b.Jobs) - 1) / (2 * max(1, b.Jobs))
		for lot := range slices.Chunk(all, max(1, size)) {
			d := lot[0].Directory
			d.Objects = len(lot)
			lots, pieces[d.Name], places[d.Name] = append(lots, d), lot, i
		}
	}
	var lock sync.Mutex
	err := b.each(ctx, lots, func(ctx context.Context, d Directory) error {
		var commands []host.Cmd
		of := make(map[string]piece)
		for _, p := range pieces[d.Name] {
			commands, of[p.command.String()] = append(commands, p.command), p
		}
		open, err := b.Kept.Take(ctx, commands...)
		lock.Lock()
		defer lock.Unlock()
		for _, t := range open {
			p := of[t.String()]
			p.tasks, p.Objects = []*objects.Task{t}, 0
			left[places[d.Name]] = append(left[places[d.Name]], p)
		}
		return err
	})
	return left, err
}

var (
	// ofRelease is what Build tells of the release of the system.
	ofRelease = regexp.MustCompile(`\b(rel|rbase|rroot)=[^,\n]*, `)
	// namesRelease matches the name that it gives that in m4.
	namesRelease = regexp.MustCompile(`\bbldREL\b`)
)

// tools tells all that decides what Build makes of an object directory, but for the directory's own files: its own text and the files that it reads,
// which of those for systems it takes, by its own account (-m), what the machine is called, and what else the caller knows, by Makes. The system's release
// decides nothing else, unless a file asks for it by the one name that Build gives it.
func (b *Builder) tools(ctx context.Context, directories []Directory) (string, error) {
	devtools := filepath.Join(b.Source, "devtools")
	listing, err := b.Machine.List(ctx, b.Machine.There(devtools))
	if err != nil {
		return "", err
	}
	node, err := b.Machine.Output(ctx, host.Cmd{Argv: []string{"uname", "-n"}})
	if err != nil {
		return "", err
	}
	files := []string{b.Site}
	for _, d := range directories {
		files = append(files, filepath.Join(b.Source, d.Name, "Makefile.m4"))
	}
	for _, e := range listing {
		if e.Path != "bin/Build" && e.SHA256 != "" {
			files = append(files, filepath.Join(devtools, e.Path))
		}
	}
	asks := b.run(directories[0], "-S", "-f", b.Machine.There(b.Site), "-m")
	asks.Log = ""
	says, err := b.Machine.Output(ctx, asks)
	if err != nil {
		return "", err
	}
	named := false
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		named = named || namesRelease.Match(text)
	}
	if !named {
		says = ofRelease.ReplaceAllString(says, "")
	}
	for _, place := range b.places() {
		says = strings.ReplaceAll(says, place, "")
	}
	return strings.Join([]string{listing.Hash(), node, says, b.Makes}, "\n"), nil
}

// places are the directories that an object directory names.
func (b *Builder) places() []string {
	places := []string{b.Machine.There(b.Source), b.Machine.There(b.Objects), b.Machine.There(b.Site)}
	if b.Kept.Root != "" {
		places = append(places, b.Kept.Root)
	}
	return places
}

// make makes the object directory of a directory, or has it as it was made before of the same.
func (b *Builder) make(ctx context.Context, d Directory, tools string) error {
	if err := b.begin(d); err != nil {
		return err
	}
	listing, err := b.Machine.List(ctx, b.Machine.There(filepath.Join(b.Source, d.Name)))
	if err != nil {
		return err
	}
	key := []string{tools, d.Name} // the contents of sources do not matter
	for _, e := range listing {
		if path.Ext(e.Path) != ".c" && path.Ext(e.Path) != ".h" {
			key = append(key, e.SHA256)
		}
		key = append(key, e.Path)
	}
	dir, places := b.Machine.There(b.ObjectDir(d.Name)), b.places()
	if b.Kept.Restore(dir, places, key...) {
		return nil
	}
	if err := b.Machine.Run(ctx, b.making(d)); err != nil {
		return err
	}
	b.Kept.Remember(dir, places, key...)
	return nil
}

// program is the make that runs.
func (b *Builder) program() string {
	for _, pair := range b.Env {
		if name, value, _ := strings.Cut(pair, "="); name == "MAKE" {
			return value
		}
	}
	return "make"
}

// assembling is the command that makes all that is not there yet: what Build would run, which looks at the machine once more for that.
func (b *Builder) assembling(d Directory) host.Cmd {
	return host.Cmd{
		Argv: []string{b.program(), "SENDMAIL_BUILD_FLAGS=-O " + b.Machine.There(b.Objects), "-j" + strconv.Itoa(max(1, b.Jobs))},
		Dir:  b.Machine.There(b.ObjectDir(d.Name)), Env: b.Env, Log: b.logFile(d),
	}
}

// asked asks make what it would compile in a directory, which has been begun. A make that does not tell compiles it itself.
func (b *Builder) asked(ctx context.Context, d Directory) ([]piece, error) {
	sizes, err := sizes(filepath.Join(b.Source, d.Name))
	if err != nil {
		return nil, err
	}
	dir := b.Machine.There(b.ObjectDir(d.Name))
	lines, err := b.Machine.Output(ctx, host.Cmd{Argv: []string{b.program(), "-n"}, Dir: dir, Env: b.Env})
	if err != nil {
		return nil, context.Cause(ctx)
	}
	source := b.Machine.There(b.Source)
	near, ok := objects.Relative(dir, source)
	var pieces []piece
	for line := range strings.Lines(lines) {
		words, err := host.Words(strings.TrimSuffix(line, "\n"))
		if err != nil { // more than one plain command
			continue
		}
		c, compiles := objects.Parse(words)
		if !compiles || sizes[c.Source] == 0 { // what make itself puts there is compiled after that
			continue
		}
		for i, word := range words {
			if below, isThere := strings.CutPrefix(word, "-I"+source+"/"); isThere && ok {
				words[i] = "-I" + near + "/" + below // the object is the same wherever the source is
			}
		}
		pieces = append(pieces, piece{
			Directory: Directory{Name: path.Join(d.Name, c.Object), Weight: sizes[c.Source]},
			command:   host.Cmd{Argv: words, Dir: dir, Env: b.Env, Log: b.logFile(d)},
		})
	}
	return pieces, nil
}

// What is put together of small files: less is not worth a process of its own, and a list of what was read comes again with each file behind it.
const (
	worth = 64 << 10 // bytes of C source, half a second's work
	most  = 24       // files
)

// together puts pieces of one directory together, the largest first, so that one process compiles several files. Each takes a part of what is left, so that
// they get smaller and smaller: so all processors have something to do until the end.
func together(pieces []piece, jobs int, clang bool) (all []piece) {
	if !clang {
		return pieces
	}
	slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Or(cmp.Compare(b.Weight, a.Weight), cmp.Compare(a.Name, b.Name)) })
	var left int64
	for _, p := range pieces {
		left += p.Weight
	}
	for len(pieces) > 0 {
		p := pieces[0]
		share := max(worth, left/int64(2*max(1, jobs)))
		n := 1
		for ; n < min(most, len(pieces)) && p.Weight+pieces[n].Weight <= share; n++ {
			p.Weight += pieces[n].Weight
			p.tasks = append(p.tasks, pieces[n].tasks...)
		}
		if n > 1 {
			p.Name += fmt.Sprintf(" and %d more", n-1)
		}
		all, pieces, left = append(all, p), pieces[n:], left-p.Weight
	}
	return all
}
