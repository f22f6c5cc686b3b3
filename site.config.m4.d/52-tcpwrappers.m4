dnl Option: tcpwrappers
dnl Summary: access by hosts.allow and hosts.deny, with TCP wrappers
dnl Libraries: wrap
APPENDDEF(`conf_sendmail_ENVDEF', `-DTCPWRAPPERS')
APPENDDEF(`conf_sendmail_LIBS', `-lwrap')
