dnl Option: fips
dnl Summary: option FIPSMode, for OpenSSL with the FIPS module
dnl Needs: starttls
dnl OpenSSL: <3.0
dnl
dnl FIPS_mode_set is gone from OpenSSL 3.
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_FIPSMODE')
