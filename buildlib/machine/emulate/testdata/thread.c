/* Threads, as libmilter has them. */
#include <errno.h>
#include <pthread.h>
#include <time.h>
#include "check.h"

static pthread_mutex_t lock;
static pthread_cond_t changed;
static int sum, done;

static void *add(void *argument)
{
	pthread_detach(pthread_self());
	for (int i = 0; i < 1000; i++) {
		pthread_mutex_lock(&lock);
		sum += *(int *)argument;
		pthread_mutex_unlock(&lock);
	}
	errno = EBADF; /* of this thread alone */
	pthread_mutex_lock(&lock);
	done++;
	pthread_cond_signal(&changed);
	pthread_mutex_unlock(&lock);
	return NULL;
}

int main(void)
{
	int one = 1, two = 2;
	pthread_t threads[2];
	struct timespec past = { 1, 0 };

	errno = 0;
	CHECK(pthread_mutex_init(&lock, NULL) == 0 && pthread_cond_init(&changed, NULL) == 0);
	CHECK(pthread_create(&threads[0], NULL, add, &one) == 0 && pthread_create(&threads[1], NULL, add, &two) == 0);
	CHECK(threads[0] != pthread_self() && threads[1] != pthread_self());
	pthread_mutex_lock(&lock);
	while (done < 2)
		pthread_cond_wait(&changed, &lock);
	CHECK(sum == 3000 && errno == 0);
	CHECK(pthread_cond_timedwait(&changed, &lock, &past) == ETIMEDOUT);
	pthread_mutex_unlock(&lock);
	CHECK(pthread_mutex_destroy(&lock) == 0 && pthread_cond_destroy(&changed) == 0 && pthread_detach(4711) == ESRCH);
	return passed();
}
