/* A function that is missing here. */
#include <stdio.h>
#include <sys/sem.h>

int main(void)
{
	puts("before");
	return semget(1, 1, 0);
}
