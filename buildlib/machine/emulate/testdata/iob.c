/* What programs have that were compiled with AIX's own headers: standard output in an array, and errno as an object. */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "check.h"

#ifdef __64BIT__
enum { ELEMENT = 88 };
#else
enum { ELEMENT = 32 };
#endif
extern char _iob[];
int __flsbuf(int, FILE *), __filbuf(FILE *);
void perror(const char *);
#define OUT ((FILE *)(_iob + ELEMENT))

#undef errno
extern int errno;

int main(void)
{
	int *cell = &errno;
	FILE *in = (FILE *)_iob;

	CHECK(close(-1) == -1 && *cell == EBADF);
	CHECK(fileno(in) == 0 && fileno(OUT) == 1);
	CHECK(__filbuf(in) == 'i' && fgetc(in) == 'n' && fgetc(in) == EOF && feof(in));
	CHECK(fputs("puts ", OUT) >= 0 && fprintf(OUT, "%d %s %.1f ", 1, "two", 3.5) == 10 && __flsbuf('c', OUT) == 'c' && putc('\n', OUT) == '\n');
	CHECK(fwrite("written\n", 1, 8, OUT) == 8);
	errno = EBADF;
	fflush(OUT);
	perror("iob");
	return passed();
}
