/* Sockets. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "check.h"

static void talk(struct sockaddr *address, socklen_t length)
{
	int listener = socket(address->sa_family, SOCK_STREAM, 0), client = socket(address->sa_family, SOCK_STREAM, 0), server, yes = 1;
	union {
		struct sockaddr any;
		struct sockaddr_storage room;
		struct sockaddr_un local;
	} name;
	socklen_t n = sizeof name;
	struct timeval wait = { 5, 0 };
	struct pollfd p;
	char text[8];
	fd_set set;

	CHECK(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 && setsockopt(client, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes) == 0);
	CHECK(setsockopt(listener, SOL_SOCKET, 0x7777, &yes, sizeof yes) == -1 && errno == ENOPROTOOPT);
	CHECK(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0);
	CHECK(bind(listener, address, length) == 0 && listen(listener, 5) == 0);
	memset(&name, 0xff, sizeof name);
	CHECK(getsockname(listener, &name.any, &n) == 0 && n == length && name.any.sa_len == (unsigned char)length && name.any.sa_family == address->sa_family);
	CHECK(connect(client, &name.any, n) == 0);

	FD_ZERO(&set);
	FD_SET(listener, &set);
	CHECK(select(listener + 1, &set, NULL, NULL, &wait) == 1 && FD_ISSET(listener, &set) && !FD_ISSET(client, &set));
	n = sizeof name;
	server = accept(listener, &name.any, &n);
	CHECK(server >= 0 && name.any.sa_family == address->sa_family);
	p.fd = server;
	p.events = POLLIN;
	CHECK(poll(&p, 1, 0) == 0 && write(client, "hello", 5) == 5 && poll(&p, 1, 5000) == 1 && p.revents == POLLIN);
	CHECK(recvfrom(server, text, 8, MSG_PEEK, NULL, NULL) == 5 && recvfrom(server, text, 5, MSG_WAITALL, NULL, NULL) == 5 && memcmp(text, "hello", 5) == 0);
	CHECK(sendto(server, "back", 4, 0, NULL, 0) == 4 && read(client, text, 8) == 4);
	close(server);
	CHECK(read(client, text, 8) == 0);
	close(client);
	close(listener);
}

static void interfaces(void)
{
	struct ifreq records[32], flags;
	struct ifconf all;
	int fd = socket(AF_INET, SOCK_DGRAM, 0), loopbacks = 0;

	all.ifc_len = sizeof records;
	all.ifc_buf = (char *)records;
	CHECK(ioctl(fd, SIOCGIFCONF, &all) == 0 && all.ifc_len > 0);
	/* Records are as long as their addresses. */
	for (char *p = all.ifc_buf; p < all.ifc_buf + all.ifc_len;) {
		struct ifreq *r = (struct ifreq *)p;
		size_t size = r->ifr_addr.sa_len > sizeof r->ifr_addr ? r->ifr_addr.sa_len : sizeof r->ifr_addr;

		CHECK(r->ifr_addr.sa_family == AF_INET && r->ifr_addr.sa_len == sizeof(struct sockaddr_in));
		flags = *r;
		CHECK(ioctl(fd, SIOCGIFFLAGS, &flags) == 0);
		loopbacks += (flags.ifr_flags & (IFF_UP | IFF_LOOPBACK)) == (IFF_UP | IFF_LOOPBACK);
		p += offsetof(struct ifreq, ifr_addr) + size;
	}
	CHECK(loopbacks == 1);
	close(fd);
}

int main(void)
{
	struct sockaddr_in in;
	struct sockaddr_un local;
	struct sockaddr_in6 in6;
	int pair[2], fd;
	socklen_t n;

	memset(&in, 0, sizeof in);
	in.sin_family = AF_INET; /* without the length: AIX looks at it as little as we do */
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	talk((struct sockaddr *)&in, sizeof in);

	memset(&local, 0, sizeof local);
	local.sun_family = AF_UNIX;
	strcpy(local.sun_path, "/etc/socket");
	n = offsetof(struct sockaddr_un, sun_path) + strlen(local.sun_path) + 1;
	talk((struct sockaddr *)&local, n);
	CHECK(access("/etc/socket", F_OK) == 0 && unlink("/etc/socket") == 0);

	memset(&in6, 0, sizeof in6);
	in6.sin6_family = AF_INET6;
	in6.sin6_addr = in6addr_loopback;
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&in6, sizeof in6) == 0) /* not every machine has it */
		talk((struct sockaddr *)&in6, sizeof in6);

	in.sin_port = htons(1);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	CHECK(connect(fd, (struct sockaddr *)&in, sizeof in) == -1 && errno == ECONNREFUSED && errno == 79);
	CHECK(connect(fd, (struct sockaddr *)&in, 4) == -1 && errno == EINVAL);
	CHECK(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0 && write(pair[0], "x", 1) == 1);
	CHECK(ioctl(pair[1], FIONREAD, &fd) == 0 && fd == 1);
	interfaces();
	return passed();
}
