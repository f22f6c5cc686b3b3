/* The first C function of a program; see crt0.s. That errno is 0 when main begins is C's promise, and AIX's start code keeps it here, too. */
#include <errno.h>
#include <stdlib.h>

int main(int, char **, char **);

void sdk_start(int argc, char **argv, char **envp)
{
	errno = 0;
	exit(main(argc, argv, envp));
}
