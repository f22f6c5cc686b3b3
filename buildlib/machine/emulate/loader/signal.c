/* Signals. A handler of the program's is called with AIX's number, by one function that Linux knows as the handler of them all. */
#include "loader.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "aix/signal.h"

static const struct pair signals[] = {
	BOTH(SIGHUP), BOTH(SIGINT), BOTH(SIGQUIT), BOTH(SIGILL), BOTH(SIGTRAP), BOTH(SIGABRT), BOTH(SIGFPE), BOTH(SIGKILL), BOTH(SIGBUS), BOTH(SIGSEGV),
	BOTH(SIGSYS), BOTH(SIGPIPE), BOTH(SIGALRM), BOTH(SIGTERM), BOTH(SIGURG), BOTH(SIGSTOP), BOTH(SIGTSTP), BOTH(SIGCONT), BOTH(SIGCHLD),
	BOTH(SIGTTIN), BOTH(SIGTTOU), BOTH(SIGIO), BOTH(SIGXCPU), BOTH(SIGXFSZ), BOTH(SIGWINCH), BOTH(SIGPWR), BOTH(SIGUSR1), BOTH(SIGUSR2),
	BOTH(SIGPROF), BOTH(SIGVTALRM),
};

int signal_to_host(int aix)
{
	int host;

	return TO_HOST(signals, aix, &host) ? host : -1;
}

int signal_to_aix(int host)
{
	int aix;

	return TO_AIX(signals, host, &aix) ? aix : -1;
}

/* Sets. The order of the bits is our own business: programs see it through these functions only (SDK's signal.h). */
enum { SET_BITS = 8 * sizeof(aix_sigset_t), WORD_BITS = 8 * sizeof(long) };

static unsigned long *word_of(const aix_sigset_t *set, int number) { return (unsigned long *)set + (number - 1) / WORD_BITS; }
static unsigned long bit_of(int number) { return 1ul << (number - 1) % WORD_BITS; }

static bool is_number(int number)
{
	if (number < 1 || number >= SET_BITS)
		errno = EINVAL;
	return number >= 1 && number < SET_BITS;
}

int aix_sigemptyset(aix_sigset_t *set)
{
	memset(set, 0, sizeof *set);
	return 0;
}

int aix_sigaddset(aix_sigset_t *set, int number)
{
	if (!is_number(number))
		return -1;
	*word_of(set, number) |= bit_of(number);
	return 0;
}

int aix_sigismember(const aix_sigset_t *set, int number) { return is_number(number) ? (*word_of(set, number) & bit_of(number)) != 0 : -1; }

/* Signals that one side does not have are never sent on the other; they are left out. */
static const sigset_t *set_to_host(const aix_sigset_t *aix, sigset_t *host)
{
	if (aix == NULL)
		return NULL;
	sigemptyset(host);
	for (size_t i = 0; i < COUNT(signals); i++)
		if (aix_sigismember(aix, (int)signals[i].aix))
			sigaddset(host, (int)signals[i].host);
	return host;
}

static void set_to_aix(const sigset_t *host, aix_sigset_t *aix)
{
	aix_sigemptyset(aix);
	for (size_t i = 0; i < COUNT(signals); i++)
		if (sigismember(host, (int)signals[i].host))
			aix_sigaddset(aix, (int)signals[i].aix);
}

/* An error number of Linux's, or 0. */
static int change_mask(int how, const aix_sigset_t *aix, aix_sigset_t *before)
{
	static const struct pair hows[] = { BOTH(SIG_BLOCK), BOTH(SIG_UNBLOCK), BOTH(SIG_SETMASK) };
	sigset_t set, old;
	int host = SIG_BLOCK, error;

	if (aix != NULL && !TO_HOST(hows, how, &host))
		return EINVAL;
	error = pthread_sigmask(host, set_to_host(aix, &set), &old);
	if (error == 0 && before != NULL)
		set_to_aix(&old, before);
	return error;
}

int aix_sigprocmask(int how, const aix_sigset_t *set, aix_sigset_t *before)
{
	int error = change_mask(how, set, before);

	if (error != 0)
		errno = error;
	return error == 0 ? 0 : -1;
}

int aix_pthread_sigmask(int how, const aix_sigset_t *set, aix_sigset_t *before)
{
	int error = change_mask(how, set, before);

	return error == 0 ? 0 : errno_to_aix(error);
}

int aix_sigwait(const aix_sigset_t *set, int *number)
{
	sigset_t host_set;
	int host, error = sigwait(set_to_host(set, &host_set), &host);

	if (error != 0)
		return errno_to_aix(error);
	*number = signal_to_aix(host);
	return 0;
}

typedef void handler(int);
void deliver(int host);

/* The program's handlers, by Linux's numbers: as it names them, and as they are called. */
static struct {
	handler *named, *called;
} volatile handlers[NSIG];

/* What a call that was interrupted has in errno is not the handler's. */
void deliver(int host)
{
	int before = errno;

	errno = 0;
	handlers[host].called(signal_to_aix(host));
	errno = before;
}

/* What Linux calls: in 32 bits not before r2 is Linux's (enter32.S). */
#ifdef __64BIT__
#define signal_entry deliver
#else
void signal_entry(int);
#endif

static const struct pair flags[] = {
	BOTH(SA_ONSTACK), BOTH(SA_RESETHAND), BOTH(SA_NOCLDSTOP), BOTH(SA_RESTART), BOTH(SA_NODEFER), BOTH(SA_NOCLDWAIT),
};

static bool is_function(handler *h) { return h != aix_SIG_DFL && h != aix_SIG_IGN; }

int aix_sigaction(int number, const struct aix_sigaction *aix, struct aix_sigaction *before)
{
	int host = signal_to_host(number);
	handler *old_handler;
	struct sigaction new, old;

	if (host < 0)
		return -1;
	old_handler = handlers[host].named;
	if (aix != NULL) {
		/* SA_SIGINFO is refused with what is not known: nobody has described AIX's siginfo_t to us. */
		if (!BITS_TO_HOST(flags, aix->aix_sa_flags, &new.sa_flags))
			return -1;
		set_to_host(&aix->aix_sa_mask, &new.sa_mask);
		new.sa_handler = is_function(aix->aix_sa_handler) ? signal_entry : aix->aix_sa_handler == aix_SIG_IGN ? SIG_IGN : SIG_DFL;
		if (is_function(aix->aix_sa_handler)) {
			handlers[host].named = aix->aix_sa_handler;
			handlers[host].called = callable(aix->aix_sa_handler);
#ifndef __64BIT__
			new.sa_flags |= SA_ONSTACK; /* AIX's functions use what is below r1, which Linux does not leave as it is in 32 bits */
#endif
		}
	}
	if (sigaction(host, aix != NULL ? &new : NULL, &old) != 0) {
		handlers[host].named = old_handler;
		if (is_function(old_handler))
			handlers[host].called = callable(old_handler);
		return -1;
	}
	if (before != NULL) {
		before->aix_sa_handler = old.sa_handler == signal_entry ? old_handler : old.sa_handler == SIG_IGN ? aix_SIG_IGN : aix_SIG_DFL;
		before->aix_sa_flags = BITS_TO_AIX(flags, old.sa_flags);
		set_to_aix(&old.sa_mask, &before->aix_sa_mask);
	}
	return 0;
}

/* As in System V, whose signal AIX's libc has: the handler is called once, and a slow call that it interrupts is not begun again. */
void (*aix_signal(int number, void (*f)(int)))(int)
{
	struct aix_sigaction new = { .aix_sa_flags = is_function(f) ? aix_SA_RESETHAND | aix_SA_NODEFER : 0 }, old;

	new.aix_sa_handler = f;
	return aix_sigaction(number, &new, &old) == 0 ? old.aix_sa_handler : aix_SIG_ERR;
}

int aix_kill(aix_pid_t pid, int number)
{
	int host = number == 0 ? 0 : signal_to_host(number);

	return host < 0 ? -1 : kill(pid, host);
}
