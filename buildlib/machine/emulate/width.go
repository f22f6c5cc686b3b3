package emulate

import (
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// width is what programs of 64 and of 32 bits are run with.
type width struct {
	bits      int
	magic     string // what its programs begin with
	qemu      string
	compiler  string   // for Linux of the same width
	packages  string   // of Debian, which bring the compiler; qemu-user brings both kinds of qemu
	processor string   // the oldest that AIX of this width runs on, as qemu calls it
	flags     []string // of the compiler
	openssl   string   // what OpenSSL calls Linux of this width
	cppflags  string   // libraries see files as the loader does
	beside    string   // what libraries need of the compiler's own: here calculations with 64 bits that nothing interrupts
}

var (
	wide = &width{
		bits: 64, magic: "\x01\xf7", qemu: "qemu-ppc64", compiler: "powerpc64-linux-gnu-gcc", packages: "gcc-powerpc64-linux-gnu libc6-dev-ppc64-cross",
		processor: "970fx",
		flags:     []string{"-D__64BIT__"},
		openssl:   "linux-ppc64",
	}
	narrow = &width{
		bits: 32, magic: "\x01\xdf", qemu: "qemu-ppc", compiler: "powerpc-linux-gnu-gcc", packages: "gcc-powerpc-linux-gnu libc6-dev-powerpc-cross",
		processor: "604",
		// AIX's programs have the addresses from 0x10000000 and 0x20000000 on. The linker warns of long double, which libc has both ways.
		flags:   []string{"-D_FILE_OFFSET_BITS=64", "-Wl,--no-warn-mismatch", "-Wl,-Ttext-segment=0x50000000"},
		openssl: "linux-ppc", cppflags: "-D_FILE_OFFSET_BITS=64", beside: "-latomic",
	}
)

var widths = map[int]*width{64: wide, 32: narrow}

// tool is a program of the compiler's kin, such as objcopy.
func (w *width) tool(name string) string { return strings.TrimSuffix(w.compiler, "gcc") + name }

// widthOf is the width of a program, which is a path below root. What is no program, or is not there, is for the loader to refuse; either will do.
func widthOf(root, program string) *width {
	f, err := open(root, program)
	if err != nil {
		return wide
	}
	defer f.Close() // only read
	magic := make([]byte, len(narrow.magic))
	if _, err := io.ReadFull(f, magic); err == nil && string(magic) == narrow.magic {
		return narrow
	}
	return wide
}

// open opens a program as one would whose / is root.
func open(root, program string) (*os.File, error) {
	const most = 40 // symbolic links
	file := path.Clean("/" + filepath.ToSlash(program))
	for range most {
		target, err := firstLink(root, file)
		if err != nil || target == "" {
			break
		}
		file = target
	}
	return os.Open(filepath.Join(root, filepath.FromSlash(file)))
}

// firstLink follows the first symbolic link on the way to a file, as a program would whose / is root: the file's path after that, or nothing when
// there is no link.
func firstLink(root, file string) (string, error) {
	for i := 1; i <= len(file); i++ {
		if i < len(file) && file[i] != '/' {
			continue
		}
		name := filepath.Join(root, filepath.FromSlash(file[:i]))
		info, err := os.Lstat(name)
		if err != nil {
			return "", err
		}
		if info.Mode()&os.ModeSymlink == 0 {
			continue
		}
		target, err := os.Readlink(name)
		if err != nil {
			return "", err
		}
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(file[:i]), target)
		}
		return path.Join("/", target, file[i:]), nil
	}
	return "", nil
}
