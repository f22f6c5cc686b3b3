/* Time. struct tm ends with tm_isdst: there is no tm_gmtoff [rust]. */
#ifndef SDK_TIME_H
#define SDK_TIME_H

#include <sys/types.h>

#define CLOCKS_PER_SEC 1000000

struct tm {
	int tm_sec;
	int tm_min;
	int tm_hour;
	int tm_mday;
	int tm_mon;
	int tm_year;
	int tm_wday;
	int tm_yday;
	int tm_isdst;
};

struct timespec {
	time_t tv_sec;
	long tv_nsec;
};

extern char *tzname[];

time_t time(time_t *);
time_t mktime(struct tm *);
double difftime(time_t, time_t);
struct tm *gmtime(const time_t *);
struct tm *localtime(const time_t *);
char *ctime(const time_t *);
char *asctime(const struct tm *);
size_t strftime(char *, size_t, const char *, const struct tm *);
void tzset(void);
clock_t clock(void);
int nanosleep(const struct timespec *, struct timespec *);

#endif
