/*
**  Has sendmail print a socket address of a family that it does not know.
*/

#include <stdio.h>
#include <string.h>
#include "sendmail.h"

int
main(void)
{
	SOCKADDR a;

	memset(&a, 'A', sizeof(a));
	a.sa.sa_family = 99;
	puts(anynet_ntoa(&a));
	return 0;
}
