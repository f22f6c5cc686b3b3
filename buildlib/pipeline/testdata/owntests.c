/* What sendmail's own tests take from the system and the package does not: made of what the package takes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#undef getchar
#undef putchar
int getchar(void) { return getc(stdin); }
int putchar(int c) { return putc(c, stdout); }
void perror(const char *what) { fprintf(stderr, "%s: %s\n", what, strerror(errno)); }
