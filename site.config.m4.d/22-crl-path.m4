dnl Option: crl-path
dnl Summary: option CRLPath, a directory of revocation lists
dnl Needs: starttls
dnl Before: 8.16.1
dnl
dnl Always there from 8.16.1 on.
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_CRLPATH')
