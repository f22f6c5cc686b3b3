/* What the parts of the loader know of each other. */
#ifndef LOADER_H
#define LOADER_H

#include <stdarg.h>
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

/*
 * enter64.S and enter32.S: leaves the loader for good, as AIX's kernel does. The last two are of 64 bits alone: what start code of AIX's
 * takes from r18, and a function that it calls.
 */
void enter(void *entry, int argc, char **argv, char **envp, void *block, void *init) __attribute__((noreturn));

/* What an imported function's descriptor has where others have their table of contents. The assembler files read it. */
struct thunk {
	void *function; /* Linux's or the loader's */
	void (*after)(void); /* hand_on_errno */
	const char *name, *library;
	void *behind; /* the function that stands in the table, when another helps with its arguments */
};
extern const char thunk_code[], words_code[], missing_code[];

/*
 * imports.c: the address of what is imported, which is a descriptor if it is a function. Null is an object that is missing; a function that
 * is missing has a descriptor, and ends the program when it is called.
 */
void *imported(const char *name, const char *library, bool function);

/* A function of the program's as Linux can call it. In 64 bits it is one already; in 32 bits see bridge32.c. */
#ifdef __64BIT__
#define callable(function) (function)
#else
#define callable(function) ((__typeof__(function))callable_code((const void *)(function)))
void *callable_code(const void *descriptor);
#endif

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
/* The program's errno, and what becomes of Linux's after each call; see values.c. */
int errno_for_program(void);
void hand_on_errno(void);
extern int program_errno;

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

/* What programs of this width begin with. */
#ifdef __64BIT__
#define PROGRAM_MAGIC "\x01\xf7"
#else
#define PROGRAM_MAGIC "\x01\xdf"
#endif

/* process.c: what a program that this one executes needs: qemu, the processor that it is to be, whether page 0 can be read, this loader. */
void process_set(const char *interpreter, const char *processor, const char *page0, const char *loader);

/* stream.c: a stream of the program's as Linux has it. */
FILE *stream_of(FILE *);

/* text.c */
void log_line(int priority, const char *format, va_list args);

/* thread.c: 32 bits need a stack of their own for signals in each thread. */
void signal_stack(void);

/* The name of the machine. It is the same everywhere, so that what programs say does not depend on where they run. */
#define NODE "aix.example.com"

#endif
