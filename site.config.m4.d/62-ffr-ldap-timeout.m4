dnl Option: ffr-ldap-timeout
dnl Summary: LDAP maps can have a network timeout, with -c
dnl Needs: ldap
dnl Before: 8.16.1
APPENDDEF(`confENVDEF', `-D_FFR_LDAP_NETWORK_TIMEOUT')
