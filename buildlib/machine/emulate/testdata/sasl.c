/* A function of a library that the loader was made with, and one that the library lacks. */
#include <stdio.h>

int sasl_client_init(const void *);
int sasl_server_init(const void *, const char *);

int main(void)
{
	printf("%d\n", sasl_client_init(NULL));
	fflush(stdout);
	return sasl_server_init(NULL, "x");
}
