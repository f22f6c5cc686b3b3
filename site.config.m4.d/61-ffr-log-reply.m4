dnl Option: ffr-log-reply
dnl Summary: the log tells the remote server's reply when mail was refused
dnl Before: 8.16.1
dnl
dnl Always there from 8.16.1 on.
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_LOGREPLY')
