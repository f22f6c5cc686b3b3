/* A function that is missing here. */
#include <netdb.h>
#include <stdio.h>

int main(void)
{
	puts("before");
	return gai_strerror(1) != NULL;
}
