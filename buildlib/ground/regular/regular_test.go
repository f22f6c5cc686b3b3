package regular

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	plain, fifo, link, large := filepath.Join(dir, "plain"), filepath.Join(dir, "fifo"), filepath.Join(dir, "link"), filepath.Join(dir, "large")
	err := errors.Join(os.WriteFile(plain, []byte("text"), 0o600), exec.Command("mkfifo", fifo).Run(), os.Symlink(fifo, link), os.WriteFile(large, nil, 0o600),
		os.Truncate(large, 3<<30))
	if err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for name, want := range map[string]error{
		plain: nil, fifo: ErrIrregular, link: ErrIrregular, dir: ErrIrregular, "/dev/zero": ErrIrregular, large: ErrTooLarge,
		filepath.Join(dir, "absent"): fs.ErrNotExist, filepath.Join(plain, "x"): syscall.ENOTDIR,
	} {
		text, err := Read(name, 4)
		if !errors.Is(err, want) || want == nil && string(text) != "text" {
			t.Errorf("Read(%s) = %q, %v, want %v", name, text, err, want)
		}
		if in, inErr := ReadIn(root, strings.TrimPrefix(name, dir+"/"), 4); strings.HasPrefix(name, dir+"/") && (!errors.Is(inErr, want) || string(in) != string(text)) &&
			name != link { // which leads out of it
			t.Errorf("ReadIn(%s) = %q, %v, want %v", name, in, inErr, want)
		}
		if err != nil && !strings.Contains(err.Error(), name) {
			t.Errorf("Read(%s) = %v: it does not tell the name", name, err)
		}
	}
}

// endless is a file that never ends, and is never slow.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestReader(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("enough")
	if n, err := io.CopyN(io.Discard, Reader(ctx, endless{}), 1<<20); n != 1<<20 || err != nil {
		t.Errorf("before the end: %d, %v", n, err)
	}
	cancel(reason)
	if n, err := io.Copy(io.Discard, Reader(ctx, endless{})); n != 0 || !errors.Is(err, reason) {
		t.Errorf("after the end: %d, %v", n, err)
	}
}
