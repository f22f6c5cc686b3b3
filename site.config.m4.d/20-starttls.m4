dnl Option: starttls
dnl Summary: encryption of SMTP with STARTTLS, with OpenSSL
dnl Libraries: ssl crypto
dnl Provider: openssl
dnl Filesets: openssl.base
dnl Toolbox: openssl
dnl Proof: STARTTLS
dnl
dnl HASURANDOMDEV: without it, sendmail for AIX asks for a RandFile and, when it gets none, silently offers no STARTTLS. AIX has had
dnl /dev/urandom since 5.2, and OpenSSL seeds itself from it.
APPENDDEF(`conf_sendmail_ENVDEF', `-DSTARTTLS -DHASURANDOMDEV=1')
APPENDDEF(`conf_sendmail_LIBS', `-lssl -lcrypto')
