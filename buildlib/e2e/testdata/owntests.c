/* What sendmail's own tests take from the system and the package does not: made of what the package takes. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef getchar
#undef putchar
int getchar(void) { return getc(stdin); }
int putchar(int c) { return putc(c, stdout); }
void perror(const char *what) { fprintf(stderr, "%s: %s\n", what, strerror(errno)); }

/* By libsm's, a line at a time, for what the tests read is lines. They ask for two things at most. */
int sm_io_sscanf(const char *, const char *, ...);

int sscanf(const char *text, const char *format, ...)
{
	void *first, *second;
	va_list args;

	va_start(args, format);
	first = va_arg(args, void *);
	second = va_arg(args, void *);
	va_end(args);
	return sm_io_sscanf(text, format, first, second);
}

int fscanf(FILE *f, const char *format, ...)
{
	char line[2048];
	void *first, *second;
	va_list args;

	if (fgets(line, sizeof line, f) == NULL)
		return EOF;
	va_start(args, format);
	first = va_arg(args, void *);
	second = va_arg(args, void *);
	va_end(args);
	return sm_io_sscanf(line, format, first, second);
}
