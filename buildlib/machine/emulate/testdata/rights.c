/* Root becomes somebody else, and goes on. */
#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

int main(int argc, char **argv)
{
	int status = -1, fd;

	if (argc > 1)
		return getuid() == 1 && getgid() == 1 && open("/etc/file", O_RDONLY) >= 0 ? 12 : 1;
	for (fd = 3; fd < sysconf(_SC_OPEN_MAX) && fd < 100000; fd++)
		close(fd); /* as daemons do */
	if (fork() == 0) {
		CHECK(chroot("/etc/file") == -1 && errno == ENOTDIR && chroot("/etc") == 0);
		CHECK(access("/file", F_OK) == 0 && access("/../etc/file", F_OK) == -1 && chdir("/..") == 0 && access("file", F_OK) == 0);
		_exit(failures);
	}
	CHECK(wait(&status) > 0 && status == 0);
	CHECK(setgroups(0, NULL) == 0 && setgid(1) == 0 && setuid(1) == 0 && getuid() == 1 && geteuid() == 1);
	CHECK(open("/etc/file", O_RDONLY) >= 0 && open("/etc/file", O_WRONLY) == -1 && errno == EACCES);
	CHECK(chdir("/etc") == 0 && access("file", R_OK) == 0 && access("../etc/file", R_OK) == 0);
	CHECK(setuid(0) == -1 && errno == EPERM && chroot("/") == -1 && errno == EPERM);
	if (fork() == 0) {
		execv("../bin/rights", (char *[]){ argv[0], "again", NULL });
		_exit(errno);
	}
	CHECK(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 12);
	return passed();
}
