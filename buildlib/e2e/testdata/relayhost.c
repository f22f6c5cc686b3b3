/*
**  Preloaded into the sendmail of TestRelay. The names of its relays are known without DNS: those that begin with "relay." are this machine, of "down."
**  no server can tell, and any other there is not. What would go to the system's log goes to a file. Who listens to RELAY_PORT is taken for the relay, whichever
**  port was set.
*/

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

static char file[1024];
static int relay_port;

/* main() empties the environment, and closes what is open. */
__attribute__((constructor)) static void
begin(void)
{
	const char *name = getenv("RELAY_LOG");

	if (name != NULL && strlen(name) < sizeof file)
		strcpy(file, name);
	if ((name = getenv("RELAY_PORT")) != NULL)
		relay_port = atoi(name);
}

static void
note(const char *format, va_list list)
{
	char line[4096];
	int length, log;

	length = vsnprintf(line, sizeof line - 1, format, list);
	if (length > (int) sizeof line - 2)
		length = sizeof line - 2;
	line[length++] = '\n';
	log = open(file, O_WRONLY | O_APPEND | O_CREAT, 0600);
	if (write(log, line, length) != length || close(log) < 0)
		abort();
}

void
syslog(int priority, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	note(format, list);
	va_end(list);
}

/* What a distribution's program calls, compiled with _FORTIFY_SOURCE. */
void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	note(format, list);
	va_end(list);
}

struct hostent *
gethostbyname(const char *name)
{
	static struct in_addr address;
	static char *addresses[2], *aliases[1], known[256];
	static struct hostent host;

	if (strncmp(name, "relay.", 6) != 0)
	{
		h_errno = strncmp(name, "down.", 5) == 0 ? TRY_AGAIN : HOST_NOT_FOUND;
		return NULL;
	}
	address.s_addr = htonl(INADDR_LOOPBACK);
	addresses[0] = (char *) &address;
	snprintf(known, sizeof known, "%s", name);
	host.h_name = known;
	host.h_aliases = aliases;
	host.h_addrtype = AF_INET;
	host.h_length = sizeof address;
	host.h_addr_list = addresses;
	return &host;
}

int
connect(int s, const struct sockaddr *to, socklen_t size)
{
	int (*real)(int, const struct sockaddr *, socklen_t) = (int (*)(int, const struct sockaddr *, socklen_t)) dlsym(RTLD_NEXT, "connect");
	struct sockaddr_in in;

	if (to->sa_family != AF_INET || relay_port == 0)
		return real(s, to, size);
	memcpy(&in, to, sizeof in);
	in.sin_port = htons(relay_port);
	return real(s, (struct sockaddr *) &in, sizeof in);
}
