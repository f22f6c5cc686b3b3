/* Signals, and how children end. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "check.h"

static volatile int got, count;
static sigjmp_buf away;

static void handler(int number)
{
	got = number;
	count++;
}

static void leave(int number) { siglongjmp(away, number); }

static void other_handler(int number)
{
	got = -number;
	close(-1);
}

static int ended_by(int number)
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		if (number == 0)
			_exit(42);
		kill(getpid(), number);
		_exit(1);
	}
	CHECK(waitpid(child, &status, 0) == child);
	return status;
}

int main(void)
{
	struct sigaction new, old;
	struct itimerval timer = { { 0, 0 }, { 0, 50000 } }, before;
	sigset_t set, was;
	int pipes[2], status, number;
	char byte;

	memset(&new, 0, sizeof new);
	new.sa_handler = handler;
	new.sa_flags = SA_RESTART;
	sigemptyset(&new.sa_mask);
	sigaddset(&new.sa_mask, SIGALRM);
	CHECK(SIGUSR1 == 30 && sigaction(SIGUSR1, &new, &old) == 0 && old.sa_handler == SIG_DFL);
	CHECK(kill(getpid(), SIGUSR1) == 0 && got == SIGUSR1);
	new.sa_handler = other_handler;
	CHECK(sigaction(SIGUSR1, &new, &old) == 0 && old.sa_handler == handler && old.sa_flags & SA_RESTART);
	CHECK(sigismember(&old.sa_mask, SIGALRM) == 1 && sigismember(&old.sa_mask, SIGTERM) == 0);
	errno = 0;
	kill(getpid(), SIGUSR1);
	CHECK(got == -SIGUSR1 && errno == EBADF); /* of the handler, who did not keep it */
	new.sa_handler = SIG_IGN;
	CHECK(sigaction(SIGUSR1, &new, NULL) == 0 && kill(getpid(), SIGUSR1) == 0 && sigaction(SIGUSR1, NULL, &old) == 0 && old.sa_handler == SIG_IGN);
	CHECK(sigaction(4711, &new, NULL) == -1 && errno == EINVAL);
	new.sa_flags = SA_SIGINFO;
	CHECK(sigaction(SIGUSR2, &new, NULL) == -1 && errno == EINVAL);

	/* Once only, as System V's. */
	got = 0;
	CHECK(signal(SIGUSR2, handler) == SIG_DFL && kill(getpid(), SIGUSR2) == 0 && got == SIGUSR2 && signal(SIGUSR2, SIG_DFL) == SIG_DFL);

	/* The mask. */
	new.sa_handler = handler;
	new.sa_flags = 0;
	sigaction(SIGCHLD, &new, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	got = 0;
	CHECK(sigprocmask(SIG_BLOCK, &set, &was) == 0 && sigismember(&was, SIGCHLD) == 0);
	CHECK(kill(getpid(), SIGCHLD) == 0 && got == 0);
	CHECK(sigprocmask(SIG_BLOCK, NULL, &was) == 0 && sigismember(&was, SIGCHLD) == 1);
	CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0 && got == SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	kill(getpid(), SIGCHLD);
	CHECK(sigwait(&set, &number) == 0 && number == SIGCHLD);
	CHECK(sigprocmask(SIG_SETMASK, &was, NULL) == 0 && sigprocmask(4711, &set, NULL) == -1);

	/* A slow call is interrupted without SA_RESTART. */
	CHECK(pipe(pipes) == 0);
	sigaction(SIGALRM, &new, NULL);
	CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0 && read(pipes[0], &byte, 1) == -1 && errno == EINTR && got == SIGALRM);
	timer.it_value.tv_sec = 100;
	timer.it_value.tv_usec = 7;
	CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
	memset(&timer, 0, sizeof timer);
	CHECK(setitimer(ITIMER_REAL, &timer, &before) == 0 && before.it_value.tv_sec >= 99 && before.it_value.tv_usec < 1000000);

	/* Out of a handler, by way of the mask. */
	new.sa_handler = leave;
	sigaction(SIGTERM, &new, NULL);
	count = sigsetjmp(away, 1);
	if (count == 0) {
		kill(getpid(), SIGTERM);
		CHECK(0);
	}
	CHECK(count == SIGTERM && sigprocmask(SIG_BLOCK, NULL, &was) == 0 && sigismember(&was, SIGTERM) == 0);
	new.sa_handler = SIG_DFL;
	sigaction(SIGTERM, &new, NULL);
	sigaction(SIGCHLD, &new, NULL);

	status = ended_by(0);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42 && !WIFSIGNALED(status) && !WIFSTOPPED(status));
	status = ended_by(SIGTERM);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM && !WIFEXITED(status) && !WCOREDUMP(status));
	new.sa_handler = SIG_DFL;
	sigaction(SIGUSR1, &new, NULL);
	status = ended_by(SIGUSR1);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
	CHECK(waitpid(-1, &status, WNOHANG) == -1 && errno == ECHILD);
	return passed();
}
