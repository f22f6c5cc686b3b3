/*
 * Paths. The program's / is a directory of Linux, called root here. Each path is walked name by name, as the kernel would: so neither ..
 * nor a symbolic link leads out of the root, and an absolute link means what it says to the program. A change of root in the kernel would
 * take the right to it, and would put the emulator itself out of reach of the programs that are executed.
 */
#include "loader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aix/limits.h"
#include "aix/sys/param.h"
#include "aix/unistd.h"

/*
 * The root's path, "" for /; and the same as a descriptor, which paths are made with. A program that gives up its rights still gets
 * at its files, though the root may lie in a directory of somebody else's; and paths of local sockets stay short.
 */
static char root[PATH_MAX], base[sizeof KEPT_PREFIX "2147483647"];

const char *keep(const char *path, int flags)
{
	static int next;
	int fd, limit = (int)sysconf(_SC_OPEN_MAX);
	char *kept;

	if (strncmp(path, KEPT_PREFIX, strlen(KEPT_PREFIX)) == 0)
		return path;
	if (next == 0)
		next = (limit < aix_OPEN_MAX ? limit : aix_OPEN_MAX) - KEPT;
	fd = open(path, flags);
	if (fd < 0 || fcntl(fd, F_DUPFD, next) != next || asprintf(&kept, KEPT_PREFIX "%d", next) < 0)
		refuse("%s: %m", path);
	close(fd);
	next++;
	return kept;
}

static bool find_root(void)
{
	ssize_t n = readlink(base, root, sizeof root - 1);

	if (n < 0)
		return false;
	root[n == 1 ? 0 : n] = '\0';
	return true;
}

void root_set(const char *directory)
{
	char cwd[PATH_MAX];

	if ((size_t)snprintf(base, sizeof base, "%s", keep(directory, O_RDONLY | O_DIRECTORY)) >= sizeof base || !find_root())
		refuse("%s: %m", directory);
	if ((getcwd(cwd, sizeof cwd) == NULL || path_to_aix(cwd) == NULL) && chdir(base) != 0)
		refuse("%s: %m", directory);
}

const char *root_directory(void) { return base; }

int root_descriptor(void) { return atoi(base + strlen(KEPT_PREFIX)); }

static const char *below(const char *directory, const char *path)
{
	size_t n = strlen(directory);

	if (strncmp(path, directory, n) != 0 || (path[n] != '/' && path[n] != '\0'))
		return NULL;
	return path[n] == '\0' ? "/" : path + n;
}

const char *path_to_aix(const char *host)
{
	const char *path = below(base, host);

	return path != NULL ? path : below(root, host);
}

/* What is left of the path to walk, and what has been walked: a path of Linux without links. */
struct walk {
	char left[PATH_MAX], *host;
	int links;
};

/* The link at w->host is replaced by what it points to, which is walked next. */
static bool follow(struct walk *w)
{
	char target[PATH_MAX], rest[PATH_MAX];
	ssize_t n = readlink(w->host, target, sizeof target - 1);

	if (n < 0)
		return false;
	target[n] = '\0';
	if (++w->links > aix_MAXSYMLINKS)
		return fail(ELOOP);
	strcpy(rest, w->left);
	if ((size_t)snprintf(w->left, sizeof w->left, "%s%s", target, rest) >= sizeof w->left)
		return fail(ENAMETOOLONG);
	w->host[*target == '/' ? strlen(base) : (size_t)(strrchr(w->host, '/') - w->host)] = '\0';
	return true;
}

/* Devices that programs take for granted, and that a directory of files has not. */
static const char *const devices[] = { "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/tty" };

/* The walk ends at a name that is not there: as a device of Linux, or if final, as a name to be made. */
static bool absent(struct walk *w, bool final)
{
	char whole[2 * PATH_MAX];

	if (errno != ENOENT)
		return false;
	snprintf(whole, sizeof whole, "%s%s", w->host + strlen(base), w->left);
	for (size_t i = 0; i < COUNT(devices); i++)
		if (strcmp(whole, devices[i]) == 0) {
			strcpy(w->host, devices[i]);
			*w->left = '\0';
			return true;
		}
	return final;
}

static bool step(struct walk *w, enum last last)
{
	char *name = w->left + strspn(w->left, "/"), component[NAME_MAX + 1];
	size_t length = strcspn(name, "/"), done = strlen(w->host);
	const char *rest = name + length;
	bool final = rest[strspn(rest, "/")] == '\0'; /* the last name; a slash behind it wants a directory */
	bool slash = *rest != '\0';
	struct stat st;

	if (length > NAME_MAX)
		return fail(ENAMETOOLONG);
	memcpy(component, name, length);
	component[length] = '\0';
	memmove(w->left, rest, strlen(rest) + 1);
	if (length == 0 || strcmp(component, ".") == 0)
		return true;
	if (strcmp(component, "..") == 0) {
		if (done > strlen(base))
			*strrchr(w->host, '/') = '\0';
		return true;
	}
	if (done + 1 + length + 2 > PATH_MAX)
		return fail(ENAMETOOLONG);
	sprintf(w->host + done, "/%s", component);
	if (lstat(w->host, &st) != 0)
		return absent(w, final);
	if (S_ISLNK(st.st_mode) && (slash || last == FOLLOW))
		return follow(w);
	if (slash && !S_ISDIR(st.st_mode))
		return fail(ENOTDIR);
	return true;
}

bool path_to_host(const char *path, enum last last, char *host)
{
	struct walk w = { .host = host };
	int before = errno;

	if (path == NULL)
		return fail(EFAULT);
	if (*path == '\0')
		return fail(ENOENT);
	if (strlen(path) > aix_PATH_MAX)
		return fail(ENAMETOOLONG);
	strcpy(w.left, path);
	strcpy(host, base);
	if (*path != '/') {
		char cwd[PATH_MAX];
		const char *inside = getcwd(cwd, sizeof cwd) != NULL ? path_to_aix(cwd) : NULL;

		if (inside == NULL)
			return fail(ENOENT); /* the directory was removed, or is outside after chroot */
		if (strlen(base) + strlen(inside) >= PATH_MAX)
			return fail(ENAMETOOLONG);
		if (strcmp(inside, "/") != 0)
			strcat(host, inside);
	}
	while (*w.left != '\0')
		if (!step(&w, last))
			return false;
	if (strcmp(host, base) == 0)
		strcat(host, "/."); /* the name of a descriptor is a link, and / is none */
	errno = before; /* what was asked on the way is nobody's error */
	return true;
}

/*
 * The same for libraries that the program calls, and that are Linux's own: their calls that take paths are turned to these (libraries.go).
 * As a shared library of AIX's would, they see the program's files.
 */
FILE *root_fopen(const char *path, const char *mode)
{
	char host[PATH_MAX];

	return path_to_host(path, FOLLOW, host) ? fopen(host, mode) : NULL;
}

FILE *root_fopen64(const char *, const char *) __attribute__((alias("root_fopen")));

int root_open(const char *path, int flags, ...)
{
	char host[PATH_MAX];
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	return path_to_host(path, flags & O_NOFOLLOW ? STAY : FOLLOW, host) ? open(host, flags, mode) : -1;
}

int root_open64(const char *, int, ...) __attribute__((alias("root_open")));

DIR *root_opendir(const char *path)
{
	char host[PATH_MAX];

	return path_to_host(path, FOLLOW, host) ? opendir(host) : NULL;
}

int root_stat(const char *path, struct stat *st)
{
	char host[PATH_MAX];

	return path_to_host(path, FOLLOW, host) ? stat(host, st) : -1;
}

int root_stat64(const char *, struct stat *) __attribute__((alias("root_stat")));

int aix_chdir(const char *path)
{
	char host[PATH_MAX];

	return path_to_host(path, FOLLOW, host) ? chdir(host) : -1;
}

int aix_chroot(const char *path)
{
	char host[PATH_MAX];
	int fd;

	if (!path_to_host(path, FOLLOW, host))
		return -1;
	if (geteuid() != 0) {
		errno = EPERM;
		return -1;
	}
	fd = open(host, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		return -1;
	dup2(fd, root_descriptor());
	close(fd);
	return find_root() ? 0 : -1;
}
