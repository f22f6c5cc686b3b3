dnl Option: ldap
dnl Summary: LDAP maps, with OpenLDAP
dnl Libraries: ldap lber
dnl
dnl The headers must be OpenLDAP's. Those of IBM's own LDAP client differ.
APPENDDEF(`confMAPDEF', `-DLDAPMAP')
APPENDDEF(`confLIBS', `-lldap -llber')
