/* Processes: executing, waiting, limits, and what the system says about itself. */
#include "loader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aix/stdlib.h"
#include "aix/sys/time.h"
#include "aix/sys/utsname.h"
#include "aix/sys/wait.h"
#include "aix/unistd.h"

static const char *interpreter, *processor, *page0, *loader;

void process_set(const char *interpreter_file, const char *processor_name, const char *page0_is, const char *loader_file)
{
	interpreter = interpreter_file;
	processor = processor_name;
	page0 = page0_is;
	loader = keep(loader_file, O_RDONLY);
}

/* Executes a program of AIX's through this loader. What comes before the program's own arguments is for main.c. */
static int execute(const char *program, char *const *arguments, char *const *environment)
{
	const char *before[] = {
		interpreter, "-cpu", processor, "-B", GUEST_BASE, loader, /* as emulate.go calls it, and the loader's own arguments: */
		interpreter, processor, page0, root_directory(), program,
	};
	size_t count = 0;
	const char **argv;

	while (arguments != NULL && arguments[count] != NULL)
		count++;
	argv = malloc((COUNT(before) + count + 2) * sizeof *argv);
	if (argv == NULL)
		return -1;
	memcpy(argv, before, sizeof before);
	if (count > 0)
		memcpy(argv + COUNT(before), arguments, count * sizeof *argv);
	else
		argv[COUNT(before) + count++] = program;
	argv[COUNT(before) + count] = NULL;
	execve(interpreter, (char *const *)argv, environment);
	free(argv);
	return -1;
}

/* The first bytes of a file that may be executed; fewer than 2 are an error. */
static ssize_t beginning(const char *file, char *to, size_t n)
{
	struct stat st;
	ssize_t got = -1;
	int fd;

	if (access(file, X_OK) != 0 || stat(file, &st) != 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EACCES;
		return -1;
	}
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	got = read(fd, to, n);
	close(fd);
	if (got >= 0 && got < 2)
		errno = ENOEXEC;
	return got < 2 ? -1 : got;
}

/*
 * A program of AIX's, of this one's width, or a script whose interpreter is one. Linux's own programs are not run: they would take Linux's / for theirs. What is
 * neither gives ENOEXEC, which is what AIX says about files that it cannot run.
 */
int aix_execve(const char *path, char *const arguments[], char *const environment[])
{
	char host[PATH_MAX], start[PATH_MAX], *words[2] = { NULL, NULL }, *at, *end;
	const char **argv;
	ssize_t got;
	size_t count = 0, extra;
	int result;

	if (!path_to_host(path, FOLLOW, host) || (got = beginning(host, start, sizeof start - 1)) < 0)
		return -1;
	if (memcmp(start, PROGRAM_MAGIC, 2) == 0)
		return execute(path, arguments, environment);
	start[got] = '\0';
	if (memcmp(start, "#!", 2) != 0 || (end = strchr(start, '\n')) == NULL) {
		errno = ENOEXEC;
		return -1;
	}
	*end = '\0';
	words[0] = strtok_r(start + 2, " \t", &at);
	words[1] = strtok_r(NULL, "", &at);
	if (words[0] == NULL || !path_to_host(words[0], FOLLOW, host) || beginning(host, (char[2]){ 0 }, 2) < 0)
		return -1;
	while (arguments != NULL && arguments[count] != NULL)
		count++;
	argv = calloc(count + 4, sizeof *argv);
	if (argv == NULL)
		return -1;
	argv[0] = words[0];
	argv[1] = words[1];
	extra = words[1] != NULL ? 2 : 1;
	argv[extra] = path;
	if (count > 1)
		memcpy(argv + extra + 1, arguments + 1, (count - 1) * sizeof *argv);
	result = execute(words[0], (char *const *)argv, environment);
	free(argv);
	return result;
}

int aix_execv(const char *path, char *const arguments[]) { return aix_execve(path, arguments, environ); }

int aix_execle(const char *path, const char *first, ...)
{
	enum { MOST = 4096 };
	const char *arguments[MOST] = { first };
	char *const *environment;
	size_t count = 0;
	va_list args;

	va_start(args, first);
	while (arguments[count] != NULL && count < MOST - 1)
		arguments[++count] = va_arg(args, const char *);
	environment = va_arg(args, char *const *);
	va_end(args);
	if (arguments[count] != NULL) {
		errno = E2BIG;
		return -1;
	}
	return aix_execve(path, (char *const *)arguments, environment);
}

static int status_to_aix(int host)
{
	if (WIFSTOPPED(host))
		return 0x40 | signal_to_aix(WSTOPSIG(host)) << 8;
	if (WIFSIGNALED(host)) {
		int number = signal_to_aix(WTERMSIG(host));

		return number << 16 | (WCOREDUMP(host) ? 0x80 : 0) | 0x3f;
	}
	return WEXITSTATUS(host) << 8;
}
/* The macros that take it apart must find in it what was put in. */
_Static_assert(aix_WIFSTOPPED(0x40 | 17 << 8) && aix_WSTOPSIG(0x40 | 17 << 8) == 17, "stopped");
_Static_assert(aix_WIFSIGNALED(9 << 16 | 0x3f) && aix_WTERMSIG(9 << 16 | 0x3f) == 9 && !aix_WCOREDUMP(9 << 16 | 0x3f), "ended by a signal");
_Static_assert(aix_WCOREDUMP(9 << 16 | 0x80 | 0x3f) && aix_WIFEXITED(3 << 8) && aix_WEXITSTATUS(3 << 8) == 3, "exited");

aix_pid_t aix_waitpid(aix_pid_t pid, int *status, int options)
{
	static const struct pair bits[] = { BOTH(WNOHANG), BOTH(WUNTRACED) };
	int host_options, host;
	pid_t got;

	if (!BITS_TO_HOST(bits, options, &host_options))
		return -1;
	got = waitpid(pid, &host, host_options);
	if (got > 0 && status != NULL)
		*status = status_to_aix(host);
	return got;
}

aix_pid_t aix_wait(int *status) { return aix_waitpid(-1, status, 0); }

/* The resources used are not told: sendmail asks for none, and their structure is not in the SDK. */
aix_pid_t aix_wait3(union aix_wait *status, int options, struct aix_rusage *usage)
{
	if (usage != NULL) {
		errno = EINVAL;
		return -1;
	}
	return aix_waitpid(-1, status != NULL ? &status->aix_w_status : NULL, options);
}

long aix_sysconf(int what)
{
	static const struct pair whats[] = {
		BOTH(_SC_ARG_MAX), BOTH(_SC_CHILD_MAX), BOTH(_SC_CLK_TCK), BOTH(_SC_NGROUPS_MAX), BOTH(_SC_OPEN_MAX), BOTH(_SC_PAGESIZE),
		BOTH(_SC_NPROCESSORS_CONF), BOTH(_SC_NPROCESSORS_ONLN),
	};
	int host;
	long value;

	if (!TO_HOST(whats, what, &host))
		return -1;
	value = sysconf(host);
	return what == aix__SC_OPEN_MAX ? root_descriptor() : value; /* what is behind it is kept; see path.c */
}

int aix_uname(struct aix_utsname *u)
{
	/* AIX has its version in two parts, the greater one in version. */
	*u = (struct aix_utsname){ "AIX", NODE, "2", "7", "000000000000" };
	return 0;
}

int aix_gethostname(char *to, size_t n)
{
	if (n < sizeof NODE) {
		errno = EINVAL;
		return -1;
	}
	memcpy(to, NODE, sizeof NODE);
	return 0;
}

/* Nobody has logged in to this machine. */
char *aix_getlogin(void)
{
	errno = ENXIO;
	return NULL;
}

static struct timeval timeval_to_host(const struct aix_timeval *t) { return (struct timeval){ t->aix_tv_sec, t->aix_tv_usec }; }
static struct aix_timeval timeval_to_aix(struct timeval t) { return (struct aix_timeval){ t.tv_sec, (aix_suseconds_t)t.tv_usec }; }

int aix_gettimeofday(struct aix_timeval *aix, void *zone)
{
	struct timeval now;
	int result = gettimeofday(&now, NULL);

	if (aix != NULL)
		*aix = timeval_to_aix(now);
	if (zone != NULL)
		*(struct aix_timezone *)zone = (struct aix_timezone){ 0 };
	return result;
}

_Static_assert(aix_ITIMER_REAL == ITIMER_REAL && aix_ITIMER_VIRTUAL == ITIMER_VIRTUAL && aix_ITIMER_PROF == ITIMER_PROF, "timers");

int aix_setitimer(int which, struct aix_itimerval *aix, struct aix_itimerval *before)
{
	struct itimerval new, old;

	if (aix == NULL) {
		errno = EFAULT;
		return -1;
	}
	new = (struct itimerval){ timeval_to_host(&aix->aix_it_interval), timeval_to_host(&aix->aix_it_value) };
	if (setitimer(which, &new, &old) != 0)
		return -1;
	if (before != NULL)
		*before = (struct aix_itimerval){ timeval_to_aix(old.it_interval), timeval_to_aix(old.it_value) };
	return 0;
}

/* Only as much of the sets as n tells is read and written: AIX's have room for more descriptors than Linux's. */
int aix_select(int n, aix_fd_set *r, aix_fd_set *w, aix_fd_set *e, struct aix_timeval *timeout)
{
	struct timeval t;

	if (n < 0 || n > FD_SETSIZE) { /* qemu keeps sets of Linux's size */
		errno = EINVAL;
		return -1;
	}
	if (timeout != NULL)
		t = timeval_to_host(timeout);
	return select(n, (fd_set *)r, (fd_set *)w, (fd_set *)e, timeout != NULL ? &t : NULL);
}
_Static_assert(sizeof(((aix_fd_set *)0)->aix_fds_bits[0]) == sizeof(((fd_set *)0)->fds_bits[0]), "words of a set");
