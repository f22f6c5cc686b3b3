dnl Option: needs-getipnode
dnl Summary: sendmail brings getipnodebyname along, for C libraries without it
dnl Needs: ipv6
dnl
dnl Not known whether netdb.h of AIX 6 and 7 declares getipnodebyname: try ipv6 alone first.
APPENDDEF(`confENVDEF', `-DNEEDSGETIPNODE')
