dnl Option: libmilter
dnl Summary: the library that mail filters are written with, and its headers
dnl Builds: libmilter
dnl
dnl Upstream's top-level Makefile leaves this directory out. What it needs for threads comes from the target.
dnl NETINET6, whatever sendmail itself is built with: without it the library closes the connection of a sendmail that tells it of a client
dnl over IPv6.
APPENDDEF(`conf_libmilter_ENVDEF', `-DNETINET6')
