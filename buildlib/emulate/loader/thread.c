/*
 * Threads, as far as libmilter goes. AIX's thread is a number, and Linux's locks fit into the room of AIX's. Calls tell errors by result,
 * in AIX's numbers.
 */
#include "loader.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>


#include "aix/pthread.h"
#include "aix/signal.h"

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
enum { MOST = 1024 };
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

static void *run(void *number)
{
	struct thread *t = &threads[(uintptr_t)number];
	void *result;

	self = (aix_pthread_t)(uintptr_t)number;
	result = t->run(t->argument);
	pthread_mutex_lock(&threads_lock);
	t->ended = true;
	t->used = !t->detached;
	pthread_mutex_unlock(&threads_lock);
	return result;
}

int aix_pthread_create(aix_pthread_t *thread, const aix_pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
	int error = EAGAIN;

	if (attributes != NULL)
		return errno_to_aix(EINVAL);
	pthread_mutex_lock(&threads_lock);
	for (uintptr_t i = 1; i < MOST; i++) {
		if (threads[i].used)
			continue;
		threads[i] = (struct thread){ .used = true, .run = start, .argument = argument };
		error = pthread_create(&threads[i].host, NULL, run, (void *)i);
		threads[i].used = error == 0;
		*thread = (aix_pthread_t)i + 1;
		break;
	}
	pthread_mutex_unlock(&threads_lock);
	return result_of(error);
}

int aix_pthread_detach(aix_pthread_t thread)
{
	struct thread *t = &threads[(thread - 1) % MOST];
	int error = ESRCH;

	pthread_mutex_lock(&threads_lock);
	if (t->used && !t->detached && t != threads) {
		error = pthread_detach(t->host);
		t->detached = true;
		t->used = !t->ended;
	}
	pthread_mutex_unlock(&threads_lock);
	return result_of(error);
}
