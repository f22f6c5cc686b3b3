/* The status of a child: a signal's number is in the third byte, unlike elsewhere [go] [rust]. */
#ifndef SDK_SYS_WAIT_H
#define SDK_SYS_WAIT_H

#include <sys/types.h>

#define WNOHANG 1
#define WUNTRACED 2

#define WIFSTOPPED(status) (((status) & 0x40) != 0)
#define WSTOPSIG(status) (WIFSTOPPED(status) ? ((status) >> 8) & 0xff : -1)
#define WIFEXITED(status) (((status) & 0xff) == 0)
#define WEXITSTATUS(status) (WIFEXITED(status) ? ((status) >> 8) & 0xff : -1)
#define WIFSIGNALED(status) (((status) & 0xff) != 0 && !WIFSTOPPED(status))
#define WTERMSIG(status) (WIFSIGNALED(status) ? ((status) >> 16) & 0xff : -1)
#define WCOREDUMP(status) (((status) & 0x80) != 0)

/* What upstream's conf.h makes sendmail call on AIX, which has them from BSD. The status is an int. */
union wait {
	int w_status;
};
struct rusage;
pid_t wait3(union wait *, int, struct rusage *);

pid_t wait(int *);
pid_t waitpid(pid_t, int *, int);

#endif
