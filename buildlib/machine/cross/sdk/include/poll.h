/* poll [go]. */
#ifndef SDK_POLL_H
#define SDK_POLL_H

typedef unsigned int nfds_t;

struct pollfd {
	int fd;
	unsigned short events;
	unsigned short revents;
};

#define POLLIN 0x0001
#define POLLOUT 0x0002
#define POLLPRI 0x0004
#define POLLERR 0x4000
#define POLLHUP 0x2000
#define POLLNVAL 0x8000

int poll(struct pollfd *, nfds_t, int);

#endif
