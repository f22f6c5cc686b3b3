/* The types of netinet/ip.h [bsd]. */
#ifndef SDK_NETINET_IN_SYSTM_H
#define SDK_NETINET_IN_SYSTM_H

typedef unsigned short n_short;
typedef unsigned int n_long;
typedef unsigned int n_time;

#endif
