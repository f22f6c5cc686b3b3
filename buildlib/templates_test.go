package buildlib_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The README's test command is what continuous integration runs, here and where a template is taken.
func TestContinuousIntegration(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	command := ""
	for line := range strings.Lines(string(readme)) {
		if fields := strings.Fields(line); strings.HasPrefix(line, "    go tool mage") && strings.Contains(line, "passes all tests") {
			command = strings.Join(fields[:len(fields)-len(strings.Fields(line[strings.Index(line, "#"):]))], " ")
		}
	}
	if command == "" {
		t.Fatal("the README names no command that passes all tests")
	}
	files, err := filepath.Glob("../.ci/templates/*.yml")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range append(files, "../.ci/run") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), command+"\n"); n != 1 {
			t.Errorf("%s calls %q %d times, want once", file, command, n)
		}
	}
}
