/*
 * What Go's runtime and its package syscall import on AIX, besides what the loader has: compiled into the loader of the test that runs sendmail-aix itself
 * (aix_go_test.go). AIX's numbers and structures are those that Go's authors generated on AIX: runtime/defs_aix_ppc64.go, syscall/zerrors_aix_ppc64.go,
 * syscall/ztypes_aix_ppc64.go and internal/syscall/unix/at_aix.go of Go 1.26.
 *
 * The program's / is Linux's, so that paths stay as they are, and programs that it executes are Linux's own: on a simulated machine they stand for AIX's.
 */
#include "loader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "aix/fcntl.h"
#include "aix/pthread.h"
#include "aix/signal.h"
#include "aix/stdlib.h"
#include "aix/sys/stat.h"
#include "aix/sys/wait.h"
#include "aix/unistd.h"
#include "imports.h"

/*
 * Go keeps its own record of a thread 0x7800 bytes before what r13 points to, as AIX lays out the storage of threads. In Debian's C library that is 64 bytes
 * before its own record: on a thread's stack where the first function could keep its argument, and does not; in the main thread behind the
 * loader's data, in the same page.
 */
__attribute__((constructor)) static void place_of_g(void)
{
	const char *thread;

	__asm__("mr %0, 13" : "=r"(thread));
	if ((const char *)pthread_self() - (thread - 0x7800) != 64)
		refuse("this C library keeps something else where Go keeps its record of a thread");
}

/* Memory. */
static void *go_mmap(void *at, size_t n, int protection, int flags, int fd, long offset)
{
	static const struct pair bits[] = { { 0x1, MAP_SHARED }, { 0x2, MAP_PRIVATE }, { 0x10, MAP_ANONYMOUS }, { 0x100, MAP_FIXED } };
	int host;

	return BITS_TO_HOST(bits, flags, &host) ? mmap(at, n, protection, host | MAP_NORESERVE, fd, offset) : MAP_FAILED;
}
_Static_assert(PROT_READ == 1 && PROT_WRITE == 2 && PROT_EXEC == 4 && MADV_DONTNEED == 4, "memory");

/* Semaphores: AIX's has no room for Linux's, and so is the number of one. */
static sem_t semaphores[1024];

static int go_sem_init(int *s, int shared, unsigned value)
{
	static int count;
	int n = __atomic_fetch_add(&count, 1, __ATOMIC_SEQ_CST);

	if (n >= (int)COUNT(semaphores)) {
		errno = ENOSPC;
		return -1;
	}
	*s = n;
	return sem_init(&semaphores[n], shared, value);
}

static int go_sem_wait(int *s) { return sem_wait(&semaphores[*s]); }
static int go_sem_post(int *s) { return sem_post(&semaphores[*s]); }
static int go_sem_timedwait(int *s, const struct timespec *until) { return sem_timedwait(&semaphores[*s], until); }

static int go_clock_gettime(int clock, struct timespec *now) { return clock_gettime(clock == 10 ? CLOCK_MONOTONIC : CLOCK_REALTIME, now); }

/* Threads. What Go asks of them, a size of the stack and not to be waited for, is what they have. */
static int go_attr(void) { return 0; }
static int go_pthread_create(aix_pthread_t *thread, void *attributes, void *(*start)(void *), void *argument)
{
	(void)attributes;
	return aix_pthread_create(thread, NULL, start, argument);
}

/* The machine: what getsystemcfg says of the processor is that it is a POWER8. */
static long go_getsystemcfg(int what) { return what == 2 ? 0x10000 : 0; }

static long go_sysconf(int what)
{
	switch (what) {
	case 0x30:
		return sysconf(_SC_PAGESIZE);
	case 0x48:
		return sysconf(_SC_NPROCESSORS_ONLN);
	}
	return aix_sysconf(what);
}

/* Of limits, that of open files alone, behind which the loader has its own. */
static int go_getrlimit(int what, struct rlimit *limit)
{
	if (what != 7) {
		errno = EINVAL;
		return -1;
	}
	limit->rlim_cur = limit->rlim_max = (rlim_t)root_descriptor();
	return 0;
}

static int go_setrlimit(int what, const struct rlimit *limit)
{
	(void)limit;
	return fail(what == 7 ? 0 : EINVAL) || what == 7 ? 0 : -1;
}

/* Signals. A handler gets what is known of AIX's siginfo_t; of the registers nothing, so that faults of the program end it, as they would without one. */
struct go_action {
	void (*handler)(int, void *, void *);
	aix_sigset_t mask;
	int flags;
};
enum { GO_ONSTACK = 0x1, GO_RESTART = 0x8, GO_SIGINFO = 0x100, GO_SIGNALS = 256 };
static struct go_action actions[GO_SIGNALS];

static void go_deliver(int host, siginfo_t *info, void *context)
{
	int number = signal_to_aix(host), before = errno;
	struct {
		int number, error, code, pid;
		unsigned uid;
		int status;
		void *address;
		long rest[6];
	} aix = { .number = number, .code = info->si_code, .pid = info->si_pid, .uid = info->si_uid };
	long registers[512] = { 0 }; /* longer than AIX's ucontext_t */

	(void)context;
	errno = 0;
	actions[number].handler(number, &aix, registers);
	errno = before;
}

static bool is_fault(int host) { return host == SIGSEGV || host == SIGBUS || host == SIGFPE || host == SIGILL || host == SIGTRAP; }

static int go_sigaction(int number, const struct go_action *new, struct go_action *old)
{
	int host = signal_to_host(number);
	struct sigaction action = { 0 };

	errno = 0;
	if (number < 1 || number >= GO_SIGNALS) {
		errno = EINVAL;
		return -1;
	}
	if (old != NULL) {
		*old = actions[number];
		if (host > 0 && old->handler == NULL && sigaction(host, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
			old->handler = (void (*)(int, void *, void *))1;
	}
	if (new == NULL)
		return 0;
	actions[number] = *new;
	if (host < 0 || is_fault(host))
		return 0;
	sigfillset(&action.sa_mask);
	action.sa_flags = SA_SIGINFO | (new->flags & GO_ONSTACK ? SA_ONSTACK : 0) | (new->flags & GO_RESTART ? SA_RESTART : 0);
	action.sa_sigaction = go_deliver;
	if ((uintptr_t)new->handler <= 1) {
		action.sa_flags = 0;
		action.sa_handler = new->handler == NULL ? SIG_DFL : SIG_IGN;
	}
	return sigaction(host, &action, NULL);
}

static int go_sigaltstack(const struct { void *at; size_t size; int flags; } *new, struct { void *at; size_t size; int flags; } *old)
{
	stack_t mine, before;
	int result;

	if (new != NULL)
		mine = (stack_t){ .ss_sp = new->at, .ss_size = new->size, .ss_flags = new->flags & 2 ? SS_DISABLE : 0 };
	result = sigaltstack(new != NULL ? &mine : NULL, &before);
	if (result == 0 && old != NULL) {
		old->at = before.ss_sp;
		old->size = before.ss_size;
		old->flags = before.ss_flags & SS_DISABLE ? 2 : 0;
	}
	return result;
}

static int go_raise(int number)
{
	int host = signal_to_host(number);

	return host < 0 ? -1 : raise(host);
}

/* Files by descriptor of a directory. */
static int directory(int fd) { return fd == -2 ? AT_FDCWD : fd; }
static int stays(int flags) { return flags & 1 ? AT_SYMLINK_NOFOLLOW : 0; }

static int go_openat(int fd, const char *path, int flags, unsigned mode)
{
	const int only_directories = 0x80000;
	int host;

	if (!open_flags_to_host(flags & ~only_directories, &host))
		return -1;
	return openat(directory(fd), path, host | (flags & only_directories ? O_DIRECTORY : 0), mode);
}

static int go_open(const char *path, int flags, unsigned mode) { return go_openat(-2, path, flags, mode); }

static int go_fstatat(int fd, const char *path, struct aix_stat *to, int flags)
{
	int file = openat(directory(fd), path, O_PATH | O_CLOEXEC | (flags & 1 ? O_NOFOLLOW : 0)), result;

	if (file < 0)
		return -1;
	result = aix_fstat(file, to);
	close(file);
	return result;
}

static int go_stat(const char *path, struct aix_stat *to) { return go_fstatat(-2, path, to, 0); }
static int go_lstat(const char *path, struct aix_stat *to) { return go_fstatat(-2, path, to, 1); }
static int go_mkdirat(int fd, const char *path, unsigned mode) { return mkdirat(directory(fd), path, mode); }
static int go_unlinkat(int fd, const char *path, int flags) { return unlinkat(directory(fd), path, flags & 1 ? AT_REMOVEDIR : 0); }
static int go_renameat(int fd, const char *path, int to, const char *other) { return renameat(directory(fd), path, directory(to), other); }
static int go_symlinkat(const char *text, int fd, const char *path) { return symlinkat(text, directory(fd), path); }
static long go_readlinkat(int fd, const char *path, char *to, size_t n) { return readlinkat(directory(fd), path, to, n); }
static int go_fchmodat(int fd, const char *path, unsigned mode, int flags) { return fchmodat(directory(fd), path, mode, stays(flags)); }
static int go_faccessat(int fd, const char *path, int mode, int flags) { return faccessat(directory(fd), path, mode, flags & 1 ? AT_EACCESS : 0); }

static int go_fchownat(int fd, const char *path, unsigned uid, unsigned gid, int flags)
{
	return fchownat(directory(fd), path, uid, gid, stays(flags));
}

static int go_linkat(int fd, const char *path, int to, const char *other, int flags)
{
	(void)flags;
	return linkat(directory(fd), path, directory(to), other, 0);
}

static int go_utimensat(int fd, const char *path, const struct timespec *times, int flags)
{
	struct timespec host[2] = { times[0], times[1] };

	for (int i = 0; i < 2; i++)
		if (host[i].tv_nsec == -3)
			host[i].tv_nsec = UTIME_OMIT;
	return utimensat(directory(fd), path, host, stays(flags));
}

static int go_fsync_range(int fd, int how, long from, long size)
{
	(void)how, (void)from, (void)size;
	return fsync(fd);
}

/* Entries of a directory, each as long as its structure of AIX's; so many are asked of Linux as fit. */
struct go_entry {
	unsigned long offset, ino;
	unsigned short length, name_length;
	char name[256];
	int pad;
};

static long go_getdirent(int fd, char *to, size_t size)
{
	char host[24 + 256 + 8]; /* one of the longest, or some short ones */
	ssize_t got;
	size_t put = 0;

	while (put + 14 * sizeof(struct go_entry) <= size) {
		got = getdents64(fd, host, sizeof host);
		if (got <= 0)
			return put > 0 ? (long)put : got;
		for (ssize_t at = 0; at < got;) {
			const struct dirent64 *e = (const struct dirent64 *)(host + at);
			struct go_entry *entry = (struct go_entry *)(to + put);
			size_t n = strlen(e->d_name);

			*entry = (struct go_entry){ .offset = (unsigned long)e->d_off, .ino = e->d_ino, .length = sizeof *entry, .name_length = (unsigned short)n };
			memcpy(entry->name, e->d_name, n);
			put += sizeof *entry;
			at += e->d_reclen;
		}
	}
	return (long)put;
}

/* Processes. */
static int go_execve(const char *path, char *const arguments[], char *const environment[]) { return execve(path, arguments, environment); }

static int go_wait4(int pid, int *status, int options, long *usage)
{
	if (usage != NULL)
		memset(usage, 0, 16 * sizeof *usage); /* what it took is not told */
	return aix_waitpid(pid, status, options);
}

#define GO(function) { #function, (void *)go_##function, NULL, FUNCTION }
#define HOST(function) { #function, (void *)function, NULL, FUNCTION }

const struct import more[] = {
	GO(mmap), GO(sem_init), GO(sem_wait), GO(sem_post), GO(sem_timedwait), GO(clock_gettime), GO(pthread_create), GO(getsystemcfg), GO(sysconf),
	GO(getrlimit), GO(setrlimit), GO(sigaction), GO(sigaltstack), GO(raise), GO(open), GO(openat), GO(fstatat), GO(stat), GO(lstat), GO(mkdirat),
	GO(unlinkat), GO(renameat), GO(symlinkat), GO(readlinkat), GO(fchmodat), GO(faccessat), GO(fchownat), GO(linkat), GO(utimensat),
	GO(fsync_range), GO(getdirent), GO(execve), GO(wait4),
	{ "pthread_attr_init", (void *)go_attr, NULL, FUNCTION },
	{ "pthread_attr_setstacksize", (void *)go_attr, NULL, FUNCTION },
	{ "pthread_attr_setdetachstate", (void *)go_attr, NULL, FUNCTION },
	{ "sigthreadmask", (void *)aix_pthread_sigmask, NULL, FUNCTION },
	HOST(munmap), HOST(mprotect), HOST(madvise), HOST(sched_yield), HOST(usleep), HOST(chdir), HOST(chmod), HOST(chown), HOST(fchdir), HOST(getcwd), HOST(lchown),
	HOST(link), HOST(mkdir), HOST(pread), HOST(pwrite), HOST(readlink), HOST(rename), HOST(rmdir), HOST(setsid), HOST(symlink), HOST(unlink),
};
const size_t more_count = COUNT(more);
