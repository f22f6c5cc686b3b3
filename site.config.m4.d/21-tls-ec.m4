dnl Option: tls-ec
dnl Summary: elliptic curve key exchange with OpenSSL 1.0.x
dnl Needs: starttls
dnl Before: 8.16.1
dnl OpenSSL: <1.1.0
dnl
dnl Newer libraries choose curves by themselves; there it would allow P-256 alone. 8.16.1 made it the TLS_EC setting.
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_TLS_EC')
