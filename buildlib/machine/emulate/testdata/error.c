/* Error numbers. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "check.h"

int main(void)
{
	int kept, *cell = &errno;

	errno = 0;
	close(-1);
	CHECK(*cell == EBADF && cell == &errno); /* there is one cell, and it is written to at once */
	errno = 0;
	CHECK(close(-1) == -1 && errno == EBADF);
	CHECK(errno == EBADF); /* it stays */
	errno = ELOOP; /* 85, which is another error in Linux */
	CHECK(errno == ELOOP);
	CHECK(getpid() > 0 && errno == ELOOP); /* a call that succeeds leaves it */
	errno = 0;
	strtol("99999999999999999999", NULL, 10);
	CHECK(errno == ERANGE);
	CHECK(socket(99, SOCK_STREAM, 0) == -1 && errno == EAFNOSUPPORT && errno == 66);
	CHECK(setsockopt(0, SOL_SOCKET, SO_REUSEADDR, &kept, sizeof kept) == -1 && errno == ENOTSOCK && errno == 57);
	kept = errno;
	close(-1);
	errno = kept;
	CHECK(errno == ENOTSOCK);
	CHECK(strcmp(strerror(ENOENT), "No such file or directory") == 0);
	CHECK(strcmp(strerror(ETIMEDOUT), "Connection timed out") == 0);
	CHECK(strstr(strerror(4242), "4242") != NULL);
	return passed();
}
