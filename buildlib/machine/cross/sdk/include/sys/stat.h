/* stat and its mode bits [go]. */
#ifndef SDK_SYS_STAT_H
#define SDK_SYS_STAT_H

#include <sys/types.h>

/* In a 64-bit program, the nanoseconds are an int followed by four bytes of padding. */
typedef struct {
	time_t tv_sec;
	int tv_nsec;
} st_timespec_t;

struct stat {
	dev_t st_dev;
	ino_t st_ino;
	mode_t st_mode;
	nlink_t st_nlink;
	unsigned short st_flag;
	uid_t st_uid;
	gid_t st_gid;
	dev_t st_rdev;
#ifdef __64BIT__
	int st_ssize; /* unused: st_size stands at the end */
#else
	off_t st_size;
#endif
	st_timespec_t st_atim;
	st_timespec_t st_mtim;
	st_timespec_t st_ctim;
	blksize_t st_blksize;
	blkcnt_t st_blocks;
	int st_vfstype;
	unsigned int st_vfs;
	unsigned int st_type;
	unsigned int st_gen;
	unsigned int st_reserved[9];
#ifdef __64BIT__
	unsigned int st_padto_ll;
	off_t st_size;
#endif
};

#define st_atime st_atim.tv_sec
#define st_mtime st_mtim.tv_sec
#define st_ctime st_ctim.tv_sec

#define S_IFMT 0170000
#define S_IFREG 0100000
#define S_IFDIR 0040000
#define S_IFBLK 0060000
#define S_IFCHR 0020000
#define S_IFIFO 0010000
#define S_IFLNK 0120000
#define S_IFSOCK 0140000
#define S_ISUID 0004000
#define S_ISGID 0002000
#define S_ISVTX 0001000
#define S_IRWXU 0000700
#define S_IRUSR 0000400
#define S_IWUSR 0000200
#define S_IXUSR 0000100
#define S_IRWXG 0000070
#define S_IRGRP 0000040
#define S_IWGRP 0000020
#define S_IXGRP 0000010
#define S_IRWXO 0000007
#define S_IROTH 0000004
#define S_IWOTH 0000002
#define S_IXOTH 0000001
#define S_IREAD S_IRUSR
#define S_IWRITE S_IWUSR
#define S_IEXEC S_IXUSR

#define S_ISREG(m) (((m) & S_IFMT) == S_IFREG)
#define S_ISDIR(m) (((m) & S_IFMT) == S_IFDIR)
#define S_ISBLK(m) (((m) & S_IFMT) == S_IFBLK)
#define S_ISCHR(m) (((m) & S_IFMT) == S_IFCHR)
#define S_ISFIFO(m) (((m) & S_IFMT) == S_IFIFO)
#define S_ISLNK(m) (((m) & S_IFMT) == S_IFLNK)
#define S_ISSOCK(m) (((m) & S_IFMT) == S_IFSOCK)

int stat(const char *, struct stat *);
int fstat(int, struct stat *);
int lstat(const char *, struct stat *);
int chmod(const char *, mode_t);
int fchmod(int, mode_t);
int mkdir(const char *, mode_t);
int mkfifo(const char *, mode_t);
mode_t umask(mode_t);

#endif
