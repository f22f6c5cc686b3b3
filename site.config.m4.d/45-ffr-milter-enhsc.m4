dnl Option: ffr-milter-enhsc
dnl Summary: enhanced status codes of mail filters reach bounce messages
dnl Needs: milter
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_MILTER_ENHSC')
