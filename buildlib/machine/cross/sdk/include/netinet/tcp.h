/* Options of TCP [go]. */
#ifndef SDK_NETINET_TCP_H
#define SDK_NETINET_TCP_H

#define TCP_NODELAY 1
#define TCP_MAXSEG 2

#endif
