/* Threads, as libmilter needs them. */
#ifndef SDK_PTHREAD_H
#define SDK_PTHREAD_H

#include <sys/types.h>
#include <signal.h>
#include <time.h>

/* Of a 64-bit program, a mutex has eight longs, a condition six, a once nine [rust]; there is room behind it for what a 32-bit one may have. */
typedef struct {
	long sdk_room[16];
} pthread_mutex_t;

typedef struct {
	long sdk_room[16];
} pthread_cond_t;

typedef struct sdk_pthread_attr *pthread_attr_t;
typedef struct sdk_pthread_attr *pthread_mutexattr_t;
typedef struct sdk_pthread_attr *pthread_condattr_t;

/* OpenSSL's crypto.h names them. */
typedef struct {
	long sdk_room[16];
} pthread_once_t;
typedef unsigned int pthread_key_t;

int pthread_create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
int pthread_detach(pthread_t);
pthread_t pthread_self(void);
int pthread_cond_init(pthread_cond_t *, const pthread_condattr_t *);
int pthread_cond_destroy(pthread_cond_t *);
int pthread_cond_signal(pthread_cond_t *);
int pthread_cond_wait(pthread_cond_t *, pthread_mutex_t *);
int pthread_cond_timedwait(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
int pthread_mutex_init(pthread_mutex_t *, const pthread_mutexattr_t *);
int pthread_mutex_destroy(pthread_mutex_t *);
int pthread_mutex_lock(pthread_mutex_t *);
int pthread_mutex_unlock(pthread_mutex_t *);

#endif
