package cross

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// unpacked is what an unpacked sysroot is called in the cache.
const unpacked = "cross/sysroot"

// Sysroot gives the directory of a sysroot that may be a tar archive, which is unpacked once.
func (b *Builder) Sysroot(ctx context.Context, name string) (string, error) {
	if isDir(name) {
		return name, checkSysroot(name, name)
	}
	digest, err := b.Cache.Memory.Sum(ctx, name)
	if err != nil {
		return "", err
	}
	return b.Cache.Once(ctx, unpacked, digest, func(dir string) error {
		err := b.Machine.Run(ctx, host.Cmd{Argv: []string{"tar", "xf", name, "-C", dir, "--no-same-owner", "--no-same-permissions"}})
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
			f.Code, f.What, f.Where, f.Do = "cross-sysroot", "the sysroot cannot be unpacked", name, collectOne
		}
		if err != nil {
			return err
		}
		return checkSysroot(dir, name)
	})
}

const collectOne = `collect one as "mage cross:sysroot" tells`

// checkSysroot refuses a directory that is no copy of an AIX machine, by the name that the user has given it.
func checkSysroot(dir, name string) error {
	if isDir(filepath.Join(dir, "usr/include")) {
		return nil
	}
	return &fault.Error{
		Code: "cross-sysroot", What: "this is no copy of an AIX machine's headers and libraries", Where: name, Found: "no usr/include in it",
		Err: fs.ErrNotExist, Do: collectOne,
	}
}

// Collect tells how to take from an AIX machine what the SDK stands in for: for a copy to compile with, in place of it. The libraries are
// those that sendmail's usual options for AIX link, and those of the Toolbox that others do, which packages bring; AIX's tar says which of
// them the machine lacks, and goes on. With h, as some are links to other directories.
func Collect(libraries, packages []string) string {
	headers, and := "opt/freeware/include/sasl", ""
	if len(libraries) > 0 {
		headers, and = "opt/freeware/include", "; with its "+strings.Join(packages, ", ")+" for the options that are set"
	}
	for _, name := range libraries {
		headers += " opt/freeware/lib/lib" + name + ".a"
	}
	return strings.NewReplacer("@and@", and, "@headers@", headers).Replace(collect)
}

const collect = `On an AIX machine of the level to build for, with the filesets bos.adt.include, bos.adt.base and openssl.base, and with the Toolbox's
cyrus-sasl-devel if SASL is to be the Toolbox's@and@:

    cd /
    tar chf /tmp/sysroot.tar usr/include usr/lib/crt0.o usr/lib/crt0_64.o usr/lib/libc.a usr/lib/libpthreads.a usr/lib/libpthread.a \
        usr/lib/libdbm.a usr/lib/libperfstat.a usr/lib/libssl.a usr/lib/libcrypto.a \
        opt/freeware/lib/libsasl2.a @headers@

On this machine, with the file copied over:

    SENDMAIL_SYSROOT=sysroot.tar mage package

Headers and start code are what programs are compiled with, libraries what they are linked against: which names each has, and in which
member. All of it is IBM's or its other owners', under their licence: it is for your own builds and not for passing on. Nothing of it
goes into the image but the start code, as in every program that is linked on AIX.
`
