dnl Option: ffr-milter-connect-reply
dnl Summary: mail filters may choose the reply code that refuses a connection
dnl Needs: milter
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_MILTER_CONNECT_REPLYCODE')
