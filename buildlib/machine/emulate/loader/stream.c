/*
 * Streams, which are Linux's own. A program that was compiled with AIX's headers has standard input, output and error in an array of libc's, _iob,
 * whose elements are AIX's: of 88 bytes, or of 32 in 32 bits (so say the addresses of standard error in 171 published programs). Nothing is
 * ever in them: AIX's putc and getc, which are macros, find no room in a buffer and call __flsbuf and __filbuf.
 */
#include "loader.h"

#include <string.h>

#include "aix/stdio.h"
#include "aix/string.h"
#include "imports.h"

enum { ELEMENT = sizeof(void *) == 8 ? 88 : 32 };

char program_iob[3 * ELEMENT] __attribute__((aligned(16)));

FILE *stream_of(FILE *f)
{
	FILE *const standard[] = { stdin, stdout, stderr };
	const uintptr_t at = (uintptr_t)f - (uintptr_t)program_iob;

	return at < sizeof program_iob ? standard[at / ELEMENT] : f;
}

int program_flsbuf(int c, FILE *f) { return putc(c, stream_of(f)); }
int program_filbuf(FILE *f) { return getc(stream_of(f)); }

int aix_fclose(aix_FILE *f) { return fclose(stream_of(f)); }
int aix_feof(aix_FILE *f) { return feof(stream_of(f)); }
int aix_ferror(aix_FILE *f) { return ferror(stream_of(f)); }
int aix_fflush(aix_FILE *f) { return fflush(stream_of(f)); }
int aix_fgetc(aix_FILE *f) { return fgetc(stream_of(f)); }
char *aix_fgets(char *to, int n, aix_FILE *f) { return fgets(to, n, stream_of(f)); }
int aix_fileno(aix_FILE *f) { return fileno(stream_of(f)); }
int aix_fputc(int c, aix_FILE *f) { return fputc(c, stream_of(f)); }
int aix_fputs(const char *text, aix_FILE *f) { return fputs(text, stream_of(f)); }
size_t aix_fread(void *to, size_t size, size_t n, aix_FILE *f) { return fread(to, size, n, stream_of(f)); }
int aix_fseek(aix_FILE *f, long to, int from) { return fseek(stream_of(f), to, from); }
size_t aix_fwrite(const void *from, size_t size, size_t n, aix_FILE *f) { return fwrite(from, size, n, stream_of(f)); }
int aix_getc(aix_FILE *f) { return getc(stream_of(f)); }
int aix_putc(int c, aix_FILE *f) { return putc(c, stream_of(f)); }
int aix_ungetc(int c, aix_FILE *f) { return ungetc(c, stream_of(f)); }
int aix_vfprintf(aix_FILE *f, const char *format, va_list args) { return vfprintf(stream_of(f), format, args); }

int aix_fprintf(aix_FILE *f, const char *format, ...)
{
	va_list args;
	int result;

	va_start(args, format);
	result = vfprintf(stream_of(f), format, args);
	va_end(args);
	return result;
}

int aix_setvbuf(aix_FILE *f, char *buffer, int mode, size_t size)
{
	static const struct pair modes[] = { BOTH(_IOFBF), BOTH(_IOLBF), BOTH(_IONBF) };
	int host;

	return TO_HOST(modes, mode, &host) ? setvbuf(stream_of(f), buffer, host, size) : -1;
}

void program_perror(const char *text)
{
	const char *message = aix_strerror(errno_for_program());

	if (text != NULL && *text != '\0')
		fprintf(stderr, "%s: %s\n", text, message);
	else
		fprintf(stderr, "%s\n", message);
}
