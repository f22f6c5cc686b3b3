/* Signals: numbers and sigset_t [go], flags and operations [rust]. */
#ifndef SDK_SIGNAL_H
#define SDK_SIGNAL_H

#include <sys/types.h>

#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGEMT 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGBUS 10
#define SIGSEGV 11
#define SIGSYS 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGURG 16
#define SIGSTOP 17
#define SIGTSTP 18
#define SIGCONT 19
#define SIGCHLD 20
#define SIGCLD 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGIO 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGWINCH 28
#define SIGPWR 29
#define SIGUSR1 30
#define SIGUSR2 31
#define SIGPROF 32
#define SIGVTALRM 34

#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)
#define SIG_ERR ((void (*)(int))-1)

#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define SA_ONSTACK 0x1
#define SA_RESETHAND 0x2
#define SA_NOCLDSTOP 0x4
#define SA_RESTART 0x8
#define SA_SIGINFO 0x100
#define SA_NODEFER 0x200
#define SA_NOCLDWAIT 0x400

typedef volatile int sig_atomic_t;

/* The functions below are functions here, too, so that a program never sees the order of the bits. */
#ifdef __64BIT__
typedef struct {
	unsigned long ss_set[4];
} sigset_t;
#else
typedef struct {
	unsigned int losigs, hisigs;
} sigset_t;
#endif

typedef struct sdk_siginfo siginfo_t; /* [sdk] never looked into */

/* [rust] */
struct sigaction {
	union {
		void (*__su_handler)(int);
		void (*__su_sigaction)(int, siginfo_t *, void *);
	} sa_union;
	sigset_t sa_mask;
	int sa_flags;
};

#define sa_handler sa_union.__su_handler
#define sa_sigaction sa_union.__su_sigaction

void (*signal(int, void (*)(int)))(int);
int sigaction(int, const struct sigaction *, struct sigaction *);
int sigprocmask(int, const sigset_t *, sigset_t *);
int sigemptyset(sigset_t *);
int sigfillset(sigset_t *);
int sigaddset(sigset_t *, int);
int sigdelset(sigset_t *, int);
int sigismember(const sigset_t *, int);
int sigsuspend(const sigset_t *);
int sigpending(sigset_t *);
int sigwait(const sigset_t *, int *);
int pthread_sigmask(int, const sigset_t *, sigset_t *);
int kill(pid_t, int);
int raise(int);

#endif
