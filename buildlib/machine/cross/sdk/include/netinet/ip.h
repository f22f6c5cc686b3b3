/* The header of an IP packet, which its protocol fixes. */
#ifndef SDK_NETINET_IP_H
#define SDK_NETINET_IP_H

#include <netinet/in.h>
#include <netinet/in_systm.h>

#define IPVERSION 4
#define IP_MAXPACKET 65535

#endif
