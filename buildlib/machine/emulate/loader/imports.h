/* What the table of imports (imports.c) takes from the other parts, besides the functions that AIX's headers declare. */
#ifndef IMPORTS_H
#define IMPORTS_H

#include <stddef.h>
#include <stdio.h>

/* How a program gets at what it imports. */
enum kind {
	FUNCTION, /* whose arguments are where AIX's are, word for word */
	WORDS,    /* in 32 bits: one that takes the address of all words (bridge32.c) */
	OBJECT,
};

struct import {
	const char *name;
	void *address;
	const char *member; /* what the library that it is imported from must end in; null for any */
	enum kind kind;
};

/* bridge32.c: functions of other libraries whose arguments are not the same words in 32 bits; what it does not know stays as it is. */
void bridge(struct import *);

/* What other libraries the loader was made with; emulate.go writes libraries.c. */
extern const struct import libraries[];
extern const size_t library_count;

/* What was compiled into the loader besides its own source, if anything was (Emulator.More): it is found before all else. */
extern const struct import more[] __attribute__((weak));
extern const size_t more_count __attribute__((weak));

/* stream.c: what programs import that were compiled with AIX's headers. */
extern char program_iob[];
int program_flsbuf(int, FILE *), program_filbuf(FILE *);
void program_perror(const char *);

extern int program_h_errno;
char *inet_ntoa_of_register(unsigned long value);

#endif
