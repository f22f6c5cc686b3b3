/* Executing other programs, and what the system says about itself. It calls itself: each time with what is to be checked. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

static int executed(int (*call)(void))
{
	int status = -1;

	if (fork() == 0) {
		call();
		_exit(errno);
	}
	CHECK(wait(&status) > 0 && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int plain(void) { return execv("/bin/process", (char *[]){ "named", "plain", NULL }); }
static int with_environment(void) { return execle("bin/process", "named", "environment", NULL, (char *[]){ "ONLY=this", NULL }); }
static int script(void) { return execv("/bin/script", (char *[]){ "ignored", "last", NULL }); }
static int linux_script(void) { return execv("/bin/linux-script", (char *[]){ "x", NULL }); }
static int text(void) { return execv("/bin/text", (char *[]){ "x", NULL }); }
static int none(void) { return execv("/bin/none", (char *[]){ "x", NULL }); }
static int forbidden(void) { return execv("/etc", (char *[]){ "x", NULL }); }

static void make(const char *name, const char *content)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	CHECK(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content));
	close(fd);
}

static int called(int argc, char **argv)
{
	if (strcmp(argv[1], "plain") == 0)
		return argc == 2 && strcmp(argv[0], "named") == 0 && getenv("GREETING") != NULL ? 11 : 1;
	if (strcmp(argv[1], "environment") == 0)
		return environ[0] != NULL && strcmp(environ[0], "ONLY=this") == 0 && environ[1] == NULL ? 12 : 1;
	/* #!/bin/process word: the interpreter, the word, the script, its arguments */
	return argc == 4 && strcmp(argv[1], "a word") == 0 && strcmp(argv[2], "/bin/script") == 0 && strcmp(argv[3], "last") == 0 ? 13 : 1;
}

int main(int argc, char **argv)
{
	struct utsname u;
	struct timeval now;
	char name[256];
	union wait status;

	if (argc > 1)
		return called(argc, argv);
	make("/bin/script", "#! /bin/process a word\nrest\n");
	make("/bin/linux-script", "#!/bin/sh\nexit 0\n"); /* there is no such shell in the root */
	make("/bin/text", "text\n");
	CHECK(executed(plain) == 11);
	CHECK(executed(with_environment) == 12);
	CHECK(executed(script) == 13);
	CHECK(executed(linux_script) == ENOENT);
	CHECK(executed(text) == ENOEXEC);
	CHECK(executed(none) == ENOENT);
	CHECK(executed(forbidden) == EACCES);
	if (fork() == 0)
		_exit(3);
	CHECK(wait3(&status, 0, NULL) > 0 && WEXITSTATUS(status.w_status) == 3);

	CHECK(uname(&u) == 0 && strcmp(u.sysname, "AIX") == 0 && gethostname(name, sizeof name) == 0 && strcmp(u.nodename, name) == 0);
	CHECK(gethostname(name, 3) == -1);
	CHECK(sysconf(_SC_OPEN_MAX) >= 64 && sysconf(_SC_OPEN_MAX) <= 65534 && sysconf(_SC_NPROCESSORS_ONLN) >= 1 && sysconf(4711) == -1 && errno == EINVAL);
	CHECK(gettimeofday(&now, NULL) == 0 && now.tv_sec > 1000000000 && now.tv_usec >= 0 && now.tv_usec < 1000000);
	CHECK(getlogin() == NULL && getppid() > 0);
	return passed();
}
