package host

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// Stat implements [Machine]. Names are looked for under Root.
func (l *Local) Stat(_ context.Context, names ...string) []error {
	errs := make([]error, len(names))
	for i, name := range names {
		_, errs[i] = os.Stat(filepath.Join(l.Root, name))
	}
	return errs
}

// maxText is more than a header or a list of the system's ever has, in bytes.
const maxText = 64 << 20

// Read implements [Machine]. Names are looked for under Root.
func (l *Local) Read(_ context.Context, names ...string) ([]string, []error) {
	texts, errs := make([]string, len(names)), make([]error, len(names))
	for i, name := range names {
		var text []byte
		text, errs[i] = regular.Read(filepath.Join(l.Root, name), maxText)
		texts[i] = string(text)
	}
	return texts, errs
}

// Sums implements [Machine].
func (l *Local) Sums(ctx context.Context, files ...string) (sums []string, err error) {
	for _, file := range files {
		sum, err := l.Memory.Sum(ctx, file)
		if err != nil {
			return nil, err
		}
		sums = append(sums, sum)
	}
	return sums, nil
}

// Recall implements [Machine].
func (l *Local) Recall(_ context.Context, what string, files []string, find func() (string, error)) (string, error) {
	return l.Memory.Recall(what, files, find)
}

// There implements [Machine]: what is ours is on this machine.
func (l *Local) There(here string) string { return here }

// Send implements [Machine].
func (l *Local) Send(context.Context, ...string) error { return nil }

// Fetch implements [Machine].
func (l *Local) Fetch(context.Context, ...string) error { return nil }

// ReadDir implements [Machine].
func (l *Local) ReadDir(_ context.Context, dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, err
}

// List implements [Machine].
func (l *Local) List(ctx context.Context, dir string) (tree.Listing, error) {
	return tree.List(ctx, dir)
}

// Put implements [Machine].
func (l *Local) Put(_ context.Context, files ...File) error {
	for _, f := range files {
		dir := f.Name
		if !f.Mode.IsDir() {
			dir = filepath.Dir(f.Name)
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if !f.Mode.IsDir() {
			if err := tree.WriteFile(f.Name, []byte(f.Text), f.Mode); err != nil {
				return err
			}
		}
		if err := os.Chmod(f.Name, f.Mode.Perm()); err != nil { // whatever the umask
			return err
		}
	}
	return nil
}

// RemoveAll implements [Machine].
func (l *Local) RemoveAll(_ context.Context, names ...string) error {
	var errs []error
	for _, name := range names {
		errs = append(errs, os.RemoveAll(name))
	}
	return errors.Join(errs...)
}
