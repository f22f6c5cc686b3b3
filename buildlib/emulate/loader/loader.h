/* What the parts of the loader know of each other. */
#ifndef LOADER_H
#define LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* AIX's FILE is opaque, and so can be Linux's own. */
#define aix_sdk_file _IO_FILE

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* The end of a run that is not the program's own: emulate.go knows both numbers. */
enum { REFUSED = 127, MISSING = 126 };

void refuse(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* image.c: the program in memory. Its entry is a function descriptor. */
void *image_load(const char *file, const char *name);

/* enter.S: leaves the loader for good, as AIX's kernel does. */
void enter(void *entry, int argc, char **argv, void *init) __attribute__((noreturn));
/* The code of all functions that are missing. Their descriptors have a struct missing where others have their table of contents. */
extern const char missing_code[];
struct missing {
	const char *name, *library;
	void *toc; /* of the loader; enter.S reads all three */
};

/* imports.c: what stands behind a name that is imported from a library, or null. */
void *imported(const char *name, const char *library);

/* values.c: sets errno, and is false. */
bool fail(int error);

/* A number of AIX's and the same thing's in Linux. Where one side has two names for one number, the first pair counts. */
struct pair {
	long aix, host;
};
#define BOTH(name) { aix_##name, name }
bool pair_to_host(const struct pair *, size_t, long aix, int *host);
bool pair_to_aix(const struct pair *, size_t, long host, int *aix);
/* The same of words of bits: a bit without a pair is refused (to host) or dropped (to AIX). */
bool bits_to_host(const struct pair *, size_t, long aix, int *host);
int bits_to_aix(const struct pair *, size_t, long host);
#define TO_HOST(pairs, aix, host) pair_to_host(pairs, COUNT(pairs), aix, host)
#define TO_AIX(pairs, host, aix) pair_to_aix(pairs, COUNT(pairs), host, aix)
#define BITS_TO_HOST(pairs, aix, host) bits_to_host(pairs, COUNT(pairs), aix, host)
#define BITS_TO_AIX(pairs, host) bits_to_aix(pairs, COUNT(pairs), host)
bool open_flags_to_host(int aix, int *host);
int open_flags_to_aix(int host);
int errno_to_aix(int host);
int errno_to_host(int aix);
/* Linux's errno as the program would have it; see values.c. */
int errno_for_program(void);

/*
 * path.c: what the loader keeps open for itself and for the programs that this one executes, behind the last descriptor that programs may
 * have. The name that it gets opens the same thing, whatever rights the program has by then. A name of that kind stays as it is.
 */
const char *keep(const char *path, int flags);
enum { KEPT = 2 };
#define KEPT_PREFIX "/proc/self/fd/"

/* Where in Linux a path of the program's is; false sets errno. The buffer has PATH_MAX bytes. */
enum last { FOLLOW, STAY }; /* what to do with a symbolic link at the end */
void root_set(const char *directory);
const char *root_directory(void); /* as keep named it */
int root_descriptor(void);
bool path_to_host(const char *path, enum last, char *host);
/* The other way; null for what is outside of the root. */
const char *path_to_aix(const char *host);
FILE *root_fopen(const char *path, const char *mode);

/* signal.c */
int signal_to_aix(int host);
int signal_to_host(int aix);

/* process.c: what a program that this one executes needs. */
void process_set(const char *interpreter, const char *loader);

/* The name of the machine. It is the same everywhere, so that what programs say does not depend on where they run. */
#define NODE "aix.example.com"

#endif
