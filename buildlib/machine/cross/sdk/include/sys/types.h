/* Widths of the basic types [go] [rust]. */
#ifndef SDK_SYS_TYPES_H
#define SDK_SYS_TYPES_H

#include <stddef.h>
#include <stdint.h>

typedef long ssize_t;
typedef long time_t;
typedef int clock_t;
typedef int suseconds_t;
typedef int pid_t;
typedef int key_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef unsigned int mode_t;
typedef short nlink_t;
typedef long blksize_t;
typedef long blkcnt_t;
typedef unsigned int socklen_t;
typedef unsigned int pthread_t;
#ifdef __64BIT__
typedef unsigned long dev_t;
typedef unsigned long ino_t;
#else
typedef unsigned int dev_t;
typedef unsigned int ino_t;
#endif
#if defined(_LARGE_FILES) && !defined(__64BIT__)
typedef long long off_t;
#else
typedef long off_t;
#endif

/* The short names of BSD and System V. */
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef char *caddr_t;

#endif
