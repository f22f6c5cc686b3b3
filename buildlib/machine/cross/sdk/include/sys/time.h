/* timeval and the interval timers [go]. In a 64-bit program the microseconds are an int. */
#ifndef SDK_SYS_TIME_H
#define SDK_SYS_TIME_H

#include <sys/types.h>
#include <time.h>

struct timeval {
	time_t tv_sec;
	suseconds_t tv_usec;
};

struct timezone {
	int tz_minuteswest;
	int tz_dsttime;
};

struct itimerval {
	struct timeval it_interval;
	struct timeval it_value;
};

#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2

#define timerisset(t) ((t)->tv_sec || (t)->tv_usec)
#define timerclear(t) ((t)->tv_sec = 0, (t)->tv_usec = 0)
/* Only for operators that are not <= or >=. */
#define timercmp(a, b, op) ((a)->tv_sec == (b)->tv_sec ? (a)->tv_usec op (b)->tv_usec : (a)->tv_sec op (b)->tv_sec)
#define timeradd(a, b, sum) \
	do { \
		(sum)->tv_sec = (a)->tv_sec + (b)->tv_sec; \
		(sum)->tv_usec = (a)->tv_usec + (b)->tv_usec; \
		if ((sum)->tv_usec >= 1000000) { \
			(sum)->tv_sec++; \
			(sum)->tv_usec -= 1000000; \
		} \
	} while (0)
#define timersub(a, b, rest) \
	do { \
		(rest)->tv_sec = (a)->tv_sec - (b)->tv_sec; \
		(rest)->tv_usec = (a)->tv_usec - (b)->tv_usec; \
		if ((rest)->tv_usec < 0) { \
			(rest)->tv_sec--; \
			(rest)->tv_usec += 1000000; \
		} \
	} while (0)

#include <sys/select.h>

int gettimeofday(struct timeval *, void *);
int setitimer(int, struct itimerval *, struct itimerval *);
int getitimer(int, struct itimerval *);
int utimes(const char *, const struct timeval *);

#endif
