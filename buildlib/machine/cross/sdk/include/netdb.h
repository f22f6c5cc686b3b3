/* Names of hosts and services [rust]; the errors are BIND's. */
#ifndef SDK_NETDB_H
#define SDK_NETDB_H

#include <sys/types.h>
#include <netinet/in.h>

struct hostent {
	char *h_name;
	char **h_aliases;
	int h_addrtype;
	int h_length;
	char **h_addr_list;
};
#define h_addr h_addr_list[0]

struct servent {
	char *s_name;
	char **s_aliases;
	int s_port;
	char *s_proto;
};

struct protoent {
	char *p_name;
	char **p_aliases;
	int p_proto;
};

struct addrinfo {
	int ai_flags;
	int ai_family;
	int ai_socktype;
	int ai_protocol;
	size_t ai_addrlen;
	char *ai_canonname;
	struct sockaddr *ai_addr;
	struct addrinfo *ai_next;
	int ai_eflags;
};

extern int h_errno; /* [bsd] */
#define HOST_NOT_FOUND 1
#define TRY_AGAIN 2
#define NO_RECOVERY 3
#define NO_DATA 4
#define NO_ADDRESS NO_DATA

#define AI_CANONNAME 0x1
#define AI_PASSIVE 0x2
#define AI_NUMERICHOST 0x4
#define AI_ADDRCONFIG 0x8
#define AI_V4MAPPED 0x10
#define AI_ALL 0x20
#define AI_NUMERICSERV 0x40
#define AI_DEFAULT 0x18

#define EAI_AGAIN 2
#define EAI_BADFLAGS 3
#define EAI_FAIL 4
#define EAI_FAMILY 5
#define EAI_MEMORY 6
#define EAI_NODATA 7
#define EAI_NONAME 8
#define EAI_SERVICE 9
#define EAI_SOCKTYPE 10
#define EAI_SYSTEM 11
#define EAI_OVERFLOW 13

#define NI_MAXHOST 1025
#define NI_MAXSERV 32
#define NI_NOFQDN 0x1
#define NI_NUMERICHOST 0x2
#define NI_NAMEREQD 0x4
#define NI_NUMERICSERV 0x8
#define NI_DGRAM 0x10

struct hostent *gethostbyname(const char *);
struct hostent *gethostbyaddr(const void *, size_t, int);
/* IBM, "Technical Reference: Base Operating System", 5.2 to 7.2, has these three in netdb.h and libc. */
struct hostent *getipnodebyname(const char *, int, int, int *);
struct hostent *getipnodebyaddr(const void *, size_t, int, int *);
void freehostent(struct hostent *);
struct servent *getservbyname(const char *, const char *);
struct servent *getservbyport(int, const char *);
struct protoent *getprotobyname(const char *);
int getaddrinfo(const char *, const char *, const struct addrinfo *, struct addrinfo **);
void freeaddrinfo(struct addrinfo *);
const char *gai_strerror(int);
int getnameinfo(const struct sockaddr *, size_t, char *, size_t, char *, size_t, int);
int rresvport(int *);

#endif
