/* Limits of a process [go]. */
#ifndef SDK_SYS_RESOURCE_H
#define SDK_SYS_RESOURCE_H

#include <sys/types.h>
#include <sys/time.h>

#define RLIMIT_CPU 0
#define RLIMIT_FSIZE 1
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_RSS 5
#define RLIMIT_AS 6
#define RLIMIT_NOFILE 7

#ifdef __64BIT__
#define RLIM_INFINITY 0x7fffffffffffffff
#else
#define RLIM_INFINITY 0x7fffffff
#endif

typedef unsigned long rlim_t;

struct rlimit {
	rlim_t rlim_cur;
	rlim_t rlim_max;
};

int getrlimit(int, struct rlimit *);
int setrlimit(int, const struct rlimit *);

#endif
