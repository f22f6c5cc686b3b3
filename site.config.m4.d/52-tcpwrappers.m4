dnl Option: tcpwrappers
dnl Summary: access by hosts.allow and hosts.deny, with TCP wrappers
dnl Libraries: wrap
dnl Headers: tcpd.h
dnl Debian: libwrap0-dev
dnl Fedora: tcp_wrappers-devel
dnl Proof: TCPWRAPPERS
APPENDDEF(`conf_sendmail_ENVDEF', `-DTCPWRAPPERS')
APPENDDEF(`conf_sendmail_LIBS', `-lwrap')
