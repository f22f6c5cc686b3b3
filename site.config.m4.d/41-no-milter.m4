dnl Option: no-milter
dnl Summary: an MTA without the interface for mail filters
dnl Conflicts: milter
dnl
dnl Upstream's own default is on: leaving the milter option out would not take it away.
APPENDDEF(`conf_sendmail_ENVDEF', `-DMILTER=0')
