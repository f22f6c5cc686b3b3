package patchset

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// TestDifferential makes patches of real files, spoils them in every way of mutations, and gives them to us, to GNU patch and to git apply. What
// all take is the same tree, and where they disagree there is a reason in differences. PATCH_CASES says how many cases there are, PATCH_FIRST
// with which one it begins.
func TestDifferential(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"git", "patch"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%v; \"mage test\" installs it", err)
		}
	}
	usual := 500
	if testing.Short() {
		usual = 20
	}
	cases, first := number(t, "PATCH_CASES", usual), number(t, "PATCH_FIRST", 0)
	base := realFiles(t)
	repository := filepath.Join(t.TempDir(), "repository")
	layOut(t, repository, base)
	git(t, repository, nil, "init", "-q")
	git(t, repository, nil, "add", "-A")

	used := make([]int, len(differences))
	agreed := make(map[string]int)
	var lock sync.Mutex
	var work sync.WaitGroup
	next := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		dir := t.TempDir()
		work.Go(func() {
			for i := range next {
				what, row, err := differ(t, dir, repository, base, uint64(i))
				lock.Lock()
				if err != nil {
					t.Errorf("PATCH_FIRST=%d PATCH_CASES=1: %v", i, err)
				}
				if agreed[what]++; row >= 0 {
					used[row]++
				}
				lock.Unlock()
			}
		})
	}
	for i := range cases {
		next <- first + i
	}
	close(next)
	work.Wait()
	t.Logf("%d cases: %v", cases, agreed)
	for i, d := range differences {
		t.Logf("%6d  %s", used[i], d.reason)
		if cases >= 20000 && used[i] == 0 {
			t.Errorf("no case needs the reason %q", d.reason)
		}
	}
}

func number(t *testing.T, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// differ does one case. It tells who takes the patch, and by which row they disagree.
func differ(t *testing.T, dir, repository string, base map[string]entry, seed uint64) (who string, row int, err error) {
	random := rand.New(rand.NewPCG(seed, 12))
	after := revise(random, base)
	mutation := mutations[seed%uint64(len(mutations))]
	written, asked := diff(t, dir, repository, base, after, random)
	d := &draft{Rand: random, lines: splitLines(header + "\n" + written), tree: maps.Clone(base), after: after}
	if len(d.lines) < 12 {
		return "nothing changed", -1, nil
	}
	mutation.do(d)
	text := strings.Join(d.lines, "")

	said := make([]string, 3) // by us, GNU patch and git
	trees := make([]map[string]entry, 3)
	for i, apply := range []func(string) error{
		func(root string) error {
			p, err := parsePatch("0001-x.patch", []byte(text))
			if err != nil {
				return err
			}
			return (&Series{Patches: []*Patch{p}}).Apply(t.Context(), root, released)
		},
		func(root string) error {
			return program(t, root, text, "patch", "-F0", "-p1", "-s", "-f", "--no-backup-if-mismatch", "-r", "-")
		},
		func(root string) error { return program(t, root, text, "git", "apply", "-p1", "--whitespace=nowarn") },
	} {
		root := filepath.Join(dir, fmt.Sprint("tree", i))
		layOut(t, root, d.tree)
		if err := apply(root); err != nil {
			said[i] = err.Error()
			if i == 0 && fault.Code(err) == "" {
				return "", -1, fmt.Errorf("%s: a bare error: %w", mutation.name, err)
			}
		}
		trees[i] = collect(t, root)
		if said[i] == "" {
			who += [...]string{"ours ", "GNU ", "git "}[i]
		}
		if err := os.RemoveAll(root); err != nil {
			t.Error(err)
		}
	}
	if said[0] != "" {
		if diff := cmp.Diff(d.tree, trees[0], cmp.AllowUnexported(entry{})); diff != "" {
			return who, -1, fmt.Errorf("%s: we refused the patch, and changed the tree (-before +after):\n%s\n%s", mutation.name, diff, text)
		}
	}
	if mutation.name == "none" && asked && said[0]+said[1]+said[2] != "" {
		return who, -1, fmt.Errorf("just as git writes it, a patch is taken by %q\nours: %s\n%s", who, said[0], text)
	}
	for i := 1; i < 3; i++ {
		if said[0]+said[i] == "" {
			if diff := cmp.Diff(trees[i], trees[0], cmp.AllowUnexported(entry{})); diff != "" {
				said[i] = "ANOTHER TREE\n" + diff
			}
		}
	}
	if said[0]+said[1]+said[2] == "" || said[0] != "" && said[1] != "" && said[2] != "" {
		return strings.TrimSpace(who), -1, nil
	}
	for i, row := range differences {
		fits := true
		for at, form := range []*regexp.Regexp{row.ours, row.gnu, row.git} {
			fits = fits && (form == nil || form.MatchString(said[at]))
		}
		if fits {
			return strings.TrimSpace(who), i, nil
		}
	}
	return who, -1, fmt.Errorf("%s: no reason for this: taken by %q\nours: %s\n\nGNU patch: %s\n\ngit: %s\n\n%s", mutation.name, who, said[0], said[1], said[2], text)
}

func program(t *testing.T, root, text string, argv ...string) error {
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Dir, cmd.Stdin = root, strings.NewReader(text)
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_CEILING_DIRECTORIES="+filepath.Dir(root), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %s", err, out)
	}
	return nil
}

// git is run in the repository.
func git(t *testing.T, repository string, env []string, args ...string) string {
	cmd := exec.CommandContext(t.Context(), "git", args...)
	cmd.Dir = repository
	cmd.Env = append(append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1"), env...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("%v: %v: %s", cmd, err, said.String())
	}
	return string(out)
}

// diff is what git writes of the changes, in one of its forms, and whether that is one that is asked for here.
func diff(t *testing.T, dir, repository string, base, after map[string]entry, random *rand.Rand) (text string, asked bool) {
	work := filepath.Join(dir, "after")
	layOut(t, work, after)
	defer os.RemoveAll(work)
	index, err := os.ReadFile(filepath.Join(repository, ".git", "index"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "index"), index, 0o644)
	}
	if err != nil {
		t.Error(err)
	}
	env := []string{"GIT_DIR=" + filepath.Join(repository, ".git"), "GIT_WORK_TREE=" + work, "GIT_INDEX_FILE=" + filepath.Join(dir, "index")}
	if len(after) != len(base) || !slices.Equal(slices.Sorted(maps.Keys(base)), slices.Sorted(maps.Keys(after))) {
		git(t, work, env, "add", "--ignore-removal", "-N", ".")
	}
	args := []string{"diff", "-U" + strconv.Itoa(random.IntN(6)), "--no-renames"}
	if random.IntN(3) > 0 {
		args[1] = "-U3"
	}
	if random.IntN(10) > 0 {
		args = append(args, "--full-index")
	}
	switch random.IntN(8) { // forms that are not taken here
	case 0:
		args[2] = "-M"
	case 1:
		args[2] = "-C"
	case 2:
		args = append(args, [...]string{"--no-prefix", "-B", "--irreversible-delete", "--binary", "--patience", "--histogram"}[random.IntN(6)])
	}
	return git(t, work, env, args...), slices.Contains(args, "--full-index") && len(args) == 4 && args[1] != "-U0" && args[2] == "--no-renames"
}

// realFiles is a tree of files that people wrote, Go's own, and of what such files may be like.
func realFiles(t *testing.T) map[string]entry {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skip(err)
	}
	read := func(name string, from, lines int) string {
		data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		all := splitLines(string(data))
		return strings.Join(all[from:min(from+lines, len(all))], "")
	}
	return map[string]entry{
		"LICENSE":            {data: read("LICENSE", 0, 100)},
		"bufio/scan.go":      {data: read("src/bufio/scan.go", 30, 120)},
		"bufio/reader.go":    {data: read("src/bufio/bufio.go", 60, 100)},
		"path/path.go":       {data: read("src/path/path.go", 0, 80)},
		"path/end":           {data: strings.TrimSuffix(read("src/path/match.go", 0, 30), "\n")},
		"path/dos.txt":       {data: strings.ReplaceAll(read("src/errors/errors.go", 0, 40), "\n", "\r\n")},
		"configure":          {data: read("src/make.bash", 0, 70), program: true},
		"path/deep/er/align": {data: strings.Repeat("\t}\n}\n\n", 12)},
		"empty":              {},
		"one":                {data: "a line\n"},
	}
}

// revise is the tree after some changes.
func revise(random *rand.Rand, base map[string]entry) map[string]entry {
	after := maps.Clone(base)
	names := slices.Sorted(maps.Keys(base))
	for range 1 + random.IntN(3) {
		name := names[random.IntN(len(names))]
		e, ok := after[name]
		if !ok {
			continue
		}
		switch random.IntN(16) {
		case 0:
			delete(after, name)
		case 1:
			after["new/"+name] = entry{data: reviseText(random, e.data), program: random.IntN(4) == 0}
		case 2:
			after["new-empty"] = entry{program: random.IntN(2) == 0}
		case 3:
			delete(after, name)
			after["renamed/"+name] = e
		case 4:
			delete(after, name)
			after["renamed-"+filepath.Base(name)] = entry{data: reviseText(random, e.data), program: e.program}
		case 5:
			after["copy-of-"+filepath.Base(name)] = e
			e.data = reviseText(random, e.data)
			after[name] = e
		case 6:
			e.program = !e.program
			after[name] = e
		case 7:
			e.program, e.data = !e.program, reviseText(random, e.data)
			after[name] = e
		default:
			e.data = reviseText(random, e.data)
			after[name] = e
		}
	}
	return after
}

// reviseText edits a text in some places.
func reviseText(random *rand.Rand, text string) string {
	lines := splitLines(text)
	for range 1 + random.IntN(4) {
		at := random.IntN(len(lines) + 1)
		end := min(at+random.IntN(4), len(lines))
		switch random.IntN(10) {
		case 0:
			lines = slices.Delete(lines, at, end)
		case 1:
			lines = slices.Insert(lines, at, lines[at:end]...)
		case 2:
			text := strings.TrimSuffix(strings.Join(lines, ""), "\n") // or the line end comes back
			if !strings.HasSuffix(strings.Join(lines, ""), "\n") {
				text += "\n"
			}
			lines = splitLines(text)
		case 3:
			lines = append([]string{"first\n"}, lines...)
		case 4:
			lines = splitLines(strings.Join(lines, "") + "last\n")
		case 5:
			if random.IntN(5) == 0 {
				lines = nil
			}
		case 6:
			for i := at; i < end; i++ {
				lines[i] = strings.TrimSuffix(lines[i], "\n") + "\r\n"
			}
		case 7:
			lines = slices.Insert(lines, at, fmt.Sprintf("\tadded %d\n", random.IntN(100)), "\n")
		default:
			for i := at; i < end; i++ {
				lines[i] = strings.ToUpper(lines[i])
			}
		}
	}
	return strings.Join(lines, "")
}

func layOut(t *testing.T, root string, tree map[string]entry) {
	for name, e := range tree {
		file := filepath.Join(root, filepath.FromSlash(name))
		mode := fs.FileMode(0o644)
		if e.program {
			mode = 0o755
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(e.data), mode)); err != nil {
			t.Error(err)
		}
	}
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Error(err)
	}
}

func collect(t *testing.T, root string) map[string]entry {
	tree := make(map[string]entry)
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		var data []byte
		if info.Mode().IsRegular() { // git makes links, where it is asked to
			data, err = os.ReadFile(filepath.Join(root, name))
		}
		tree[name] = entry{string(data), info.Mode()&0o100 != 0}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	return tree
}
