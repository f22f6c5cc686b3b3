/* The messages of DNS, which its protocol fixes; the names are BIND's. */
#ifndef SDK_ARPA_NAMESER_H
#define SDK_ARPA_NAMESER_H

#include <sys/types.h>

#define PACKETSZ 512
#define MAXDNAME 256
#define HFIXEDSZ 12
#define QFIXEDSZ 4
#define RRFIXEDSZ 10
#define INT32SZ 4
#define INT16SZ 2
#define INADDRSZ 4
#define IN6ADDRSZ 16

#define QUERY 0
#define NOERROR 0
#define FORMERR 1
#define SERVFAIL 2
#define NXDOMAIN 3
#define NOTIMP 4
#define REFUSED 5

#define T_A 1
#define T_NS 2
#define T_CNAME 5
#define T_SOA 6
#define T_PTR 12
#define T_MX 15
#define T_TXT 16
#define T_AFSDB 18
#define T_AAAA 28
#define T_SRV 33
#define T_ANY 255
#define C_IN 1
#define C_ANY 255

typedef struct {
	unsigned id : 16;
	unsigned qr : 1;
	unsigned opcode : 4;
	unsigned aa : 1;
	unsigned tc : 1;
	unsigned rd : 1;
	unsigned ra : 1;
	unsigned unused : 1;
	unsigned ad : 1;
	unsigned cd : 1;
	unsigned rcode : 4;
	unsigned qdcount : 16;
	unsigned ancount : 16;
	unsigned nscount : 16;
	unsigned arcount : 16;
} HEADER;

#define GETSHORT(s, cp) \
	do { \
		const unsigned char *sdk_p = (const unsigned char *)(cp); \
		(s) = (unsigned short)(sdk_p[0] << 8 | sdk_p[1]); \
		(cp) += INT16SZ; \
	} while (0)
#define GETLONG(l, cp) \
	do { \
		const unsigned char *sdk_p = (const unsigned char *)(cp); \
		(l) = (unsigned int)sdk_p[0] << 24 | (unsigned int)sdk_p[1] << 16 | (unsigned int)sdk_p[2] << 8 | sdk_p[3]; \
		(cp) += INT32SZ; \
	} while (0)

#endif
