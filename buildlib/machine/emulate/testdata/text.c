/* Text and time. */
#include <errno.h>
#include <regex.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include "check.h"

int main(void)
{
	char *arguments[] = { "x", "-ab", "value", "operand", "-c", NULL }, text[100];
	regmatch_t found[3];
	regex_t r;
	time_t when = 1000000000; /* 2001-09-09 01:46:40 UTC */
	struct tm t;
	int error;

	CHECK(regcomp(&r, "^(a+)(B*)$", REG_EXTENDED | REG_ICASE) == 0 && r.re_nsub == 2);
	CHECK(regexec(&r, "aaBB", 3, found, 0) == 0 && found[1].rm_so == 0 && found[1].rm_eo == 2 && found[2].rm_so == 2 && found[2].rm_eo == 4);
	CHECK(regexec(&r, "xyz", 3, found, 0) == REG_NOMATCH && regexec(&r, "aa", 0, NULL, REG_NOTBOL) == REG_NOMATCH);
	regfree(&r);
	error = regcomp(&r, "(", REG_EXTENDED);
	CHECK(error != 0 && regerror(error, &r, text, sizeof text) > 1 && strlen(text) > 0);

	CHECK(getopt(5, arguments, "ab:c") == 'a' && getopt(5, arguments, "ab:c") == 'b' && strcmp(optarg, "value") == 0);
	CHECK(getopt(5, arguments, "ab:c") == -1 && optind == 3); /* options end at the first operand */
	optind = 1;
	opterr = 0;
	arguments[1] = "-z";
	CHECK(getopt(5, arguments, "ab:c") == '?' && optopt == 'z');

	t = *gmtime(&when);
	CHECK(t.tm_year == 101 && t.tm_mon == 8 && t.tm_mday == 9 && t.tm_hour == 1 && t.tm_wday == 0 && t.tm_yday == 251);
	tzset();
	CHECK(strcmp(tzname[0], "CET") == 0 && strcmp(tzname[1], "CEST") == 0);
	t = *localtime(&when);
	CHECK(t.tm_hour == 3 && t.tm_isdst == 1 && mktime(&t) == when);
	CHECK(strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %Z %z", &t) > 0 && strcmp(text, "2001-09-09 03:46:40 CEST +0200") == 0);
	CHECK(strcmp(ctime(&when), "Sun Sep  9 03:46:40 2001\n") == 0);
	CHECK(unsetenv("TZ") == 0 && localtime(&when)->tm_hour == 1 && strcmp(ctime(&when), "Sun Sep  9 01:46:40 2001\n") == 0);
	t = *localtime(&when);
	CHECK(mktime(&t) == when && strftime(text, sizeof text, "%H %Z %z", &t) > 0 && strcmp(text, "01 UTC +0000") == 0 && strcmp(tzname[0], "UTC") == 0);
	CHECK(strtoll("-9223372036854775808", NULL, 10) == -9223372036854775807LL - 1 && strcasecmp("MiXed", "mIxED") == 0);

	openlog("text", LOG_PID, LOG_MAIL);
	errno = ETIMEDOUT;
	syslog(LOG_ERR, "%s %d: %m", "number", 5);
	CHECK(errno == ETIMEDOUT);
	return passed();
}
