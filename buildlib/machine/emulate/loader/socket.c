/* Sockets. AIX's addresses begin with their length, and those of local sockets hold a path. */
#include "loader.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "aix/net/if.h"
#include "aix/netdb.h"
#include "aix/netinet/in.h"
#include "aix/netinet/tcp.h"
#include "aix/poll.h"
#include "aix/sys/ioctl.h"
#include "aix/sys/socket.h"
#include "aix/sys/time.h"
#include "aix/sys/un.h"
#include "socket.h"

static const struct pair families[] = { BOTH(AF_UNSPEC), BOTH(AF_UNIX), BOTH(AF_INET), BOTH(AF_INET6) };

bool family_to_host(int aix, int *host)
{
	return TO_HOST(families, aix, host) || fail(EAFNOSUPPORT);
}

int family_to_aix(int host)
{
	int aix;

	return TO_AIX(families, host, &aix) ? aix : aix_AF_UNSPEC;
}

/* Linux has less room for the path than AIX. */
static bool fits(const char *host, struct sockaddr_un *address)
{
	if (strlen(host) >= sizeof address->sun_path)
		return fail(ENAMETOOLONG);
	address->sun_family = AF_UNIX;
	strcpy(address->sun_path, host);
	return true;
}

static bool local_to_host(const struct aix_sockaddr_un *aix, size_t length, enum last last, union address *host)
{
	char path[sizeof aix->aix_sun_path + 1], file[PATH_MAX];

	memcpy(path, aix->aix_sun_path, length);
	path[length] = '\0';
	return path_to_host(path, last, file) && fits(file, &host->local);
}

bool address_to_host(const struct aix_sockaddr *aix, size_t length, enum last last, union address *host, socklen_t *host_length)
{
	const size_t before_path = offsetof(struct aix_sockaddr_un, aix_sun_path);
	const struct aix_sockaddr_in *in = (const void *)aix;
	const struct aix_sockaddr_in6 *in6 = (const void *)aix;
	int family;

	if (aix == NULL)
		return fail(EFAULT);
	if (length < before_path || length > sizeof(struct aix_sockaddr_un))
		return fail(EINVAL);
	if (!family_to_host(aix->aix_sa_family, &family))
		return false;
	memset(host, 0, sizeof *host);
	host->any.sa_family = (sa_family_t)family;
	switch (family) {
	case AF_UNIX:
		*host_length = sizeof host->local;
		return local_to_host((const void *)aix, length - before_path, last, host);
	case AF_INET:
		if (length < sizeof *in)
			return fail(EINVAL);
		host->in.sin_port = in->aix_sin_port;
		host->in.sin_addr.s_addr = in->aix_sin_addr.aix_s_addr;
		*host_length = sizeof host->in;
		return true;
	case AF_INET6:
		if (length < sizeof *in6)
			return fail(EINVAL);
		host->in6.sin6_port = in6->aix_sin6_port;
		host->in6.sin6_flowinfo = in6->aix_sin6_flowinfo;
		memcpy(&host->in6.sin6_addr, &in6->aix_sin6_addr, sizeof host->in6.sin6_addr);
		host->in6.sin6_scope_id = in6->aix_sin6_scope_id;
		*host_length = sizeof host->in6;
		return true;
	}
	*host_length = sizeof host->any; /* AF_UNSPEC, which undoes a connect */
	return true;
}

/* As much as there is room for; length tells how much it is. */
static void address_to_aix(const union address *host, socklen_t host_length, struct aix_sockaddr *aix, aix_socklen_t *length)
{
	union {
		struct aix_sockaddr any;
		struct aix_sockaddr_in in;
		struct aix_sockaddr_in6 in6;
		struct aix_sockaddr_un local;
	} a;
	size_t size = offsetof(struct aix_sockaddr_un, aix_sun_path);

	if (aix == NULL || length == NULL)
		return;
	memset(&a, 0, sizeof a);
	a.any.aix_sa_family = (aix_sa_family_t)family_to_aix(host_length == 0 ? AF_UNSPEC : host->any.sa_family);
	switch (host_length == 0 ? AF_UNSPEC : host->any.sa_family) {
	case AF_UNIX: {
		const size_t before_path = offsetof(struct sockaddr_un, sun_path);
		char path[sizeof host->local.sun_path + 1] = "";
		const char *in_root;

		if (host_length > before_path)
			memcpy(path, host->local.sun_path, host_length - before_path);
		if (*path == '/' && (in_root = path_to_aix(path)) != NULL) {
			strcpy(a.local.aix_sun_path, in_root);
			size += strlen(in_root) + 1;
		}
		break;
	}
	case AF_INET:
		a.in.aix_sin_port = host->in.sin_port;
		a.in.aix_sin_addr.aix_s_addr = host->in.sin_addr.s_addr;
		size = sizeof a.in;
		break;
	case AF_INET6:
		a.in6.aix_sin6_port = host->in6.sin6_port;
		a.in6.aix_sin6_flowinfo = host->in6.sin6_flowinfo;
		memcpy(&a.in6.aix_sin6_addr, &host->in6.sin6_addr, sizeof a.in6.aix_sin6_addr);
		a.in6.aix_sin6_scope_id = host->in6.sin6_scope_id;
		size = sizeof a.in6;
		break;
	}
	a.any.aix_sa_len = (unsigned char)size;
	memcpy(aix, &a, *length < size ? *length : size);
	*length = (aix_socklen_t)size;
}

/* Kinds of sockets and protocols have the same numbers. */
_Static_assert(aix_SOCK_STREAM == SOCK_STREAM && aix_SOCK_DGRAM == SOCK_DGRAM && aix_SOCK_RAW == SOCK_RAW, "sockets");
_Static_assert(aix_IPPROTO_IP == IPPROTO_IP && aix_IPPROTO_ICMP == IPPROTO_ICMP && aix_IPPROTO_TCP == IPPROTO_TCP && aix_IPPROTO_UDP == IPPROTO_UDP &&
	aix_IPPROTO_IPV6 == IPPROTO_IPV6, "protocols");

int aix_socket(int family, int kind, int protocol)
{
	int host;

	return family_to_host(family, &host) ? socket(host, kind, protocol) : -1;
}

int aix_socketpair(int family, int kind, int protocol, int fds[2])
{
	int host;

	return family_to_host(family, &host) ? socketpair(host, kind, protocol, fds) : -1;
}

int aix_bind(int fd, const struct aix_sockaddr *aix, aix_socklen_t n)
{
	union address a;
	socklen_t length;

	return address_to_host(aix, n, STAY, &a, &length) ? bind(fd, &a.any, length) : -1;
}

int aix_connect(int fd, const struct aix_sockaddr *aix, aix_socklen_t n)
{
	union address a;
	socklen_t length;

	return address_to_host(aix, n, FOLLOW, &a, &length) ? connect(fd, &a.any, length) : -1;
}

/* For libraries of Linux's (libraries.go): a local socket is in the root. */
int root_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	const size_t before_path = offsetof(struct sockaddr_un, sun_path);
	const struct sockaddr_un *local = (const void *)address;
	union address a = { 0 };
	char path[sizeof local->sun_path + 1] = "", host[PATH_MAX];

	if (length <= before_path || length > sizeof *local || address->sa_family != AF_UNIX)
		return connect(fd, address, length);
	memcpy(path, local->sun_path, length - before_path);
	if (!path_to_host(path, FOLLOW, host) || !fits(host, &a.local))
		return -1;
	return connect(fd, &a.any, sizeof a.local);
}

/* A socket with a port that only root can have, from *port downwards. */
int aix_rresvport(int *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	for (; fd >= 0 && *port > IPPORT_RESERVED / 2; --*port) {
		a.sin_port = htons((uint16_t)*port);
		if (bind(fd, (struct sockaddr *)&a, sizeof a) == 0)
			return fd;
		if (errno != EADDRINUSE) {
			close(fd);
			return -1;
		}
	}
	if (fd >= 0) {
		close(fd);
		errno = EAGAIN;
	}
	return -1;
}

/* Calls that tell an address. */
#define TELL(call, aix, n) \
	union address a; \
	socklen_t length = sizeof a; \
	__typeof__(call) result = (call); \
	if (result >= 0) \
		address_to_aix(&a, length, aix, n); \
	return result

int aix_accept(int fd, struct aix_sockaddr *aix, aix_socklen_t *n) { TELL(accept(fd, &a.any, &length), aix, n); }
int aix_getpeername(int fd, struct aix_sockaddr *aix, aix_socklen_t *n) { TELL(getpeername(fd, &a.any, &length), aix, n); }
int aix_getsockname(int fd, struct aix_sockaddr *aix, aix_socklen_t *n) { TELL(getsockname(fd, &a.any, &length), aix, n); }

static const struct pair message_flags[] = { BOTH(MSG_OOB), BOTH(MSG_PEEK), BOTH(MSG_DONTROUTE), BOTH(MSG_WAITALL) };

aix_ssize_t aix_recvfrom(int fd, void *to, size_t size, int flags, struct aix_sockaddr *aix, aix_socklen_t *n)
{
	int host;

	if (!BITS_TO_HOST(message_flags, flags, &host))
		return -1;
	TELL(recvfrom(fd, to, size, host, &a.any, &length), aix, n);
}

aix_ssize_t aix_sendto(int fd, const void *from, size_t size, int flags, const struct aix_sockaddr *aix, aix_socklen_t n)
{
	union address a;
	socklen_t length = 0;
	int host;

	if (!BITS_TO_HOST(message_flags, flags, &host) || (aix != NULL && !address_to_host(aix, n, FOLLOW, &a, &length)))
		return -1;
	return sendto(fd, from, size, host, aix != NULL ? &a.any : NULL, length);
}

static const struct pair socket_options[] = {
	BOTH(SO_DEBUG), BOTH(SO_ACCEPTCONN), BOTH(SO_REUSEADDR), BOTH(SO_KEEPALIVE), BOTH(SO_DONTROUTE), BOTH(SO_BROADCAST), BOTH(SO_LINGER),
	BOTH(SO_OOBINLINE), BOTH(SO_REUSEPORT), BOTH(SO_SNDBUF), BOTH(SO_RCVBUF), BOTH(SO_SNDLOWAT), BOTH(SO_RCVLOWAT), BOTH(SO_SNDTIMEO),
	BOTH(SO_RCVTIMEO), BOTH(SO_ERROR), BOTH(SO_TYPE),
};
static const struct pair ip_options[] = { BOTH(IP_OPTIONS), BOTH(IP_TOS), BOTH(IP_TTL) };
static const struct pair ip6_options[] = { BOTH(IPV6_V6ONLY) };
static const struct pair tcp_options[] = { BOTH(TCP_NODELAY), BOTH(TCP_MAXSEG) };

static bool option_to_host(int level, int option, int *host_level, int *host)
{
	bool found = false;

	*host_level = level == aix_SOL_SOCKET ? SOL_SOCKET : level;
	switch (level) {
	case aix_SOL_SOCKET:
		found = TO_HOST(socket_options, option, host);
		break;
	case aix_IPPROTO_IP:
		found = TO_HOST(ip_options, option, host);
		break;
	case aix_IPPROTO_IPV6:
		found = TO_HOST(ip6_options, option, host);
		break;
	case aix_IPPROTO_TCP:
		found = TO_HOST(tcp_options, option, host);
		break;
	}
	return found || fail(ENOPROTOOPT);
}

int aix_setsockopt(int fd, int level, int option, const void *value, aix_socklen_t size)
{
	const struct aix_timeval *aix = value;
	struct timeval t;
	int host_level, host;

	if (!option_to_host(level, option, &host_level, &host))
		return -1;
	if (host_level == SOL_SOCKET && (option == aix_SO_SNDTIMEO || option == aix_SO_RCVTIMEO) && size >= sizeof *aix) {
		t = (struct timeval){ aix->aix_tv_sec, aix->aix_tv_usec };
		return setsockopt(fd, host_level, host, &t, sizeof t);
	}
	return setsockopt(fd, host_level, host, value, size);
}
_Static_assert(sizeof(struct aix_linger) == sizeof(struct linger), "linger");

int aix_poll(struct aix_pollfd *aix, aix_nfds_t n, int timeout)
{
	static const struct pair events[] = { BOTH(POLLIN), BOTH(POLLOUT), BOTH(POLLPRI), BOTH(POLLERR), BOTH(POLLHUP), BOTH(POLLNVAL) };
	struct pollfd *host = calloc(n + 1ul, sizeof *host);
	int result = -1, bits;

	if (host == NULL)
		return -1;
	for (aix_nfds_t i = 0; i < n; i++) {
		if (!BITS_TO_HOST(events, aix[i].aix_events, &bits))
			goto done;
		host[i] = (struct pollfd){ .fd = aix[i].aix_fd, .events = (short)bits };
	}
	result = poll(host, n, timeout);
	for (aix_nfds_t i = 0; result >= 0 && i < n; i++)
		aix[i].aix_revents = (unsigned short)BITS_TO_AIX(events, host[i].revents);
done:
	free(host);
	return result;
}

_Static_assert(aix_IFF_UP == IFF_UP && aix_IFF_LOOPBACK == IFF_LOOPBACK && aix_IFF_RUNNING == IFF_RUNNING, "flags of interfaces");
_Static_assert(aix_IFNAMSIZ == IFNAMSIZ, "names of interfaces");

/* Records are as long as their address says, and at least as long as a sockaddr; see facts in SDK's net/if.h. */
static int interfaces(int fd, struct aix_ifconf *aix)
{
	struct ifreq host[64];
	struct ifconf all = { .ifc_len = sizeof host, .ifc_req = host };
	char *to = aix->aix_ifc_buf, *end = to + aix->aix_ifc_len;
	union address a;

	if (ioctl(fd, SIOCGIFCONF, &all) != 0)
		return -1;
	for (size_t i = 0; i < all.ifc_len / sizeof *host; i++) {
		struct aix_ifreq r;
		aix_socklen_t size = sizeof r.aix_ifr_addr;

		memset(&r, 0, sizeof r);
		memcpy(r.aix_ifr_name, host[i].ifr_name, sizeof r.aix_ifr_name);
		a.any = host[i].ifr_addr;
		address_to_aix(&a, sizeof a.in, &r.aix_ifr_addr, &size);
		size = offsetof(struct aix_ifreq, aix_ifr_addr) + sizeof r.aix_ifr_addr;
		if (end - to < (ptrdiff_t)size)
			break;
		memcpy(to, &r, size);
		to += size;
	}
	aix->aix_ifc_len = (int)(to - aix->aix_ifc_buf);
	return 0;
}

static int interface(int fd, unsigned long request, struct aix_ifreq *aix)
{
	struct ifreq host;
	union address a;
	aix_socklen_t size = sizeof aix->aix_ifr_addr;

	memset(&host, 0, sizeof host);
	memcpy(host.ifr_name, aix->aix_ifr_name, sizeof host.ifr_name);
	if (ioctl(fd, request, &host) != 0)
		return -1;
	if (request == SIOCGIFFLAGS) {
		aix->aix_ifr_flags = host.ifr_flags;
		return 0;
	}
	a.any = host.ifr_addr;
	address_to_aix(&a, sizeof a.in, &aix->aix_ifr_addr, &size);
	return 0;
}

int aix_ioctl(int fd, int request, ...)
{
	va_list args;
	void *argument;

	va_start(args, request);
	argument = va_arg(args, void *);
	va_end(args);
	switch (request) {
	case aix_FIONREAD:
		return ioctl(fd, FIONREAD, argument);
	case aix_FIONBIO:
		return ioctl(fd, FIONBIO, argument);
	case aix_TIOCNOTTY:
		return ioctl(fd, TIOCNOTTY);
	case aix_SIOCGIFCONF:
		return interfaces(fd, argument);
	case aix_SIOCGIFFLAGS:
		return interface(fd, SIOCGIFFLAGS, argument);
	case aix_SIOCGIFADDR:
		return interface(fd, SIOCGIFADDR, argument);
	}
	errno = EINVAL;
	return -1;
}
