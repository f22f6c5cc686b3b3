/* Text: regular expressions, options of the command line, times of day, messages of errors, the log. */
#include "loader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <regex.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "aix/regex.h"
#include "aix/string.h"
#include "aix/syslog.h"
#include "aix/time.h"
#include "aix/unistd.h"

/* The program's regex_t holds Linux's in re_comp. */
int aix_regcomp(aix_regex_t *aix, const char *pattern, int flags)
{
	static const struct pair bits[] = { BOTH(REG_EXTENDED), BOTH(REG_ICASE), BOTH(REG_NEWLINE), BOTH(REG_NOSUB) };
	regex_t *host = malloc(sizeof *host);
	int host_flags, error;

	memset(aix, 0, sizeof *aix);
	if (host == NULL)
		return REG_ESPACE;
	error = BITS_TO_HOST(bits, flags, &host_flags) ? regcomp(host, pattern, host_flags) : REG_BADPAT;
	if (error != 0) {
		free(host);
		return error;
	}
	aix->aix_re_comp = host;
	aix->aix_re_nsub = host->re_nsub;
	aix->aix_re_cflags = flags;
	return 0;
}

int aix_regexec(const aix_regex_t *aix, const char *text, size_t n, aix_regmatch_t found[], int flags)
{
	static const struct pair bits[] = { BOTH(REG_NOTBOL), BOTH(REG_NOTEOL) };
	regmatch_t *host;
	int host_flags, error;

	if (aix->aix_re_comp == NULL || !BITS_TO_HOST(bits, flags, &host_flags))
		return REG_BADPAT;
	if (aix->aix_re_cflags & aix_REG_NOSUB)
		n = 0;
	host = calloc(n + 1, sizeof *host);
	if (host == NULL)
		return REG_ESPACE;
	error = regexec(aix->aix_re_comp, text, n, host, host_flags);
	for (size_t i = 0; error == 0 && i < n; i++)
		found[i] = (aix_regmatch_t){ host[i].rm_so, host[i].rm_eo };
	free(host);
	return error;
}
_Static_assert(aix_REG_NOMATCH == REG_NOMATCH, "the others are only for regerror");

size_t aix_regerror(int error, const aix_regex_t *aix, char *to, size_t n)
{
	return regerror(error, aix != NULL ? aix->aix_re_comp : NULL, to, n);
}

void aix_regfree(aix_regex_t *aix)
{
	if (aix->aix_re_comp == NULL)
		return;
	regfree(aix->aix_re_comp);
	free(aix->aix_re_comp);
	aix->aix_re_comp = NULL;
}

/* Options end at the first argument that is none; Linux's would look for more behind it, were it not for the +. */
int aix_getopt(int argc, char *const argv[], const char *options)
{
	char strict[256] = "+";

	if (strlen(options) > sizeof strict - 2)
		refuse("getopt: %zu letters are too many", strlen(options));
	strcat(strict, options);
	return getopt(argc, argv, strict);
}

/* AIX's struct tm is the beginning of Linux's. */
_Static_assert(offsetof(struct tm, tm_sec) == offsetof(struct aix_tm, aix_tm_sec) && offsetof(struct tm, tm_isdst) == offsetof(struct aix_tm, aix_tm_isdst) &&
	sizeof(struct aix_tm) <= offsetof(struct tm, tm_gmtoff), "struct tm");

/* Without TZ it is UTC: the zone of the machine below is nobody's business. */
static bool has_zone(void) { return getenv("TZ") != NULL; }

void aix_tzset(void)
{
	if (has_zone())
		tzset();
	else
		tzname[0] = tzname[1] = "UTC";
}

struct aix_tm *aix_gmtime(const aix_time_t *t) { return (struct aix_tm *)gmtime(t); }
struct aix_tm *aix_localtime(const aix_time_t *t) { return (struct aix_tm *)(has_zone() ? localtime(t) : gmtime(t)); }
char *aix_ctime(const aix_time_t *t) { return asctime((struct tm *)aix_localtime(t)); }

aix_time_t aix_mktime(struct aix_tm *aix)
{
	struct tm host = { 0 };
	time_t t;

	memcpy(&host, aix, sizeof *aix);
	t = has_zone() ? mktime(&host) : timegm(&host);
	memcpy(aix, &host, sizeof *aix);
	return t;
}

size_t aix_strftime(char *to, size_t n, const char *format, const struct aix_tm *aix)
{
	struct tm host = { 0 };

	memcpy(&host, aix, sizeof *aix);
	aix_tzset();
	host.tm_zone = tzname[host.tm_isdst > 0];
	host.tm_gmtoff = has_zone() ? -timezone + (host.tm_isdst > 0 ? 3600 : 0) : 0;
	return strftime(to, n, format, &host);
}

char *aix_strerror(int number)
{
	static _Thread_local char text[32];
	int host = errno_to_host(number);

	if (host >= 0)
		return strerror(host);
	snprintf(text, sizeof text, "Error %d occurred.", number);
	return text;
}

/*
 * The log. There is no syslogd; what it would have written goes to LOG_FILE in the root, if its directory is there, and is lost if not.
 * Standard error will not do: daemons close it.
 */
#define LOG_FILE "/var/log/syslog"

static const char *log_name;
static int log_options, log_facility = aix_LOG_USER;

void aix_openlog(const char *name, int options, int facility)
{
	log_facility = facility;
	log_name = name;
	log_options = options;
}

void aix_closelog(void) { log_name = NULL; }

_Static_assert(aix_LOG_EMERG == LOG_EMERG && aix_LOG_DEBUG == LOG_DEBUG, "levels");

/* All go to one file; AIX's syslogd writes before the program's name which facility and which level they are of, as in mail:info. */
static const char *const levels[] = { "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug" };
static const struct {
	int number;
	const char *name;
} facilities[] = {
	{ aix_LOG_KERN, "kern" }, { aix_LOG_USER, "user" }, { aix_LOG_MAIL, "mail" }, { aix_LOG_DAEMON, "daemon" }, { aix_LOG_AUTH, "auth" },
	{ aix_LOG_LOCAL0, "local0" }, { aix_LOG_LOCAL1, "local1" }, { aix_LOG_LOCAL2, "local2" }, { aix_LOG_LOCAL3, "local3" },
	{ aix_LOG_LOCAL4, "local4" }, { aix_LOG_LOCAL5, "local5" }, { aix_LOG_LOCAL6, "local6" }, { aix_LOG_LOCAL7, "local7" },
};

static const char *facility_of(int priority)
{
	const int level = aix_LOG_DEBUG, wanted = (priority & ~level) != 0 ? priority & ~level : log_facility;

	for (size_t i = 0; i < COUNT(facilities); i++)
		if (facilities[i].number == wanted)
			return facilities[i].name;
	return "unknown";
}

void log_line(int priority, const char *format, va_list args)
{
	char host[PATH_MAX], *message, when[sizeof "Jan 02 15:04:05"], who[32] = "";
	time_t now = time(NULL);
	struct tm t;
	int fd, error = errno_to_host(errno_for_program());

	if (!path_to_host(LOG_FILE, FOLLOW, host))
		goto done;
	fd = open(host, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY | O_CLOEXEC, 0666);
	if (fd < 0)
		goto done;
	/* Whoever the program becomes later goes on with the file. Only its owner can say so, and the owner has said it. */
	if (fchmod(fd, 0666) != 0)
		errno = 0;
	strftime(when, sizeof when, "%b %d %H:%M:%S", has_zone() ? localtime_r(&now, &t) : gmtime_r(&now, &t));
	if (log_options & aix_LOG_PID)
		snprintf(who, sizeof who, "[%d]", getpid());
	errno = error > 0 ? error : 0; /* for %m */
	if (vasprintf(&message, format, args) >= 0) {
		dprintf(fd, "%s %s %s:%s %s%s: %s\n", when, NODE, facility_of(priority), levels[priority & aix_LOG_DEBUG],
			log_name != NULL ? log_name : "syslog", who, message);
		free(message);
	}
	close(fd);
done:
	errno = 0; /* the program's stays */
}

void aix_syslog(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(priority, format, args);
	va_end(args);
}
