/* open and fcntl [go]. */
#ifndef SDK_FCNTL_H
#define SDK_FCNTL_H

#include <sys/types.h>
#include <sys/stat.h>
#include <unistd.h>

#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_NONBLOCK 4
#define O_APPEND 8
#define O_SYNC 0x10
#define O_CREAT 0x100
#define O_TRUNC 0x200
#define O_EXCL 0x400
#define O_NOCTTY 0x800
#define O_NDELAY 0x8000
#define O_CLOEXEC 0x800000
#define O_NOFOLLOW 0x1000000
#define O_ACCMODE 0x23 /* with 0x20, open for execution */

#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_GETOWN 8
#define F_SETOWN 9
#ifdef __64BIT__
#define F_GETLK 11
#define F_SETLK 12
#define F_SETLKW 13
#else
#define F_GETLK 5
#define F_SETLK 6
#define F_SETLKW 7
#endif
#define F_RDLCK 1
#define F_WRLCK 2
#define F_UNLCK 3
#define FD_CLOEXEC 1

#ifdef __64BIT__
struct flock {
	short l_type;
	short l_whence;
	unsigned int l_sysid;
	pid_t l_pid;
	int l_vfs;
	off_t l_start;
	off_t l_len;
};
#else
/* The order is that of IBM's list of the fields [bsd]; sendmail clears the structure and sets l_type alone. */
struct flock {
	short l_type;
	short l_whence;
	off_t l_start;
	off_t l_len;
	unsigned int l_sysid;
	pid_t l_pid;
	int l_vfs;
};
#endif

int open(const char *, int, ...);
int creat(const char *, mode_t);
int fcntl(int, int, ...);

#endif
