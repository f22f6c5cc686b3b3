dnl Option: mta-sts
dnl Summary: MTA-STS policies by a socket map, RFC 8461
dnl Needs: starttls regex socketmap
dnl Since: 8.17.1
dnl
dnl The check of alternative names in certificates that it needs comes with starttls.
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_MTA_STS')
