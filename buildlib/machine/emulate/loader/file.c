/* Files and directories: structures, and the calls that take paths. */
#include "loader.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "aix/dirent.h"
#include "aix/fcntl.h"
#include "aix/stdio.h"
#include "aix/stdlib.h"
#include "aix/sys/stat.h"
#include "aix/sys/statfs.h"
#include "aix/unistd.h"

/* Calls that take one path and otherwise agree. */
#define ON_PATH(last, path, call) \
	char host[PATH_MAX]; \
	return path_to_host(path, last, host) ? (call) : -1

int aix_access(const char *path, int mode) { ON_PATH(FOLLOW, path, access(host, mode)); }
int aix_chmod(const char *path, aix_mode_t mode) { ON_PATH(FOLLOW, path, chmod(host, mode)); }
int aix_chown(const char *path, aix_uid_t uid, aix_gid_t gid) { ON_PATH(FOLLOW, path, chown(host, uid, gid)); }
int aix_mkdir(const char *path, aix_mode_t mode) { ON_PATH(STAY, path, mkdir(host, mode)); }
int aix_rmdir(const char *path) { ON_PATH(STAY, path, rmdir(host)); }
int aix_unlink(const char *path) { ON_PATH(STAY, path, unlink(host)); }
int aix_remove(const char *path) { ON_PATH(STAY, path, remove(host)); }

/* AIX does not cut the name, as POSIX would have it, but fails (gnulib's manual, readlink). */
aix_ssize_t aix_readlink(const char *path, char *to, size_t n)
{
	char host[PATH_MAX], whole[PATH_MAX];
	ssize_t got;

	if (!path_to_host(path, STAY, host) || (got = readlink(host, whole, sizeof whole)) < 0)
		return -1;
	if ((size_t)got > n) {
		errno = ERANGE;
		return -1;
	}
	memcpy(to, whole, (size_t)got);
	return got;
}

/* AIX's link follows a symbolic link, Linux's does not; the walk does it for both. */
int aix_link(const char *from, const char *to)
{
	char other[PATH_MAX];

	if (!path_to_host(to, STAY, other))
		return -1;
	ON_PATH(FOLLOW, from, link(host, other));
}

int aix_symlink(const char *text, const char *path) { ON_PATH(STAY, path, symlink(text, host)); }

int aix_rename(const char *from, const char *to)
{
	char other[PATH_MAX];

	if (!path_to_host(to, STAY, other))
		return -1;
	ON_PATH(STAY, from, rename(host, other));
}

int aix_open(const char *path, int flags, ...)
{
	int host_flags;
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & aix_O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	if (!open_flags_to_host(flags, &host_flags))
		return -1;
	ON_PATH(host_flags & O_NOFOLLOW || (host_flags & O_CREAT && host_flags & O_EXCL) ? STAY : FOLLOW, path, open(host, host_flags, mode));
}

aix_FILE *aix_fopen(const char *path, const char *mode) { return root_fopen(path, mode); }

int aix_mkstemp(char *template)
{
	static const char marks[] = "XXXXXX";
	const size_t n = strlen(marks), length = strlen(template);
	char host[PATH_MAX];
	int fd;

	if (length < n || strcmp(template + length - n, marks) != 0) {
		errno = EINVAL;
		return -1;
	}
	if (!path_to_host(template, STAY, host))
		return -1;
	fd = mkstemp(host);
	if (fd >= 0)
		memcpy(template + length - n, host + strlen(host) - n, n);
	return fd;
}

static aix_dev_t device_to_aix(dev_t dev)
{
	/* As makedev of AIX composes it; in 64 bits the first bit says that it is of that kind. */
#ifdef __64BIT__
	return dev == 0 ? 0 : 1ul << 63 | (aix_dev_t)major(dev) << 32 | minor(dev);
#else
	return (aix_dev_t)(major(dev) << 16 | (minor(dev) & 0xffff));
#endif
}

static aix_st_timespec_t time_to_aix(struct timespec t) { return (aix_st_timespec_t){ .aix_tv_sec = t.tv_sec, .aix_tv_nsec = (int)t.tv_nsec }; }

/* Modes are the same bits in both. */
_Static_assert(aix_S_IFMT == S_IFMT && aix_S_IFREG == S_IFREG && aix_S_IFDIR == S_IFDIR && aix_S_IFBLK == S_IFBLK && aix_S_IFCHR == S_IFCHR &&
	aix_S_IFIFO == S_IFIFO && aix_S_IFLNK == S_IFLNK && aix_S_IFSOCK == S_IFSOCK && aix_S_ISUID == S_ISUID && aix_S_ISGID == S_ISGID &&
	aix_S_ISVTX == S_ISVTX && aix_S_IRWXU == S_IRWXU && aix_S_IRWXG == S_IRWXG && aix_S_IRWXO == S_IRWXO, "modes");
_Static_assert(aix_F_OK == F_OK && aix_X_OK == X_OK && aix_W_OK == W_OK && aix_R_OK == R_OK, "access");
_Static_assert(aix_SEEK_SET == SEEK_SET && aix_SEEK_CUR == SEEK_CUR && aix_SEEK_END == SEEK_END, "seek");

static int stat_to_aix(int result, const struct stat *host, struct aix_stat *aix)
{
	if (result != 0)
		return result;
	*aix = (struct aix_stat){
		.aix_st_dev = device_to_aix(host->st_dev),
		.aix_st_ino = host->st_ino,
		.aix_st_mode = host->st_mode,
		.aix_st_nlink = (aix_nlink_t)(host->st_nlink < INT16_MAX ? host->st_nlink : INT16_MAX),
		.aix_st_uid = host->st_uid,
		.aix_st_gid = host->st_gid,
		.aix_st_rdev = device_to_aix(host->st_rdev),
		.aix_st_atim = time_to_aix(host->st_atim),
		.aix_st_mtim = time_to_aix(host->st_mtim),
		.aix_st_ctim = time_to_aix(host->st_ctim),
		.aix_st_blksize = host->st_blksize,
		.aix_st_blocks = host->st_blocks,
		.aix_st_size = host->st_size,
	};
	return 0;
}

int aix_fstat(int fd, struct aix_stat *aix)
{
	struct stat st;

	return stat_to_aix(fstat(fd, &st), &st, aix);
}

int aix_stat(const char *path, struct aix_stat *aix)
{
	struct stat st;

	ON_PATH(FOLLOW, path, stat_to_aix(stat(host, &st), &st, aix));
}

int aix_lstat(const char *path, struct aix_stat *aix)
{
	struct stat st;

	ON_PATH(STAY, path, stat_to_aix(lstat(host, &st), &st, aix));
}

int aix_statfs(char *path, struct aix_statfs *aix)
{
	char host[PATH_MAX];
	struct statfs fs;

	if (!path_to_host(path, FOLLOW, host) || statfs(host, &fs) != 0)
		return -1;
	*aix = (struct aix_statfs){
		.aix_f_bsize = (unsigned long)fs.f_bsize,
		.aix_f_blocks = fs.f_blocks,
		.aix_f_bfree = fs.f_bfree,
		.aix_f_bavail = fs.f_bavail,
		.aix_f_files = fs.f_files,
		.aix_f_ffree = fs.f_ffree,
		.aix_f_fsize = (unsigned long)fs.f_frsize,
		.aix_f_name_max = (int)fs.f_namelen,
	};
	return 0;
}

static const struct pair whats[] = { BOTH(_PC_CHOWN_RESTRICTED), BOTH(_PC_LINK_MAX), BOTH(_PC_NAME_MAX), BOTH(_PC_PATH_MAX), BOTH(_PC_PIPE_BUF) };

long aix_fpathconf(int fd, int what)
{
	int host;

	return TO_HOST(whats, what, &host) ? fpathconf(fd, host) : -1;
}

long aix_pathconf(const char *path, int what)
{
	int host_what;

	if (!TO_HOST(whats, what, &host_what))
		return -1;
	ON_PATH(FOLLOW, path, pathconf(host, host_what));
}

static const struct pair lock_types[] = { BOTH(F_RDLCK), BOTH(F_WRLCK), BOTH(F_UNLCK) };

static int lock(int fd, int command, struct aix_flock *aix)
{
	struct flock host = { .l_whence = aix->aix_l_whence, .l_start = aix->aix_l_start, .l_len = aix->aix_l_len };
	int type, result;

	if (!TO_HOST(lock_types, aix->aix_l_type, &type))
		return -1;
	host.l_type = (short)type;
	result = fcntl(fd, command, &host);
	if (result == 0 && command == F_GETLK && TO_AIX(lock_types, host.l_type, &type))
		*aix = (struct aix_flock){
			.aix_l_type = (short)type, .aix_l_whence = host.l_whence, .aix_l_start = host.l_start, .aix_l_len = host.l_len, .aix_l_pid = host.l_pid,
		};
	return result;
}

int aix_fcntl(int fd, int command, ...)
{
	static const struct pair commands[] = {
		BOTH(F_DUPFD), BOTH(F_GETFD), BOTH(F_SETFD), BOTH(F_GETFL), BOTH(F_SETFL), BOTH(F_GETOWN), BOTH(F_SETOWN), BOTH(F_GETLK), BOTH(F_SETLK),
		BOTH(F_SETLKW),
	};
	int host, flags;
	va_list args;
	long argument;

	va_start(args, command);
	argument = va_arg(args, long);
	va_end(args);
	if (!TO_HOST(commands, command, &host))
		return -1;
	switch (host) {
	case F_GETLK:
	case F_SETLK:
	case F_SETLKW:
		return lock(fd, host, (struct aix_flock *)argument);
	case F_GETFL:
		flags = fcntl(fd, host);
		return flags < 0 ? flags : open_flags_to_aix(flags);
	case F_SETFL:
		return open_flags_to_host((int)argument, &flags) ? fcntl(fd, host, flags) : -1;
	}
	return fcntl(fd, host, argument);
}
_Static_assert(aix_FD_CLOEXEC == FD_CLOEXEC, "fcntl");

int aix_lockf(int fd, int command, aix_off_t size)
{
	static const struct pair commands[] = { BOTH(F_ULOCK), BOTH(F_LOCK), BOTH(F_TLOCK), BOTH(F_TEST) };
	int host;

	return TO_HOST(commands, command, &host) ? lockf(fd, host, size) : -1;
}

aix_off_t aix_lseek(int fd, aix_off_t at, int from)
{
	off_t got = lseek(fd, at, from);

	if (got == (aix_off_t)got)
		return (aix_off_t)got;
	errno = EOVERFLOW;
	return -1;
}

int aix_ftruncate(int fd, aix_off_t size) { return ftruncate(fd, size); }

/* A directory, and the entry that readdir gives out. */
struct aix_sdk_dir {
	DIR *host;
	struct aix_dirent entry;
};

aix_DIR *aix_opendir(const char *path)
{
	char host[PATH_MAX];
	aix_DIR *d;

	if (!path_to_host(path, FOLLOW, host) || (d = malloc(sizeof *d)) == NULL)
		return NULL;
	d->host = opendir(host);
	if (d->host == NULL) {
		free(d);
		return NULL;
	}
	return d;
}

struct aix_dirent *aix_readdir(aix_DIR *d)
{
	const struct dirent *host = readdir(d->host);
	struct aix_dirent *entry = &d->entry;
	size_t length;

	if (host == NULL)
		return NULL;
	length = strlen(host->d_name);
	*entry = (struct aix_dirent){
		.aix_d_offset = (unsigned long)host->d_off,
		.aix_d_ino = host->d_ino,
		.aix_d_reclen = (unsigned short)(offsetof(struct aix_dirent, aix_d_name) + length + 1),
		.aix_d_namlen = (unsigned short)length,
	};
	memcpy(entry->aix_d_name, host->d_name, length + 1);
	return entry;
}

void aix_rewinddir(aix_DIR *d) { rewinddir(d->host); }

int aix_closedir(aix_DIR *d)
{
	int result = closedir(d->host);

	free(d);
	return result;
}
