/* Reads or writes through a null pointer. */
#include <stdio.h>
#include <string.h>

static volatile int *volatile nowhere;

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "write") == 0)
		*nowhere = 1;
	printf("%d\n", *nowhere);
	return 0;
}
