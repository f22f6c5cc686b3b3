package cross

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// The source is downloaded once, out of a package that is not installed; one that is installed comes first.
func TestSource(t *testing.T) {
	t.Parallel()
	bin, root := t.TempDir(), t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	packed := filepath.Join(bin, "packed")
	write(filepath.Join(packed, "usr/src/binutils/binutils-2.40.tar.xz"), "source")
	write(filepath.Join(packed, "usr/src/binutils/patches/series"), "no source")
	write(filepath.Join(bin, "apt-get"), "#!/bin/sh\necho \"$@ by $https_proxy\" >>"+bin+"/asked\n[ \"$1\" = download ] && echo "+packed+" >\"$2\"_2.40-2_all.deb\n")
	write(filepath.Join(bin, "dpkg-deb"), "#!/bin/sh\nexec tar -cf - -C \"$(cat \"$2\")\" ./usr\n")
	machine := host.NewLocal([]string{"PATH=" + bin + string(filepath.ListSeparator) + os.Getenv("PATH")})
	machine.Root = root
	quiet := logrus.New()
	quiet.SetOutput(io.Discard)
	b := &Builder{Machine: machine, Environ: []string{"https_proxy=there"}, Cache: cache.Open(t.TempDir(), nil), Log: quiet}

	if file, err := b.source(t.Context(), false); !errors.Is(err, ErrAbsent) || fault.Code(err) != "cross-source" {
		t.Errorf("before: source() = %s, %v, want fault cross-source", file, err)
	}
	file, err := b.source(t.Context(), true)
	if err != nil || filepath.Base(file) != "binutils-2.40.tar.xz" {
		t.Fatalf("source() = %s, %v, want the tarball of the package", file, err)
	}
	if text := read(t, file); string(text) != "source" {
		t.Errorf("the tarball has %q in it", text)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), "[!.]*")); err != nil || len(left) != 1 {
		t.Errorf("beside the tarball lies more: %v, %v", left, err)
	}
	for _, get := range []bool{false, true} {
		if again, err := b.source(t.Context(), get); again != file || err != nil {
			t.Errorf("once more: source() = %s, %v, want %s", again, err, file)
		}
	}
	if asked := read(t, filepath.Join(bin, "asked")); string(asked) != "download binutils-source by there\n" {
		t.Errorf("apt-get was asked %q", asked)
	}

	own := filepath.Join(root, installed, "binutils-2.41.tar.xz")
	write(own, "installed")
	if file, err := b.source(t.Context(), true); file != own || err != nil {
		t.Errorf("installed: source() = %s, %v, want %s", file, err, own)
	}
	if err := errors.Join(os.Remove(own), os.Remove(filepath.Join(bin, "apt-get"))); err != nil {
		t.Fatal(err)
	}
	b.Machine = host.NewLocal([]string{"PATH=" + bin})
	b.Machine.Root, b.Cache = root, cache.Open(t.TempDir(), nil)
	if file, err := b.source(t.Context(), true); !errors.Is(err, ErrAbsent) {
		t.Errorf("without apt-get: source() = %s, %v, want an ErrAbsent", file, err)
	}
}
