/* The two addresses of IPv6 that have names; see netinet/in.h. */
#include <netinet/in.h>

const struct in6_addr in6addr_any;
const struct in6_addr in6addr_loopback = { { { [15] = 1 } } };
