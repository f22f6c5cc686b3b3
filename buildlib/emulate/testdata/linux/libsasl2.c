/* Stands for a library of Linux's: it reads a file, whose name it knows. */
#include <stdio.h>

int sasl_client_init(const void *callbacks)
{
	FILE *f = fopen("/etc/sasl.conf", "r");
	int n = -1;

	(void)callbacks;
	if (f != NULL) {
		if (fscanf(f, "%d", &n) != 1)
			n = -2;
		fclose(f);
	}
	return n;
}
