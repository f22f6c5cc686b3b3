dnl Option: ffr-milter-check
dnl Summary: strict checks of what a mail filter answers, for its developers
dnl Needs: milter
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_MILTER_CHECK')
