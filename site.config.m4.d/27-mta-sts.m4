dnl Option: mta-sts
dnl Summary: MTA-STS policies by a socket map, RFC 8461
dnl Needs: starttls regex socketmap
dnl Since: 8.17.1
dnl
dnl Upstream's check of alternative names in certificates is a part of it.
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_MTA_STS -D_FFR_TLS_ALTNAMES')
