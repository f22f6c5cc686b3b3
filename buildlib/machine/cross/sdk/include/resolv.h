/*
 * The resolver. How much of BIND's __res_state AIX keeps is not known; what sendmail touches stands in its first members, in the order that
 * BIND 4 and 8 share [bsd]. The structure is libc's, and only looked at: room at its end costs nothing.
 */
#ifndef SDK_RESOLV_H
#define SDK_RESOLV_H

#include <sys/types.h>
#include <netinet/in.h>
#include <arpa/nameser.h>

#define MAXNS 3
#define MAXDNSRCH 6

struct __res_state {
	int retrans;
	int retry;
	unsigned long options;
	int nscount;
	struct sockaddr_in nsaddr_list[MAXNS];
	unsigned short id;
	char *dnsrch[MAXDNSRCH + 1];
	char defdname[256];
	char sdk_room[1024];
};

extern struct __res_state _res;

#define RES_INIT 0x0001
#define RES_DEBUG 0x0002
#define RES_AAONLY 0x0004
#define RES_USEVC 0x0008
#define RES_PRIMARY 0x0010
#define RES_IGNTC 0x0020
#define RES_RECURSE 0x0040
#define RES_DEFNAMES 0x0080
#define RES_STAYOPEN 0x0100
#define RES_DNSRCH 0x0200

int res_init(void) __asm__("_res_init"); /* [rust] */
int res_query(const char *, int, int, unsigned char *, int);
int res_querydomain(const char *, const char *, int, int, unsigned char *, int);
int res_search(const char *, int, int, unsigned char *, int);
int dn_expand(const unsigned char *, const unsigned char *, const unsigned char *, char *, int);
int dn_skipname(const unsigned char *, const unsigned char *);

#endif
