package remote

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// begin makes the directory that all others lie in, which nobody else is to enter.
func (m *Machine) begin() string {
	return "(umask 077; mkdir -p " + path.Dir(m.work) + ") && mkdir -p " + m.work
}

// Put implements [host.Machine].
func (m *Machine) Put(ctx context.Context, files ...host.File) error {
	script := m.begin() + " || exit\n"
	for _, f := range files {
		if err := m.inWork(f.Name); err != nil {
			return err
		}
		if strings.ContainsRune(f.Text, 0) {
			return fmt.Errorf("%s: no shell takes a zero byte in a text", f.Name)
		}
		name, dir, mode := host.Quote(f.Name), host.Quote(path.Dir(f.Name)), f.Mode.Perm()
		if f.Mode.IsDir() {
			script += fmt.Sprintf("mkdir -p %s && chmod %o %s || exit\n", name, mode, name)
			continue
		}
		half := host.Quote(f.Name + ".half")
		script += fmt.Sprintf("mkdir -p %s || exit\n%s\n[ $? = 0 ] && chmod %o %s && mv -f %s %s || exit\n", dir, feed("cat >"+half, f.Text), mode, half, half, name)
	}
	return m.do(ctx, "write", m.work, script)
}

// RemoveAll implements [host.Machine].
func (m *Machine) RemoveAll(ctx context.Context, names ...string) error {
	if err := m.inWork(names...); err != nil || len(names) == 0 {
		return err
	}
	script := "rm -rf"
	for _, name := range names {
		script += " " + host.Quote(name)
	}
	return m.do(ctx, "remove", names[0], script)
}

// Clean removes the directory for work, and that of all such directories when it was the last. It tells which others are left.
func (m *Machine) Clean(ctx context.Context) (removed string, left []string, err error) {
	folder := path.Dir(m.work)
	answers, err := m.ask(ctx, step{body: "[ ! -d " + m.work + " ] || { rm -rf " + m.work + " && echo removed; }"}, step{body: "rmdir " + folder})
	if err != nil {
		return "", nil, err
	}
	if answers[0].status != "0" {
		return "", nil, &fault.Error{Code: "host-files", What: "cannot remove what was built there", Where: m.options.at(m.work), Found: strings.TrimSpace(answers[0].err),
			Do: "look who may write to that directory, and run the same again"}
	}
	if answers[0].out != "" {
		removed = m.work
	}
	left, err = m.ReadDir(ctx, folder)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return removed, left, err
}

// List implements [host.Machine].
func (m *Machine) List(ctx context.Context, dir string) (tree.Listing, error) {
	const quoted = ` | sed 's/[^A-Za-z0-9_.\/+-]/\\&/g'`
	in := "[ -d " + host.Quote(dir) + " ] || exit " + absent + "\ncd " + host.Quote(dir) + " || exit\nfind . "
	answers, err := m.ask(ctx, step{body: in + "-type f" + quoted + " | sx_sums"}, step{body: in + "-type f -perm -100"}, step{body: in + "-type l" + quoted + " | xargs ls -ld"})
	if err != nil {
		return nil, err
	}
	if err := answers[1].failure("list", dir); err != nil {
		return nil, err
	}
	return listing(answers[0].out, answers[1].out, answers[2].out), nil
}

// listing is made of the sums of files, the names of those that can be executed, and what ls says of links.
func listing(sums, programs, links string) tree.Listing {
	var l tree.Listing
	executable := strings.Split(programs, "\n")
	for name, sum := range parseSums(sums) {
		if file, ok := strings.CutPrefix(name, "./"); ok {
			mode := tree.File
			if slices.Contains(executable, name) {
				mode = tree.Exec
			}
			l = append(l, tree.Entry{SHA256: sum, Mode: mode, Path: file})
		}
	}
	for line := range strings.Lines(links) {
		_, shown, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ./")
		if name, target, ok := strings.Cut(shown, " -> "); ok {
			sum := sha256.Sum256([]byte(target))
			l = append(l, tree.Entry{SHA256: hex.EncodeToString(sum[:]), Mode: tree.Link, Path: name})
		}
	}
	slices.SortFunc(l, func(a, b tree.Entry) int { return strings.Compare(a.Path, b.Path) })
	return l
}

// Send implements [host.Machine]. Beside each tree there lies its digest, written when all of it was there.
func (m *Machine) Send(ctx context.Context, here ...string) error {
	keys := make([]string, len(here))
	script := ""
	for i, name := range here {
		var err error
		if keys[i], err = digest(ctx, name); err != nil {
			return err
		}
		there := m.There(name)
		if err := m.inWork(there); err != nil {
			return err
		}
		script += fmt.Sprintf("if [ -e %s ] && [ -f %s ]; then cat %[2]s; else echo; fi\n", host.Quote(there), host.Quote(keyOf(there)))
	}
	if !slices.ContainsFunc(here, func(name string) bool { return m.sentKey(name) != keys[slices.Index(here, name)] }) {
		return nil
	}
	answers, err := m.ask(ctx, step{body: script})
	if err != nil {
		return err
	}
	there := strings.Split(answers[0].out, "\n")
	var names, sums []string
	for i, name := range here {
		if i >= len(there) || there[i] != keys[i] {
			names, sums = append(names, name), append(sums, keys[i])
		}
	}
	if err := m.stream(ctx, names, sums); err != nil {
		return err
	}
	m.lock.Lock()
	defer m.lock.Unlock()
	for i, name := range here {
		m.sent[name] = keys[i]
	}
	return nil
}

func (m *Machine) sentKey(name string) string {
	m.lock.Lock()
	defer m.lock.Unlock()
	return m.sent[name]
}

// keyOf is the file with the digest of what was sent.
func keyOf(there string) string { return path.Join(path.Dir(there), ".sent-"+path.Base(there)) }

// digest tells a file or a tree from any other.
func digest(ctx context.Context, name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	if info.IsDir() {
		listing, err := tree.List(ctx, name)
		return listing.Hash(), err
	}
	text, err := os.ReadFile(name)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), err
}

// stream has tar there write files and trees. It is one line, without quotes, which any login shell takes.
func (m *Machine) stream(ctx context.Context, names, keys []string) error {
	if names == nil {
		return nil
	}
	command := []string{m.begin(), "cd " + m.work}
	var write []string
	for _, name := range names {
		there := m.There(name)
		command = append(command, "rm -rf "+keyOf(there)+" "+keyOf(there)+".half "+there)
		write = append(write, "mv -f "+keyOf(there)+".half "+keyOf(there))
	}
	command = append(append(command, "umask 022", "tar xf -"), write...)
	select {
	case m.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-m.slots }()
	m.trips.Add(1)
	in, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { _ = ours.Close() })()
	packed := make(chan error, 1)
	go func() { packed <- errors.Join(m.pack(ours, names, keys), ours.Close()) }()
	var said tail
	err = m.line(ctx, "exec /bin/sh -c '"+strings.Join(command, " && ")+"'", in, io.Discard, &said)
	err = errors.Join(in.Close(), err) // so that no one waits for a reader
	failed := <-packed
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return &fault.Error{Code: "host-files", What: "cannot send the source there", Where: m.options.at(m.work), Found: said.String(),
			Do: "make room there, or look who may write to that directory, and run the same again"}
	}
	return failed
}

// pack writes files and trees as one archive, with their names below the directory that is There. The keys come last: an archive that ends between two
// files is a whole one to GNU's tar.
func (m *Machine) pack(w io.Writer, names, keys []string) error {
	archive := tar.NewWriter(w)
	for _, name := range names {
		err := filepath.WalkDir(name, func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return m.packFile(archive, file, d)
		})
		if err != nil {
			return err
		}
	}
	for i, name := range names {
		key := strings.TrimPrefix(keyOf(m.There(name)), m.work+"/") + ".half"
		h := &tar.Header{Format: tar.FormatUSTAR, Name: key, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(keys[i]) + 1)}
		if err := archive.WriteHeader(h); err != nil {
			return err
		}
		if _, err := io.WriteString(archive, keys[i]+"\n"); err != nil {
			return err
		}
	}
	return archive.Close()
}

func (m *Machine) packFile(archive *tar.Writer, file string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	name, err := filepath.Rel(m.options.Here, file)
	if err != nil {
		return err
	}
	// The oldest form that all know, without owners: root's tar would give the files to them.
	h := &tar.Header{Format: tar.FormatUSTAR, Name: filepath.ToSlash(name), Typeflag: tar.TypeReg, Mode: 0o644, ModTime: info.ModTime().Truncate(1e9)}
	switch {
	case d.IsDir():
		h.Typeflag, h.Mode, h.Name = tar.TypeDir, 0o755, h.Name+"/"
	case d.Type() == fs.ModeSymlink:
		h.Typeflag, h.Mode = tar.TypeSymlink, 0o777
		if h.Linkname, err = os.Readlink(file); err != nil {
			return err
		}
	default:
		if h.Size = info.Size(); info.Mode()&0o100 != 0 {
			h.Mode = 0o755
		}
	}
	if err := archive.WriteHeader(h); err != nil || h.Typeflag != tar.TypeReg {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	_, err = io.Copy(archive, f)
	return errors.Join(err, f.Close())
}

// Fetch implements [host.Machine].
func (m *Machine) Fetch(ctx context.Context, here ...string) error {
	script := "cd " + m.work + " && exec tar cf -"
	var tops []string
	for _, name := range here {
		there := m.There(name)
		if err := m.inWork(there); err != nil {
			return err
		}
		tops = append(tops, strings.TrimPrefix(there, m.work+"/"))
		script += " " + host.Quote(tops[len(tops)-1])
	}
	for _, name := range here {
		if err := os.RemoveAll(name); err != nil {
			return err
		}
	}
	var said tail
	status := ""
	err := m.with(ctx, []step{{body: script, apart: true}}, func(s *session) error {
		r, w := io.Pipe()
		unpacked := make(chan error, 1)
		go func() {
			err := unpack(m.options.Here, r, tops)
			_, _ = io.Copy(io.Discard, r) // what fills the last block
			unpacked <- err
		}()
		var err error
		status, err = s.next(w, &said)
		return errors.Join(err, w.Close(), <-unpacked)
	})
	if err == nil && status != "0" {
		return &fault.Error{Code: "host-files", What: "cannot fetch what was made there", Where: m.options.at(m.work), Found: said.String(),
			Do: "look at the directory there, or remove it with \"mage clean:host\", and run the same again"}
	}
	return err
}

// What a staged root has less of by far.
const (
	maxEntries = 100_000
	maxBytes   = 1 << 30
)

// unpack makes files and trees of an archive. What is read comes from a machine that somebody else may rule.
func unpack(dir string, archive io.Reader, tops []string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	bytes := int64(0)
	r := tar.NewReader(archive)
	for entries := 0; ; entries++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading what the machine sends: %w", err)
		}
		name := path.Clean(h.Name)
		bytes += h.Size
		if entries == maxEntries || bytes > maxBytes || !slices.ContainsFunc(tops, func(top string) bool { return name == top || strings.HasPrefix(name, top+"/") }) {
			return fmt.Errorf("the machine sends %q, which was not asked for, or too much", h.Name)
		}
		if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeDir:
			err = root.MkdirAll(name, 0o755)
		case tar.TypeSymlink:
			err = root.Symlink(h.Linkname, name)
		case tar.TypeLink:
			err = root.Link(path.Clean(h.Linkname), name)
		case tar.TypeReg:
			err = writeFile(root, name, h.FileInfo().Mode().Perm()|0o600, r)
		default:
			err = fmt.Errorf("the machine sends %q, which is neither a file, a directory nor a link", h.Name)
		}
		if err != nil {
			return err
		}
	}
}

func writeFile(root *os.Root, name string, mode fs.FileMode, text io.Reader) error {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, text)
	return errors.Join(err, f.Close())
}
