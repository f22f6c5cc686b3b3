package inspect

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

// lacks are names that the base libraries of AIX lack, up to the level given: the newest in which somebody missed them. They may be
// there from the next level on, and never are in an older one. docs/formats.md 15.3 tells who missed them; mathematics and what is
// Linux's alone are left out.
var lacks = []struct {
	level vrmf.Level
	names string
}{
	{vrmf.Level{Version: 6, Release: 1}, `duplocale freelocale newlocale uselocale isalnum_l isalpha_l isblank_l iscntrl_l isdigit_l
		isgraph_l islower_l isprint_l ispunct_l isspace_l isupper_l isxdigit_l strcasecmp_l strncasecmp_l tolower_l toupper_l`},
	{vrmf.Level{Version: 7, Release: 1}, `_Fork aligned_alloc at_quick_exit c16rtomb c32rtomb c8rtomb call_once closefrom cnd_broadcast
		cnd_destroy cnd_init cnd_signal cnd_timedwait cnd_wait dirfd flock getauxval getentropy getrandom mallinfo2 malloc_info
		mbrtoc16 mbrtoc32 mbrtoc8 mtx_destroy mtx_init mtx_lock mtx_timedlock mtx_trylock mtx_unlock
		posix_spawn_file_actions_addchdir_np posix_spawn_file_actions_addclosefrom_np posix_spawn_file_actions_addfchdir_np ppoll
		pthread_attr_getaffinity_np pthread_attr_getsigmask_np pthread_attr_setaffinity_np pthread_attr_setsigmask_np
		pthread_getaffinity_np pthread_getattr_default_np pthread_getname_np pthread_setaffinity_np pthread_setattr_default_np
		pthread_setname_np pthread_sigqueue pthread_timedjoin_np pthread_tryjoin_np qsort_r quick_exit recvmmsg renameat2 scandirat
		secure_getenv sendmmsg sigabbrev_np sigdescr_np statx strerror_l strerrordesc_np strerrorname_np syncfs thrd_create
		thrd_current thrd_detach thrd_equal thrd_exit thrd_join thrd_sleep thrd_yield timespec_get timespec_getres tss_create
		tss_delete tss_get tss_set`},
	{vrmf.Level{Version: 7, Release: 2}, `reallocarray strcasestr`},
	{vrmf.Level{Version: 7, Release: 3}, `fopencookie obstack_printf obstack_vprintf uabs ulabs ullabs umaxabs`},
	{vrmf.Level{Version: 7, Release: 3, Modification: 1}, `arc4random arc4random_buf arc4random_uniform be16toh be32toh be64toh
		close_range dcgettext_l dcngettext_l dgettext_l dngettext_l free_aligned_sized free_sized getlocalename_l gettext_l htobe16
		htobe32 htobe64 htole16 htole32 htole64 le16toh le32toh le64toh memalignment ngettext_l posix_close posix_devctl
		posix_getdents posix_spawn_file_actions_addchdir posix_spawn_file_actions_addfchdir
		posix_spawn_file_actions_addtcsetpgrp_np sig2str str2sig strlcat strlcpy tcgetwinsize tcsetwinsize wcslcat wcslcpy`},
}

// baseLibraries are the archives that the names are of; the last is another name of the one before.
var baseLibraries = []string{"libc.a", "libpthreads.a", "libpthread.a"}

// lastWithout gives, for each name in lacks, the newest level that is known to lack it.
var lastWithout = func() map[string]vrmf.Level {
	levels := map[string]vrmf.Level{}
	for _, l := range lacks {
		for name := range strings.FieldsSeq(l.names) {
			levels[name] = l.level
		}
	}
	return levels
}()

//go:embed lacks.go
var ownText string

// Lack is that a name is known not to be in the base libraries.
type Lack struct {
	Level vrmf.Level // the newest that is known to lack it
	Line  int        // that says so, in [LacksFile]
}

// LacksFile says what is known to be lacking.
const LacksFile = "buildlib/aix/inspect/lacks.go"

// Lacks gives what is known to be lacking, by name.
func Lacks() map[string]Lack {
	all := map[string]Lack{}
	begun, number := false, 0
	for line := range strings.Lines(ownText) {
		number++
		begun = begun || strings.HasPrefix(line, "var lacks = ")
		for _, word := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("` {}\t\n,", r) }) {
			if level, ok := lastWithout[word]; ok && begun && all[word].Line == 0 {
				all[word] = Lack{level, number}
			}
		}
	}
	return all
}

// LastWithout gives the newest level of AIX that is known to lack what is imported.
func LastWithout(i xcoff.Import) (vrmf.Level, bool) {
	level, ok := lastWithout[i.Symbol]
	return level, ok && !i.Weak && slices.Contains(baseLibraries, i.From.Base)
}

// Level is one of AIX.
type Level vrmf.Level

// ParseLevel reads a level as it is spoken of: aix7.1, 7.2.4, 7.3.1.0.
func ParseLevel(text string) (Level, error) {
	text = strings.TrimPrefix(strings.ToLower(text), "aix")
	dots := strings.Count(text, ".")
	if dots == 0 {
		return Level{}, fmt.Errorf("%q is no level", text)
	}
	l, err := vrmf.Parse(text + strings.Repeat(".0", max(0, 3-dots)))
	return Level(l), err
}

// Lacks lists what an object imports and the level is known to lack, each once.
func (l Level) Lacks(o *Object) []string {
	var all []string
	for _, i := range o.all {
		if level, ok := LastWithout(i); ok && vrmf.Level(l).Compare(level) <= 0 {
			all = append(all, i.Symbol)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
