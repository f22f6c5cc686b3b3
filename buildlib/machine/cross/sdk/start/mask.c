/* The signal mask's part in setjmp.s. */
#include <setjmp.h>

int sdk_savemask(sdk_jmp_buf *b, int masked)
{
	b->masked = masked;
	if (masked)
		sigprocmask(SIG_BLOCK, NULL, &b->mask);
	return 0;
}

void siglongjmp(sigjmp_buf b, int value)
{
	if (b->masked)
		sigprocmask(SIG_SETMASK, &b->mask, NULL);
	longjmp(b, value);
}
