package dev

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAvailable(t *testing.T) {
	t.Parallel()
	for memory, want := range map[string]int64{
		"MemTotal:       24683656 kB\nMemFree:          100000 kB\nMemAvailable:   17800000 kB\n": 17800000 << 10,
		"MemTotal:       24683656 kB\n": 0,
		"MemAvailable:   much kB\n":     0,
		"":                              0,
	} {
		if got := available(memory); got != want {
			t.Errorf("%q: %d, want %d", memory, got, want)
		}
	}
}

// What is written in memory is seen by nobody else, and the status is that of the command.
func TestInMemory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run := func(command string) (int, string) {
		t.Helper()
		var out bytes.Buffer
		cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "sh", "-c", inMemory, "sh", dir, "sh", "-c", command, "sh", dir)
		cmd.Stdout = &out
		if err := cmd.Run(); cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return cmd.ProcessState.ExitCode(), out.String()
	}
	if status, _ := run("exit 0"); status != 0 {
		t.Skip("nobody may mount here")
	}
	status, out := run(`echo text >"$1/file"; cat "$1/file"; exit 7`)
	if status != 7 || out != "text\n" {
		t.Errorf("status %d, it said %q", status, out)
	}
	left, err := os.ReadDir(dir)
	if diff := cmp.Diff([]os.DirEntry{}, left); err != nil || diff != "" {
		t.Errorf("%s holds %v, %v", filepath.Base(dir), left, err)
	}
}
