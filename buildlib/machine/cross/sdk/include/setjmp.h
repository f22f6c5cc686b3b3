/*
 * setjmp and its kin are the SDK's own (start/setjmp.s): AIX links them into a program from libc.a, so that their buffer is nobody
 * else's business, and its size on AIX need not be known [sdk].
 */
#ifndef SDK_SETJMP_H
#define SDK_SETJMP_H

#include <signal.h>

/* The layout is start/setjmp.s's as well. A double comes first: nowhere else in a structure does AIX align it. */
typedef struct {
	double fpr[18]; /* f14 to f31 */
	long gpr[22]; /* r1, lr, cr, r13 to r31 */
	int masked; /* whether there is a mask */
	sigset_t mask;
} sdk_jmp_buf;

typedef sdk_jmp_buf jmp_buf[1];
typedef sdk_jmp_buf sigjmp_buf[1];

int setjmp(jmp_buf) __attribute__((returns_twice));
int sigsetjmp(sigjmp_buf, int) __attribute__((returns_twice));
void longjmp(jmp_buf, int) __attribute__((noreturn));
void siglongjmp(sigjmp_buf, int) __attribute__((noreturn));

#endif
