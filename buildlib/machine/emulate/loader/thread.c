/*
 * Threads, as far as libmilter goes. AIX's thread is a number, and Linux's locks fit into the room of AIX's. Calls tell errors by result,
 * in AIX's numbers.
 */
#include "loader.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "aix/pthread.h"
#include "aix/signal.h"
#include "stacks.h"

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(aix_pthread_mutex_t) && sizeof(pthread_cond_t) <= sizeof(aix_pthread_cond_t), "room for locks");

static int result_of(int error) { return error == 0 ? 0 : errno_to_aix(error); }
static pthread_mutex_t *mutex(aix_pthread_mutex_t *m) { return (pthread_mutex_t *)m; }
static pthread_cond_t *condition(aix_pthread_cond_t *c) { return (pthread_cond_t *)c; }

/* Attributes are not in the SDK, and so are refused. */
int aix_pthread_mutex_init(aix_pthread_mutex_t *m, const aix_pthread_mutexattr_t *attributes)
{
	return attributes != NULL ? errno_to_aix(EINVAL) : result_of(pthread_mutex_init(mutex(m), NULL));
}

int aix_pthread_cond_init(aix_pthread_cond_t *c, const aix_pthread_condattr_t *attributes)
{
	return attributes != NULL ? errno_to_aix(EINVAL) : result_of(pthread_cond_init(condition(c), NULL));
}

int aix_pthread_mutex_destroy(aix_pthread_mutex_t *m) { return result_of(pthread_mutex_destroy(mutex(m))); }
int aix_pthread_mutex_lock(aix_pthread_mutex_t *m) { return result_of(pthread_mutex_lock(mutex(m))); }
int aix_pthread_mutex_unlock(aix_pthread_mutex_t *m) { return result_of(pthread_mutex_unlock(mutex(m))); }
int aix_pthread_cond_destroy(aix_pthread_cond_t *c) { return result_of(pthread_cond_destroy(condition(c))); }
int aix_pthread_cond_signal(aix_pthread_cond_t *c) { return result_of(pthread_cond_signal(condition(c))); }
int aix_pthread_cond_wait(aix_pthread_cond_t *c, aix_pthread_mutex_t *m) { return result_of(pthread_cond_wait(condition(c), mutex(m))); }

int aix_pthread_cond_timedwait(aix_pthread_cond_t *c, aix_pthread_mutex_t *m, const struct aix_timespec *until)
{
	const struct timespec host = { until->aix_tv_sec, until->aix_tv_nsec };

	return result_of(pthread_cond_timedwait(condition(c), mutex(m), &host));
}

/* The threads that are there, by number; the first one is the program's main thread. */
#ifdef __64BIT__
enum { MOST = 1024 };
#else
enum { MOST = STACKS };
#endif
struct thread {
	bool used, detached, ended;
	pthread_t host;
	void *(*run)(void *);
	void *argument;
};
static struct thread threads[MOST] = { { .used = true } };
static pthread_mutex_t threads_lock = PTHREAD_MUTEX_INITIALIZER;
static _Thread_local aix_pthread_t self;

aix_pthread_t aix_pthread_self(void) { return self + 1; }

/* In 32 bits Linux's r2 is found by the stack (enter32.S); in 64 bits it stays where it is, in r13, and stacks are Linux's business. */
#ifdef __64BIT__
static int take_stack(pthread_attr_t *attributes, uintptr_t number)
{
	(void)attributes, (void)number;
	return 0;
}

void signal_stack(void) { }
#else
char *thread_stacks;

static int take_stack(pthread_attr_t *attributes, uintptr_t number)
{
	if (thread_stacks == NULL) {
		char *got = mmap(NULL, (STACKS + 1ul) * STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (got == MAP_FAILED)
			return EAGAIN;
		thread_stacks = (char *)(((uintptr_t)got + STACK_SIZE - 1) & -(uintptr_t)STACK_SIZE);
	}
	return pthread_attr_setstack(attributes, thread_stacks + number * STACK_SIZE + ALTERNATE, STACK_SIZE - ALTERNATE);
}

void signal_stack(void)
{
	static char of_main[ALTERNATE];
	char *stack = thread_stacks + self * STACK_SIZE;
	stack_t alternate = { .ss_sp = self == 0 ? of_main : stack + 16, .ss_size = ALTERNATE - 16 };

	if (self != 0)
		__asm__ volatile("stw 2, 0(%0)" : : "b"(stack) : "memory");
	if (sigaltstack(&alternate, NULL) != 0)
		refuse("a stack for signals: %m");
}
#endif

static void *run(void *number)
{
	struct thread *t = &threads[(uintptr_t)number];
	void *result;

	self = (aix_pthread_t)(uintptr_t)number;
	signal_stack();
	result = t->run(t->argument);
	pthread_mutex_lock(&threads_lock);
	t->ended = true;
	pthread_mutex_unlock(&threads_lock);
	return result;
}

/* A place for a thread. That of a detached one is free when Linux has done with it: with its stack above all. */
static bool is_free(struct thread *t)
{
	if (t->used && t->detached && t->ended)
		t->used = pthread_join(t->host, NULL) != 0;
	return !t->used;
}

static int create(uintptr_t number, void *(*start)(void *), void *argument)
{
	pthread_attr_t attributes;
	int error = pthread_attr_init(&attributes);

	threads[number] = (struct thread){ .used = true, .run = callable(start), .argument = argument };
	if (error == 0)
		error = take_stack(&attributes, number);
	if (error == 0)
		error = pthread_create(&threads[number].host, &attributes, run, (void *)number);
	threads[number].used = error == 0;
	return error;
}

int aix_pthread_create(aix_pthread_t *thread, const aix_pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
	int error = EAGAIN;

	if (attributes != NULL)
		return errno_to_aix(EINVAL);
	pthread_mutex_lock(&threads_lock);
	for (uintptr_t i = 1; i < MOST; i++)
		if (is_free(&threads[i])) {
			*thread = (aix_pthread_t)i + 1;
			error = create(i, start, argument);
			break;
		}
	pthread_mutex_unlock(&threads_lock);
	return result_of(error);
}

/* Linux's thread is joined instead, when its place is wanted. */
int aix_pthread_detach(aix_pthread_t thread)
{
	struct thread *t = &threads[(thread - 1) % MOST];
	int error = ESRCH;

	pthread_mutex_lock(&threads_lock);
	if (t->used && !t->detached && t != threads) {
		t->detached = true;
		error = 0;
	}
	pthread_mutex_unlock(&threads_lock);
	return result_of(error);
}
