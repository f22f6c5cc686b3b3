dnl Option: sasl
dnl Summary: SMTP AUTH, with Cyrus SASL 2
dnl Libraries: sasl2
dnl Provider: sasl
dnl Toolbox: cyrus-sasl
dnl Proof: SASLv2
APPENDDEF(`conf_sendmail_ENVDEF', `-DSASL=2')
APPENDDEF(`conf_sendmail_LIBS', `-lsasl2')
