dnl Option: sasl
dnl Summary: SMTP AUTH, with Cyrus SASL 2
dnl Libraries: sasl2
dnl Provider: sasl
APPENDDEF(`conf_sendmail_ENVDEF', `-DSASL=2')
APPENDDEF(`conf_sendmail_LIBS', `-lsasl2')
