/*
 * Names of hosts and services: what /etc/hosts and /etc/services in the root say, and the little that every machine knows. There is no DNS:
 * a question to it is answered as on a machine that reaches no name server, so that nothing depends on where a program runs.
 */
#include "socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "aix/arpa/inet.h"
#include "aix/netdb.h"
#include "aix/resolv.h"
#include "imports.h"

/* What AIX brings along in /etc/hosts, and this machine's own name. It is looked at after the root's file. */
static const char known_hosts[] = "127.0.0.1 loopback localhost\n::1 loopback localhost\n127.0.0.1 " NODE "\n";
static const char known_services[] = "smtp 25/tcp mail\nsmtps 465/tcp\nsubmission 587/tcp msa\nident 113/tcp auth\n";

enum { MOST_NAMES = 32, LINE = 1024 };

/* A line of such a file, cut into words. */
struct line {
	char text[LINE], *words[MOST_NAMES + 1];
	int count;
};

static void cut(struct line *l)
{
	char *at;

	l->text[strcspn(l->text, "#\n")] = '\0';
	l->count = 0;
	for (char *w = strtok_r(l->text, " \t\r", &at); w != NULL && l->count < MOST_NAMES; w = strtok_r(NULL, " \t\r", &at))
		l->words[l->count++] = w;
	l->words[l->count] = NULL;
}

/* Whether a line is the one; it may be called with an empty one. */
typedef bool wanted(const struct line *, const void *what);

static bool search(FILE *f, struct line *l, wanted *is, const void *what)
{
	bool found = false;

	while (f != NULL && !found && fgets(l->text, sizeof l->text, f) != NULL) {
		cut(l);
		found = is(l, what);
	}
	if (f != NULL)
		fclose(f);
	return found;
}

static bool look_up(const char *file, const char *known, struct line *l, wanted *is, const void *what)
{
	int before = errno;
	bool found = search(root_fopen(file, "re"), l, is, what) || search(fmemopen((void *)known, strlen(known), "r"), l, is, what);

	errno = before;
	return found;
}

struct question {
	int family; /* Linux's */
	const char *name; /* or an address */
	unsigned char address[sizeof(struct in6_addr)];
};

static size_t size_of_address(int family) { return family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr); }

static bool has_name(const struct line *l, const void *what)
{
	const struct question *q = what;
	unsigned char address[sizeof(struct in6_addr)];

	if (l->count < 2 || inet_pton(q->family, l->words[0], address) != 1)
		return false;
	for (int i = 1; i < l->count; i++)
		if (strcasecmp(l->words[i], q->name) == 0)
			return true;
	return false;
}

static bool has_address(const struct line *l, const void *what)
{
	const struct question *q = what;
	unsigned char address[sizeof(struct in6_addr)];

	return l->count >= 2 && inet_pton(q->family, l->words[0], address) == 1 && memcmp(address, q->address, size_of_address(q->family)) == 0;
}

int program_h_errno;

/* The answer, until the next question, as POSIX has it. words[0] is an address, the others are names. */
static struct aix_hostent *answer(struct line *l, int family)
{
	static _Thread_local unsigned char address[sizeof(struct in6_addr)];
	static _Thread_local char *addresses[2];
	static _Thread_local struct aix_hostent h;

	inet_pton(family, l->words[0], address);
	addresses[0] = (char *)address;
	h = (struct aix_hostent){
		.aix_h_name = l->words[1],
		.aix_h_aliases = l->words + 2,
		.aix_h_addrtype = family_to_aix(family),
		.aix_h_length = (int)size_of_address(family),
		.aix_h_addr_list = addresses,
	};
	return &h;
}

static struct aix_hostent *host_by_name(const char *name, int family, int *error)
{
	static _Thread_local struct line l;
	struct question q = { .family = family, .name = name };

	if (inet_pton(family, name, q.address) == 1) {
		l = (struct line){ .count = 2 };
		snprintf(l.text, sizeof l.text, "%s", name);
		l.words[0] = l.words[1] = l.text;
		return answer(&l, family);
	}
	if (look_up("/etc/hosts", known_hosts, &l, has_name, &q))
		return answer(&l, family);
	*error = aix_HOST_NOT_FOUND;
	return NULL;
}

struct aix_hostent *aix_gethostbyname(const char *name) { return host_by_name(name, AF_INET, &program_h_errno); }

struct aix_hostent *aix_getipnodebyaddr(const void *address, size_t size, int family, int *error)
{
	static _Thread_local struct line l;
	struct question q;

	if (family_to_host(family, &q.family) && (q.family == AF_INET || q.family == AF_INET6) && size == size_of_address(q.family)) {
		memcpy(q.address, address, size);
		if (look_up("/etc/hosts", known_hosts, &l, has_address, &q))
			return answer(&l, q.family);
	}
	*error = aix_HOST_NOT_FOUND;
	return NULL;
}

struct aix_hostent *aix_gethostbyaddr(const void *address, size_t size, int family)
{
	return aix_getipnodebyaddr(address, size, family, &program_h_errno);
}

/* Of the flags only AI_V4MAPPED changes what is found, and mapped addresses are found by nobody who asks for AF_INET as well. */
struct aix_hostent *aix_getipnodebyname(const char *name, int family, int flags, int *error)
{
	int host;

	(void)flags;
	if (family_to_host(family, &host) && (host == AF_INET || host == AF_INET6))
		return host_by_name(name, host, error);
	*error = aix_NO_RECOVERY;
	return NULL;
}

/* The answer is nobody's to free: there is one of each thread. */
void aix_freehostent(struct aix_hostent *h) { (void)h; }

struct service {
	const char *name, *protocol; /* the latter may be null */
};

static bool is_service(const struct line *l, const void *what)
{
	const struct service *s = what;
	const char *slash = l->count >= 2 ? strchr(l->words[1], '/') : NULL;

	if (slash == NULL || (s->protocol != NULL && strcmp(slash + 1, s->protocol) != 0))
		return false;
	for (int i = 0; i < l->count; i++)
		if (i != 1 && strcmp(l->words[i], s->name) == 0)
			return true;
	return false;
}

struct aix_servent *aix_getservbyname(const char *name, const char *protocol)
{
	static _Thread_local struct line l;
	static _Thread_local struct aix_servent answer;
	const struct service s = { name, protocol };

	if (!look_up("/etc/services", known_services, &l, is_service, &s))
		return NULL;
	answer = (struct aix_servent){
		.aix_s_name = l.words[0],
		.aix_s_aliases = l.words + 2,
		.aix_s_port = htons((uint16_t)atoi(l.words[1])),
		.aix_s_proto = strchr(l.words[1], '/') + 1,
	};
	return &answer;
}

static bool copy(char *to, size_t n, const char *from)
{
	return to == NULL || n == 0 || (size_t)snprintf(to, n, "%s", from) < n;
}

/* Services are told by number. */
int aix_getnameinfo(const struct aix_sockaddr *aix, size_t size, char *name, size_t name_size, char *service, size_t service_size, int flags)
{
	union address a;
	socklen_t length;
	char number[sizeof "65535"], text[INET6_ADDRSTRLEN];
	const void *bytes;
	const struct aix_hostent *h = NULL;

	if (!address_to_host(aix, size, FOLLOW, &a, &length) || (a.any.sa_family != AF_INET && a.any.sa_family != AF_INET6))
		return aix_EAI_FAMILY;
	bytes = a.any.sa_family == AF_INET ? (void *)&a.in.sin_addr : (void *)&a.in6.sin6_addr;
	if (!(flags & aix_NI_NUMERICHOST))
		h = aix_gethostbyaddr(bytes, size_of_address(a.any.sa_family), family_to_aix(a.any.sa_family));
	if (h == NULL && flags & aix_NI_NAMEREQD)
		return aix_EAI_NONAME;
	inet_ntop(a.any.sa_family, bytes, text, sizeof text);
	snprintf(number, sizeof number, "%u", ntohs(a.any.sa_family == AF_INET ? a.in.sin_port : a.in6.sin6_port));
	return copy(name, name_size, h != NULL ? h->aix_h_name : text) && copy(service, service_size, number) ? 0 : aix_EAI_OVERFLOW;
}

int aix_inet_pton(int family, const char *text, void *to)
{
	int host;

	return family_to_host(family, &host) ? inet_pton(host, text, to) : -1;
}

const char *aix_inet_ntop(int family, const void *from, char *to, size_t n)
{
	int host;

	return family_to_host(family, &host) ? inet_ntop(host, from, to, (socklen_t)n) : NULL;
}

/* A structure that is smaller than a register stands at the register's left end in AIX, at the right one in Linux. */
char *inet_ntoa_of_register(unsigned long value) { return inet_ntoa((struct in_addr){ (in_addr_t)(value >> 8 * (sizeof value - sizeof(in_addr_t))) }); }

struct aix___res_state aix__res;

int aix_res_init(void)
{
	aix__res.aix_retrans = 5;
	aix__res.aix_retry = 4;
	aix__res.aix_options = aix_RES_INIT | aix_RES_RECURSE | aix_RES_DEFNAMES | aix_RES_DNSRCH;
	return 0;
}

static int unanswered(void)
{
	program_h_errno = aix_TRY_AGAIN;
	errno = ECONNREFUSED;
	return -1;
}

int aix_res_query(const char *name, int class, int type, unsigned char *to, int n)
{
	(void)name, (void)class, (void)type, (void)to, (void)n;
	return unanswered();
}

int aix_res_search(const char *name, int class, int type, unsigned char *to, int n) { return aix_res_query(name, class, type, to, n); }

int aix_res_querydomain(const char *name, const char *domain, int class, int type, unsigned char *to, int n)
{
	(void)domain;
	return aix_res_query(name, class, type, to, n);
}
