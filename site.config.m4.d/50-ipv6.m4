dnl Option: ipv6
dnl Summary: SMTP over IPv6
dnl SDKLacks: getipnodebyname of netdb.h
dnl SDKUnless: needs-getipnode
dnl Proof: NETINET6
dnl
dnl sendmail 8.15.2 does not compile with it where resolv.h has no RES_USE_INET6, as in glibc from 2.26 on.
APPENDDEF(`confENVDEF', `-DNETINET6')
