/*
 * The loader of AIX programs; see emulate.go. Its arguments are of no concern to anybody but emulate.go and execve (process.c):
 *
 *	loader INTERPRETER PROCESSOR PAGE0 ROOT PROGRAM ARGUMENTS...
 *
 * INTERPRETER is the qemu that runs this as a PROCESSOR, and ROOT the directory that is the program's /, both absolute paths of Linux; PAGE0
 * is "readable" if the program may read page 0; PROGRAM is a path below ROOT; the first of ARGUMENTS is the program's name.
 */
#include "loader.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void refuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("emulate: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	_exit(REFUSED);
}

/* The loader routine whose descriptor AIX hands to a program in r19; it initialises modules, of which there are none here. */
static int initialise(void *argument, void *threads, void *module)
{
	(void)argument, (void)threads, (void)module;
	return 0;
}

/* Set-id bits: without the right to it, which is root's, the program runs as who called it. */
static void become(const char *file)
{
	struct stat st;

	if (stat(file, &st) != 0 || geteuid() != 0)
		return;
	if (st.st_mode & S_ISGID && setresgid(-1, st.st_gid, st.st_gid) != 0)
		refuse("cannot take the group of %s", file);
	if (st.st_mode & S_ISUID && setresuid(-1, st.st_uid, st.st_uid) != 0)
		refuse("cannot take the owner of %s", file);
}

enum { OWN = 6 }; /* arguments */

int main(int argc, char **argv)
{
	char file[PATH_MAX];
	static long outer[64], inner[64];
	void *entry;

	if (argc < OWN + 1)
		refuse("this is a part of sendmail-aix, which calls it");
	root_set(argv[4]);
	process_set(argv[1], argv[2], argv[3], argv[0]);
	if (!path_to_host(argv[5], FOLLOW, file))
		refuse("%s: %m", argv[5]);
	if (strcmp(argv[3], "readable") == 0 && mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != NULL)
		refuse("page 0: %m");
	entry = image_load(file, argv[5]);
	become(file);
	signal_stack();
	errno = 0;
	/* Start code of AIX's writes into a block that the one in r18 points to, at this place; nothing else is known of either. */
	outer[36] = (long)inner;
	enter(entry, argc - OWN, argv + OWN, environ, outer, (void *)initialise);
}
