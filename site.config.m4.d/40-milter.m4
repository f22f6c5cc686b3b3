dnl Option: milter
dnl Summary: mail filters can be attached to the MTA
dnl Default: all
APPENDDEF(`conf_sendmail_ENVDEF', `-DMILTER=1')
