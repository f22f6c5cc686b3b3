dnl Option: needs-getipnode
dnl Summary: sendmail brings getipnodebyname along, for C libraries without it
dnl Needs: ipv6
dnl
dnl AIX has it (IBM, "getipnodebyname Subroutine", 5.2 to 7.2), and glibc is known to sendmail: of use elsewhere alone.
APPENDDEF(`confENVDEF', `-DNEEDSGETIPNODE')
