package buildlib_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// workers are the rooms that work on a machine which may be elsewhere: they reach its files through host.Machine alone.
var workers = []string{"machine/target", "machine/program", "steps/compile", "steps/stage", "doctor"}

// ours is what they may call for files that lie on this machine all the same.
var ours = []struct{ file, calls, why string }{
	{"steps/compile/compile.go", "os.MkdirAll os.Remove", "logs are ours"},
	{"steps/compile/directory.go", "os.ReadFile os.ReadDir", "the patched tree is ours; the machine gets a copy"},
	{"steps/compile/pieces.go", "os.ReadFile", "the patched tree is ours, and so is site.config.m4"},
	{"steps/stage/stage.go", "os.MkdirAll os.Remove regular.Read", "logs are ours, and notes that were fetched"},
	{"steps/stage/survey.go", "os.Chmod os.MkdirAll os.Readlink os.WriteFile regular.Sum regular.Read filepath.WalkDir", "the root that was fetched is ours, and so are extras"},
	{"steps/stage/stamps.go", "os.OpenFile", "the root that was fetched is ours"},
}

// touches reports whether a name of another package does something with files. What is not known to do nothing does.
func touches(room, name string) bool {
	switch room {
	case "os":
		return !strings.HasPrefix(name, "O_") && !slices.Contains(strings.Fields("File FileMode FileInfo PathError ErrNotExist LookupEnv"), name)
	case "regular":
		return true
	case "tree":
		return !slices.Contains(strings.Fields("Listing Entry Compare ParseListing IsBelow"), name)
	case "filepath":
		return slices.Contains(strings.Fields("Abs EvalSymlinks Glob Walk WalkDir"), name)
	}
	return false
}

func TestMachinesFiles(t *testing.T) {
	seen := 0
	for _, room := range workers {
		files, err := filepath.Glob(room + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			seen++
			var allowed []string
			if i := slices.IndexFunc(ours, func(o struct{ file, calls, why string }) bool { return o.file == file }); i >= 0 {
				allowed = strings.Fields(ours[i].calls)
			}
			called := calls(t, file)
			for _, call := range called {
				if !slices.Contains(allowed, call) {
					t.Errorf("%s calls %s: ask the machine (host.Machine), or say in this test why the file is ours", file, call)
				}
			}
			for _, call := range allowed {
				if !slices.Contains(called, call) {
					t.Errorf("%s does not call %s any more: take it from the list", file, call)
				}
			}
		}
	}
	if seen < 2*len(workers) {
		t.Errorf("there are only %d files in %v", seen, workers)
	}
}

// calls are the functions that a file calls for other files.
func calls(t *testing.T, file string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		s, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		room, ok := s.X.(*ast.Ident)
		if ok && touches(room.Name, s.Sel.Name) { // a function that is handed on is as good as called
			found = append(found, room.Name+"."+s.Sel.Name)
		}
		return true
	})
	slices.Sort(found)
	return slices.Compact(found)
}
