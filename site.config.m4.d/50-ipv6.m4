dnl Option: ipv6
dnl Summary: SMTP over IPv6
dnl Proof: NETINET6
APPENDDEF(`confENVDEF', `-DNETINET6')
