package dev

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestConcurrent: the rooms that are tested with the race detector are those that start goroutines, or share something among them.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	var want []string
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			return err
		}
		concurrent := slices.ContainsFunc(parsed.Imports, func(s *ast.ImportSpec) bool { return s.Path.Value == `"sync"` || s.Path.Value == `"sync/atomic"` })
		for n := range ast.Preorder(parsed) {
			_, starts := n.(*ast.GoStmt)
			concurrent = concurrent || starts
		}
		if room := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(file), "../")); concurrent && !slices.Contains(want, room) {
			want = append(want, room)
		}
		return nil
	})
	if diff := cmp.Diff(want, concurrent); err != nil || diff != "" {
		t.Errorf("%v (-they are +they are said to be):\n%s", err, diff)
	}
}

func TestRooms(t *testing.T) {
	t.Parallel()
	raced, alone, whole := rooms([]string{"m/buildlib", "m/buildlib/aix/ar", "m/buildlib/e2e", "m/buildlib/machine/host", "m"})
	if diff := cmp.Diff([][]string{{"m/buildlib/machine/host"}, {"m/buildlib", "m/buildlib/aix/ar", "m"}, {"m/buildlib/e2e"}}, [][]string{raced, alone, whole}); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestRacedOnWholeWay: what is left to the race detector of the whole way is there.
func TestRacedOnWholeWay(t *testing.T) {
	t.Parallel()
	for _, name := range scripts {
		text, err := os.ReadFile(filepath.Join("../../testdata/script", name+".txtar"))
		if err != nil || !strings.Contains(string(text), "sendmail-aix ") {
			t.Errorf("the script %s does not run sendmail-aix: %v", name, err)
		}
	}
	if text, err := os.ReadFile("../e2e/plans_test.go"); err != nil || !strings.Contains(string(text), "\nfunc TestPlans(") {
		t.Errorf("e2e has no TestPlans: %v", err)
	}
}
