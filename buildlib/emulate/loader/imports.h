/* What the table of imports (imports.c) takes from the other parts, besides the functions that AIX's headers declare. */
#ifndef IMPORTS_H
#define IMPORTS_H

#include <stddef.h>

struct import {
	const char *name;
	void *address;
	const char *member; /* what the library that it is imported from must end in; null for any */
};

/* What other libraries the loader was made with; emulate.go writes libraries.c. */
extern const struct import libraries[];
extern const size_t library_count;

extern int program_h_errno;
char *inet_ntoa_of_register(unsigned long value);

#endif
