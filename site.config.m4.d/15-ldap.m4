dnl Option: ldap
dnl Summary: LDAP maps, with OpenLDAP
dnl Libraries: ldap lber
dnl Headers: ldap.h ldap_features.h
dnl Debian: libldap2-dev
dnl Fedora: openldap-devel
dnl Proof: LDAPMAP
dnl
dnl The headers must be OpenLDAP's. Those of IBM's own LDAP client differ, and its ldap.h may be in /usr/include; OpenLDAP's takes in ldap_features.h.
APPENDDEF(`confMAPDEF', `-DLDAPMAP')
APPENDDEF(`confLIBS', `-lldap -llber')
