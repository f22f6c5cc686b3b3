/*
 * Sockets [go]. Addresses begin with their length, as in 4.4BSD. The plain names of accept and others in libc.a are those of 4.3BSD, which
 * know no length; the n names are what AIX's headers make of them [rust].
 */
#ifndef SDK_SYS_SOCKET_H
#define SDK_SYS_SOCKET_H

#include <sys/types.h>
#include <sys/uio.h>

typedef unsigned char sa_family_t;

struct sockaddr {
	unsigned char sa_len;
	sa_family_t sa_family;
	char sa_data[14];
};

/* [rust] */
struct sockaddr_storage {
	unsigned char __ss_len;
	sa_family_t ss_family;
	char __ss_pad1[6];
	long long __ss_align;
	char __ss_pad2[1272];
};

struct linger {
	int l_onoff;
	int l_linger;
};

struct msghdr {
	void *msg_name;
	socklen_t msg_namelen;
	struct iovec *msg_iov;
	int msg_iovlen;
	void *msg_control;
	socklen_t msg_controllen;
	int msg_flags;
};

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_ISO 7
#define AF_CCITT 10
#define AF_SNA 11
#define AF_ROUTE 17
#define AF_LINK 18
#define AF_INET6 24
#define AF_MAX 30

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3

#define SOL_SOCKET 0xffff
#define SO_DEBUG 0x0001
#define SO_ACCEPTCONN 0x0002
#define SO_REUSEADDR 0x0004
#define SO_KEEPALIVE 0x0008
#define SO_DONTROUTE 0x0010
#define SO_BROADCAST 0x0020
#define SO_LINGER 0x0080
#define SO_OOBINLINE 0x0100
#define SO_REUSEPORT 0x0200
#define SO_SNDBUF 0x1001
#define SO_RCVBUF 0x1002
#define SO_SNDLOWAT 0x1003
#define SO_RCVLOWAT 0x1004
#define SO_SNDTIMEO 0x1005
#define SO_RCVTIMEO 0x1006
#define SO_ERROR 0x1007
#define SO_TYPE 0x1008

#define MSG_OOB 0x1
#define MSG_PEEK 0x2
#define MSG_DONTROUTE 0x4
#define MSG_WAITALL 0x40

#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2

#define SOMAXCONN 1024

int accept(int, struct sockaddr *, socklen_t *) __asm__("naccept");
int bind(int, const struct sockaddr *, socklen_t);
int connect(int, const struct sockaddr *, socklen_t);
int getpeername(int, struct sockaddr *, socklen_t *) __asm__("ngetpeername");
int getsockname(int, struct sockaddr *, socklen_t *) __asm__("ngetsockname");
int getsockopt(int, int, int, void *, socklen_t *);
int listen(int, int);
ssize_t recv(int, void *, size_t, int);
ssize_t recvfrom(int, void *, size_t, int, struct sockaddr *, socklen_t *) __asm__("nrecvfrom");
ssize_t recvmsg(int, struct msghdr *, int) __asm__("nrecvmsg");
ssize_t send(int, const void *, size_t, int);
ssize_t sendmsg(int, const struct msghdr *, int) __asm__("nsendmsg");
ssize_t sendto(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
int setsockopt(int, int, int, const void *, socklen_t);
int shutdown(int, int);
int socket(int, int, int);
int socketpair(int, int, int, int[2]);

#endif
