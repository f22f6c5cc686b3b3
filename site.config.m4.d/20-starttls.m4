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
dnl _FFR_TLS_ALTNAMES: the option SetCertAltnames, by which the alternative names of a certificate count, not its CN alone.
dnl _FFR_SMTPS_CLIENT: the mailer flag _ of 8.18, TLS from the first byte on, for a relay's port 465. Other releases have no such thing.
APPENDDEF(`conf_sendmail_ENVDEF', `-DSTARTTLS -DHASURANDOMDEV=1 -D_FFR_TLS_ALTNAMES -D_FFR_SMTPS_CLIENT')
APPENDDEF(`conf_sendmail_LIBS', `-lssl -lcrypto')
