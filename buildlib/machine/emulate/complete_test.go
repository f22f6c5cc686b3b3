package emulate

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T, fsys fs.FS, name string) string {
	t.Helper()
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// absent are the functions that the loader is known to lack: a program that calls one ends with its name.
var absent = map[string]string{
	"getaddrinfo": "no program of sendmail's links it", "freeaddrinfo": "the same", "gai_strerror": "the same",
	"yp_get_default_domain": "there is no NIS to ask", "yp_match": "the same", "yperr_string": "the same",
}

// A name that the SDK gains must get an entry in the loader, or one above.
func TestEveryImportIsKnown(t *testing.T) {
	bound := make(map[string]bool)
	entry := regexp.MustCompile(`(?:\b(?:HOST|LIKE|OURS)(?:_WORDS|_FLAT)?\((\w+)\)|RENAMED\((\w+), \w+\)|\{ "(\w+)", )`)
	_, tables, _ := strings.Cut(read(t, sources, "loader/imports.c"), "static const struct import imports[]")
	tables, _, _ = strings.Cut(tables, "static const struct import of_others[]")
	for _, m := range entry.FindAllStringSubmatch(tables, -1) {
		name := m[1] + m[2] + m[3]
		if bound[name] {
			t.Errorf("%s stands in the table twice", name)
		}
		bound[name] = true
	}
	wanted := make(map[string]bool)
	for library := range builtIn {
		for _, name := range names(read(t, sdk(), "imports/"+library)) {
			wanted[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if _, known := absent[name]; bound[name] == known {
			t.Errorf("%s: in the table: %v, known to be absent: %v; want one of both", name, bound[name], known)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(bound)) {
		if !wanted[name] {
			t.Errorf("%s is in the table, and no program can import it", name)
		}
	}
	t.Logf("%d of %d names are bound", len(bound), len(wanted))
}

// A number that the SDK gains, and that the two systems might choose differently, must get into the tables of numbers.
func TestEveryNumberIsKnown(t *testing.T) {
	tests := map[string]struct {
		header, names string
		// The macros that need no entry.
		except string
	}{
		"values.c errors":   {"errno.h", `E[A-Z0-9]+`, "EWOULDBLOCK EPROCLIM"}, // the former is EAGAIN, and the latter unknown to Linux
		"values.c open":     {"fcntl.h", `O_[A-Z]+`, "O_RDONLY O_WRONLY O_RDWR O_ACCMODE"},
		"file.c fcntl":      {"fcntl.h", `F_[A-Z]+`, ""},
		"file.c fpathconf":  {"unistd.h", `_PC_[A-Z_]+`, ""},
		"file.c lockf":      {"unistd.h", `F_[A-Z]*(?:LOCK|TEST)`, ""},
		"file.c modes":      {"sys/stat.h", `S_I(?:F|[RWX]|S[UGV])[A-Z]+`, "S_IREAD S_IWRITE S_IEXEC S_IRUSR S_IWUSR S_IXUSR S_IRGRP S_IWGRP S_IXGRP S_IROTH S_IWOTH S_IXOTH"},
		"signal.c signals":  {"signal.h", `SIG[A-Z0-9]+`, "SIGCLD SIGEMT"}, // the former is SIGCHLD
		"signal.c flags":    {"signal.h", `SA_[A-Z]+`, "SA_SIGINFO"},       // refused
		"signal.c masks":    {"signal.h", `SIG_[A-Z]+BLOCK|SIG_SETMASK`, ""},
		"process.c sysconf": {"unistd.h", `_SC_[A-Z_]+`, "_SC_PAGE_SIZE"}, // the same as _SC_PAGESIZE
		"process.c wait":    {"sys/wait.h", `W[A-Z]+`, "WSTOPSIG WIFSTOPPED WIFEXITED WEXITSTATUS WIFSIGNALED WTERMSIG WCOREDUMP"},
		"socket.c families": {"sys/socket.h", `AF_[A-Z0-9]+`, "AF_ISO AF_CCITT AF_SNA AF_ROUTE AF_LINK AF_MAX"},
		"socket.c options":  {"sys/socket.h", `SO_[A-Z]+`, ""},
		"socket.c flags":    {"sys/socket.h", `MSG_[A-Z]+`, ""},
		"socket.c poll":     {"poll.h", `POLL[A-Z]+`, ""},
		"socket.c ioctl":    {"sys/ioctl.h", `(?:FIO|SIO|TIO)[A-Z]+`, ""},
		"socket.c in":       {"netinet/in.h", `IP_[A-Z]+|IPV6_[A-Z0-9]+|IPPROTO_[A-Z0-9]+`, ""},
		"socket.c tcp":      {"netinet/tcp.h", `TCP_[A-Z]+`, ""},
		"memory.c shm":      {"sys/ipc.h", `IPC_[A-Z]+`, "IPC_NOWAIT"}, // of semaphores
		"text.c regex":      {"regex.h", `REG_[A-Z]+`, ""},
		"stream.c buffers":  {"stdio.h", `_IO[FLN]BF`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file, _, _ := strings.Cut(name, " ")
			source := read(t, sources, "loader/"+file)
			except := strings.Fields(test.except)
			found, missing := 0, []string(nil)
			for _, m := range regexp.MustCompile(`(?m)^#define (`+test.names+`)\b`).FindAllStringSubmatch(read(t, sdk(), "include/"+test.header), -1) {
				found++
				if !slices.Contains(except, m[1]) && !regexp.MustCompile(`\b(?:BOTH\(`+m[1]+`\)|aix_`+m[1]+`\b)`).MatchString(source) {
					missing = append(missing, m[1])
				}
			}
			if diff := cmp.Diff([]string(nil), missing); diff != "" || found == 0 {
				t.Errorf("of %d names in %s, %s lacks: %s", found, test.header, file, diff)
			}
		})
	}
}
