/*
 * Functions of OpenSSL 1.1.1 that are not those of 3.0, which the loader is made with: openssl11 in libraries.go tells what of each is another. Without
 * OpenSSL, nobody calls them.
 */
#include <stddef.h>

#define OPENSSL(declaration) extern declaration __attribute__((weak))

OPENSSL(void ERR_new(void));
OPENSSL(void ERR_set_debug(const char *file, int line, const char *function));
OPENSSL(void ERR_set_error(int library, int reason, const char *format, ...));

void openssl11_ERR_put_error(int library, int function, int reason, const char *file, int line)
{
	(void)function; /* a number, for which 3.0 has a name */
	ERR_new();
	ERR_set_debug(file, line, NULL);
	ERR_set_error(library, reason, NULL);
}

int openssl11_FIPS_mode(void) { return 0; }
int openssl11_FIPS_mode_set(int on) { return on == 0; }

/* 1.1.1, of no particular letter, as the headers that programs are compiled with have it. */
unsigned long openssl11_version_num(void) { return 0x1010100fUL; }
