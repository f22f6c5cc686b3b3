/* Internet addresses [go]. */
#ifndef SDK_NETINET_IN_H
#define SDK_NETINET_IN_H

#include <sys/socket.h>

typedef unsigned short in_port_t;
typedef unsigned int in_addr_t;

struct in_addr {
	in_addr_t s_addr;
};

struct sockaddr_in {
	unsigned char sin_len;
	sa_family_t sin_family;
	in_port_t sin_port;
	struct in_addr sin_addr;
	unsigned char sin_zero[8];
};

struct in6_addr {
	union {
		unsigned char __s6_addr8[16];
		unsigned int __s6_addr32[4];
	} __s6_un;
};
#define s6_addr __s6_un.__s6_addr8

struct sockaddr_in6 {
	unsigned char sin6_len;
	sa_family_t sin6_family;
	in_port_t sin6_port;
	unsigned int sin6_flowinfo;
	struct in6_addr sin6_addr;
	unsigned int sin6_scope_id;
};

#define IPPROTO_IP 0
#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_IPV6 41
#define IP_OPTIONS 1
#define IP_TOS 3
#define IP_TTL 4
#define IPV6_V6ONLY 37
#define IPPORT_RESERVED 1024

#define INADDR_ANY ((in_addr_t)0x00000000)
#define INADDR_BROADCAST ((in_addr_t)0xffffffff)
#define INADDR_LOOPBACK ((in_addr_t)0x7f000001)
#define INADDR_NONE ((in_addr_t)0xffffffff)
#define INET_ADDRSTRLEN 16
#define INET6_ADDRSTRLEN 46

/* Classes of networks [bsd]. */
#define IN_CLASSA(i) (((i) & 0x80000000) == 0)
#define IN_CLASSA_NET 0xff000000
#define IN_CLASSA_NSHIFT 24
#define IN_CLASSA_HOST 0x00ffffff
#define IN_LOOPBACKNET 127

/* These are the program's own (start/addresses.c): no program of AIX's is known to take them from libc. */
extern const struct in6_addr in6addr_any, in6addr_loopback;

#define sdk_in6_word(a, n) ((a)->__s6_un.__s6_addr32[n])
#define IN6_IS_ADDR_UNSPECIFIED(a) ((sdk_in6_word(a, 0) | sdk_in6_word(a, 1) | sdk_in6_word(a, 2) | sdk_in6_word(a, 3)) == 0)
#define IN6_IS_ADDR_LOOPBACK(a) ((sdk_in6_word(a, 0) | sdk_in6_word(a, 1) | sdk_in6_word(a, 2)) == 0 && sdk_in6_word(a, 3) == 1)
#define IN6_IS_ADDR_V4MAPPED(a) ((sdk_in6_word(a, 0) | sdk_in6_word(a, 1)) == 0 && sdk_in6_word(a, 2) == 0xffff)
#define IN6_IS_ADDR_LINKLOCAL(a) ((sdk_in6_word(a, 0) & 0xffc00000) == 0xfe800000)
#define IN6_IS_ADDR_SITELOCAL(a) ((sdk_in6_word(a, 0) & 0xffc00000) == 0xfec00000)
#define IN6_ARE_ADDR_EQUAL(a, b) (__builtin_memcmp((a), (b), sizeof(struct in6_addr)) == 0)

/* The network's byte order is POWER's. */
#define htonl(n) (n)
#define htons(n) (n)
#define ntohl(n) (n)
#define ntohs(n) (n)

#endif
