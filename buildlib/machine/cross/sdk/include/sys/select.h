/* select with AIX's large sets; __fd_select is what its headers make of the name [rust] [go]. */
#ifndef SDK_SYS_SELECT_H
#define SDK_SYS_SELECT_H

#include <sys/types.h>
#include <sys/time.h>

#define FD_SETSIZE 65534 /* [rust] */
#define NFDBITS (8 * sizeof(long))

typedef struct fd_set {
	long fds_bits[(FD_SETSIZE + NFDBITS - 1) / NFDBITS];
} fd_set;

#define FD_SET(n, set) ((set)->fds_bits[(n) / NFDBITS] |= 1L << ((n) % NFDBITS))
#define FD_CLR(n, set) ((set)->fds_bits[(n) / NFDBITS] &= ~(1L << ((n) % NFDBITS)))
#define FD_ISSET(n, set) (((set)->fds_bits[(n) / NFDBITS] & (1L << ((n) % NFDBITS))) != 0)
#define FD_ZERO(set) __builtin_memset((set), 0, sizeof(fd_set))

int select(int, fd_set *, fd_set *, fd_set *, struct timeval *) __asm__("__fd_select");

#endif
