/* Addresses of sockets, for those who have to do with names. */
#ifndef SOCKET_H
#define SOCKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "loader.h"

struct aix_sockaddr;

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un local;
};

/* Both set errno when they cannot. */
bool family_to_host(int aix, int *host);
bool address_to_host(const struct aix_sockaddr *, size_t length, enum last, union address *, socklen_t *host_length);
int family_to_aix(int host);

#endif
