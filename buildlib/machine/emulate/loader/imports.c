/*
 * The table of imports: what stands behind each name that a program may import. A name that is not here is missing, and ends the
 * program; see image.c.
 */
#include "loader.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <ctype.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "aix/arpa/inet.h"
#include "aix/ctype.h"
#include "aix/dirent.h"
#include "aix/errno.h"
#include "aix/fcntl.h"
#include "aix/grp.h"
#include "aix/ndbm.h"
#include "aix/netdb.h"
#include "aix/poll.h"
#include "aix/pthread.h"
#include "aix/pwd.h"
#include "aix/regex.h"
#include "aix/resolv.h"
#include "aix/stdio.h"
#include "aix/stdlib.h"
#include "aix/string.h"
#include "aix/sys/ioctl.h"
#include "aix/sys/sem.h"
#include "aix/sys/shm.h"
#include "aix/sys/socket.h"
#include "aix/sys/stat.h"
#include "aix/sys/statfs.h"
#include "aix/sys/time.h"
#include "aix/sys/uio.h"
#include "aix/sys/utsname.h"
#include "aix/sys/wait.h"
#include "aix/syslog.h"
#include "aix/time.h"
#include "aix/unistd.h"
#include "bridge32.h"
#include "imports.h"

/* Linux's own function; the compiler has found its type to be the same as AIX's. */
#define SAME(a, b) __builtin_types_compatible_p(__typeof__(a), __typeof__(b))
#ifdef __64BIT__
#define HOST(function) { #function, sizeof(char[SAME(function, aix_##function) ? 1 : -1]) != 0 ? (void *)function : NULL, NULL, FUNCTION }
#else
/* The types have the same sizes here, but other names: what is int in Linux is long in AIX. */
#define HOST(function) LIKE(function)
#endif
/* Linux's own as well: it differs in the name of a type, or in a const, alone. */
#define LIKE(function) { #function, (void *)function, NULL, FUNCTION }
/* The loader's. */
#define OURS(function) { #function, (void *)aix_##function, NULL, FUNCTION }
/* The loader's, under the name that AIX's headers make of it. */
#define RENAMED(linked, function) { #linked, (void *)aix_##function, NULL, FUNCTION }
/* In 32 bits these need help with their arguments: bridge32.c. */
#ifdef __64BIT__
#define HOST_WORDS(function) HOST(function)
#define OURS_WORDS(function) OURS(function)
#define HOST_FLAT(function) HOST(function)
#define OURS_FLAT(function) OURS(function)
#else
#define HOST_WORDS(function) { #function, (void *)words_##function, NULL, WORDS }
#define OURS_WORDS(function) HOST_WORDS(function)
#define HOST_FLAT(function) { #function, (void *)flat_##function, NULL, FUNCTION }
#define OURS_FLAT(function) HOST_FLAT(function)
#endif

/* What start code imports: the number of threads, of which it only hands on the address; its version; a routine that there is nothing to do for. */
static int threads[4];
static int version;
static int module(void) { return 0; }

/* A function that is missing was called (enter.S). */
void called_missing(const char *name, const char *library) __attribute__((noreturn));
void called_missing(const char *name, const char *library)
{
	fflush(NULL);
	dprintf(STDERR_FILENO, "emulate: the program called %s of %s, which is missing here\n", name, library);
	aix_syslog(aix_LOG_CRIT, "%s of %s is missing", name, library); /* a daemon has no standard error */
	_exit(MISSING);
}

static const struct import imports[] = {
	/* objects */
	{ "__crt0v", &version, NULL, OBJECT },
	{ "__n_pthreads", threads, NULL, OBJECT },
	{ "_res", &aix__res, NULL, OBJECT },
	{ "environ", &environ, NULL, OBJECT },
	{ "h_errno", &program_h_errno, NULL, OBJECT },
	{ "optarg", &optarg, NULL, OBJECT },
	{ "opterr", &opterr, NULL, OBJECT },
	{ "optind", &optind, NULL, OBJECT },
	{ "optopt", &optopt, NULL, OBJECT },
	{ "tzname", tzname, NULL, OBJECT },

	/* start and end */
	{ "__mod_init", (void *)module, NULL, FUNCTION },
	OURS(_Errno), HOST(_exit), HOST(abort), HOST_FLAT(atexit), HOST(exit),

	/* files */
	OURS(access), OURS(chdir), OURS(chmod), OURS(chown), OURS(chroot), HOST(close), OURS(closedir), HOST(dup), HOST(dup2),
	HOST(fchmod), HOST(fchown), OURS(fcntl), OURS(fpathconf), OURS(fstat), HOST(fsync), OURS(ftruncate), HOST(isatty), OURS(link),
	OURS(lockf), OURS(lseek), OURS(lstat), OURS(mkdir), OURS(mkstemp), OURS(open), OURS(opendir), OURS(pathconf), HOST(pipe), HOST(read),
	OURS(readdir), OURS(readlink), OURS(remove), OURS(rename), OURS(rewinddir), OURS(rmdir), OURS(stat), OURS(statfs), OURS(symlink), HOST(ttyname),
	HOST(umask), OURS(unlink), HOST(write), LIKE(writev),

	/* databases */
	OURS(dbm_close), OURS_FLAT(dbm_delete), OURS(dbm_error), OURS_FLAT(dbm_fetch), OURS(dbm_firstkey), OURS(dbm_nextkey),
	OURS(dbm_open), OURS_FLAT(dbm_store),

	/* streams */
	OURS(fclose), HOST(fdopen), OURS(feof), OURS(ferror), OURS(fflush), OURS(fgetc), OURS(fgets), OURS(fileno), OURS(fopen),
	OURS_WORDS(fprintf), OURS(fputc), OURS(fputs), OURS(fread), OURS(fseek), OURS(fwrite), OURS(getc), HOST_WORDS(printf), OURS(putc),
	HOST(puts), OURS(setvbuf), HOST_WORDS(snprintf), HOST_WORDS(sprintf), OURS(ungetc), OURS_FLAT(vfprintf), HOST_FLAT(vsnprintf), HOST_FLAT(vsprintf),

	/* processes */
	HOST(alarm), OURS_WORDS(execle), OURS(execv), OURS(execve), HOST(fork), HOST(getpid), HOST(getppid), HOST(nice), HOST(pause),
	HOST(setpgid), OURS(sysconf), OURS(uname), OURS(wait), OURS(wait3), OURS(waitpid), OURS(kill), OURS(pthread_sigmask),
	OURS(sigaction), OURS(sigaddset), OURS(sigemptyset), OURS(sigismember), OURS(signal), OURS(sigprocmask), OURS(sigwait),

	/* users */
	HOST(getegid), HOST(geteuid), HOST(getgid), HOST(getuid), HOST(setgid), HOST(setreuid), HOST(setuid), HOST(seteuid),
	HOST(getgroups), OURS(setgroups), OURS(initgroups), OURS(endpwent), OURS(getgrgid), OURS(getgrnam),
	OURS(getlogin), OURS(getpwent), OURS(getpwnam), OURS(getpwuid), OURS(setpwent),

	/* memory, and semaphores */
	OURS(calloc), OURS(free), OURS(malloc), OURS(realloc), OURS(semctl), OURS(semget), OURS(semop), OURS(shmat), OURS(shmctl), HOST(shmdt), OURS(shmget),

	/* the net */
	RENAMED(__fd_select, select), RENAMED(naccept, accept), RENAMED(ngetpeername, getpeername), RENAMED(ngetsockname, getsockname),
	RENAMED(nrecvfrom, recvfrom), OURS(bind), OURS(connect), OURS(ioctl), HOST(listen), OURS(poll), OURS(rresvport), OURS(sendto),
	OURS(setsockopt), OURS(socket), OURS(socketpair), RENAMED(_res_init, res_init), HOST(dn_expand), HOST(dn_skipname),
	OURS(freehostent), OURS(gethostbyaddr), OURS(gethostbyname), OURS(gethostname), OURS(getipnodebyaddr), OURS(getipnodebyname), OURS(getnameinfo),
	OURS(getservbyname), HOST(inet_addr), LIKE(inet_aton), { "inet_ntoa", (void *)inet_ntoa_of_register, NULL, FUNCTION }, OURS(inet_ntop),
	OURS(inet_pton), OURS(res_query), OURS(res_querydomain), OURS(res_search),

	/* text and numbers */
	HOST(atoi), HOST(atol), HOST(getenv), OURS(getopt), HOST(isalnum), HOST(isalpha), HOST(iscntrl), HOST(isgraph), HOST(isprint),
	HOST(ispunct), HOST(isspace), HOST(isupper), HOST(isxdigit), HOST(putenv), HOST_FLAT(qsort), HOST(random), OURS(regcomp),
	OURS(regerror), OURS(regexec), OURS(regfree), HOST(setenv), HOST(sleep), HOST(srandom), HOST(strcasecmp), HOST(strdup), OURS(strerror),
	HOST(strncasecmp), HOST(strtod), HOST(strtok), HOST(strtol), HOST(strtoll), HOST(strtoul), HOST(strtoull), HOST(tolower),
	HOST(toupper), HOST(unsetenv), OURS(closelog), OURS(openlog), OURS_WORDS(syslog),

	/* time */
	OURS(ctime), OURS(gettimeofday), OURS(gmtime), OURS(localtime), OURS(mktime), OURS(setitimer), OURS(strftime), HOST(time),
	OURS(tzset),

	/* threads */
	OURS(pthread_cond_destroy), OURS(pthread_cond_init), OURS(pthread_cond_signal), OURS(pthread_cond_timedwait),
	OURS(pthread_cond_wait), OURS(pthread_create), OURS(pthread_detach), OURS(pthread_mutex_destroy), OURS(pthread_mutex_init),
	OURS(pthread_mutex_lock), OURS(pthread_mutex_unlock), OURS(pthread_self),
};

/* What programs import that AIX's own ld linked with AIX's start code, and that the SDK's do not. */
static int allocator[4];

static const struct import of_others[] = {
	{ "__malloc_user_defined_name", allocator, NULL, OBJECT },
	{ "__filbuf", (void *)program_filbuf, NULL, FUNCTION },
	{ "__flsbuf", (void *)program_flsbuf, NULL, FUNCTION },
	{ "_iob", program_iob, NULL, OBJECT },
	{ "errno", &program_errno, NULL, OBJECT },
	{ "perror", (void *)program_perror, NULL, FUNCTION },
	LIKE(getchar), LIKE(putchar), LIKE(strchr), LIKE(strcspn), LIKE(strlen), LIKE(strncmp), LIKE(strrchr), LIKE(strspn), LIKE(strstr),
};

/*
 * For programs that are linked with OpenSSL and SASL, and only say so: what they call before they need either, when the loader was made
 * without these libraries. A digest is a pointer that only the library looks behind, and whoever hands it back there finds the library missing; to
 * say where memory comes from, and to set up OpenSSL 1.0.2, for which no library stands, is of interest to the library alone.
 */
static const struct import unused[] = {
	{ "EVP_md5", (void *)module, NULL, FUNCTION },
	{ "OPENSSL_add_all_algorithms_noconf", (void *)module, NULL, FUNCTION },
	{ "SSL_get_ex_new_index", (void *)module, NULL, FUNCTION },
	{ "SSL_library_init", (void *)module, NULL, FUNCTION },
	{ "SSL_load_error_strings", (void *)module, NULL, FUNCTION },
	{ "sasl_set_alloc", (void *)module, NULL, FUNCTION },
};

static bool ends_in(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

static const struct import *find(const struct import *table, size_t n, const char *name, const char *library)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].address != NULL && strcmp(table[i].name, name) == 0 && (table[i].member == NULL || ends_in(library, table[i].member)))
			return &table[i];
	return NULL;
}

/* A descriptor of AIX's for a function of Linux's. */
static void *descriptor(const char *code, void *function, const char *name, const char *library, void *behind)
{
	struct {
		const void *code;
		struct thunk *thunk;
		void *environment;
	} *d = malloc(sizeof *d);
	struct thunk *t = malloc(sizeof *t);

	if (d == NULL || t == NULL)
		refuse("out of memory");
	*t = (struct thunk){ function, hand_on_errno, name, library, behind };
	d->code = code;
	d->thunk = t;
	d->environment = NULL;
	return d;
}

void *imported(const char *name, const char *library, bool function)
{
	const struct import *found = &more_count != NULL ? find(more, more_count, name, library) : NULL;
	struct import i;

	if (found == NULL)
		found = find(imports, COUNT(imports), name, library);
	if (found == NULL)
		found = find(of_others, COUNT(of_others), name, library);
	if (found == NULL)
		found = find(libraries, library_count, name, library);
	if (found == NULL)
		found = find(unused, COUNT(unused), name, library);
	if (found == NULL)
		return function ? descriptor(missing_code, (void *)called_missing, name, library, NULL) : NULL;
	i = *found;
	if (i.kind == OBJECT)
		return i.address;
	bridge(&i);
	return descriptor(i.kind == WORDS ? words_code : thunk_code, i.address, name, library, found->address);
}
