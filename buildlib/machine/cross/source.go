package cross

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// installed is where Debian's package binutils-source leaves the tarball.
const installed = "/usr/src/binutils"

// tarballs are names of the source of binutils.
const tarballs = "binutils-*.tar.*"

// download gets the tarball out of Debian's package, which itself wants Python, TeX and more to be installed, and takes no root rights.
const download = `apt-get download binutils-source
dpkg-deb --fsys-tarfile binutils-source_*.deb | tar -xf - --strip-components=4 --wildcards './usr/src/binutils/` + tarballs + `'
rm binutils-source_*.deb
`

// source is the newest source of binutils that is installed, or what was downloaded. Unless get is set, it is an ErrAbsent that there is neither.
func (b *Builder) source(ctx context.Context, get bool) (string, error) {
	if found, err := filepath.Glob(filepath.Join(b.Machine.Root, installed, tarballs)); err == nil && len(found) > 0 {
		return slices.Max(found), nil
	}
	absent := func(err error) error {
		f := &fault.Error{
			Code: "cross-source", What: "there is no source of binutils here to build AIX's linker from", Where: installed, Err: ErrAbsent,
			Do: `run "mage setup", which downloads Debian's; elsewhere, put binutils-2.40.tar.xz of gnu.org there`,
		}
		if err != nil {
			f.Found = err.Error()
		}
		return f
	}
	system, err := os.ReadFile("/etc/os-release") // another release of the distribution has another source
	if err != nil {
		return "", absent(err)
	}
	dir, err := b.Cache.Once(ctx, "cross/source", string(system)+download, func(dir string) error {
		if _, err := host.LookPath(ctx, b.Machine, "apt-get"); !get || err != nil {
			return absent(nil)
		}
		b.Log.Info("downloading the source of the linker for AIX")
		var proxies []string
		for _, pair := range b.Environ {
			if name, _, _ := strings.Cut(pair, "="); strings.HasSuffix(strings.ToLower(name), "_proxy") {
				proxies = append(proxies, pair)
			}
		}
		if err := b.Machine.Run(ctx, host.Cmd{Argv: []string{"sh", "-e", "-c", download}, Dir: dir, Env: proxies}); err != nil {
			if ctx.Err() != nil {
				return err
			}
			return absent(err)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	found, err := filepath.Glob(filepath.Join(dir, tarballs))
	if err != nil || len(found) == 0 {
		return "", absent(err)
	}
	return slices.Max(found), nil
}
