dnl Option: ffr-milter-crlf
dnl Summary: mail filters get all line ends as CR LF
dnl Needs: milter
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_MILTER_CONVERT_ALL_LF_TO_CRLF')
