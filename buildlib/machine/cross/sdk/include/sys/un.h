/* Addresses of local sockets [go]: longer than elsewhere. */
#ifndef SDK_SYS_UN_H
#define SDK_SYS_UN_H

#include <sys/socket.h>

struct sockaddr_un {
	unsigned char sun_len;
	sa_family_t sun_family;
	char sun_path[1023];
};

#endif
