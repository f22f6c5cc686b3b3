dnl Option: eai
dnl Summary: addresses in UTF-8, RFC 6531, with ICU
dnl Libraries: icuuc
dnl Headers: unicode/uchar.h
dnl Debian: libicu-dev
dnl Fedora: libicu-devel
dnl Proof: USE_EAI
dnl Since: 8.17.1
APPENDDEF(`confENVDEF', `-DUSE_EAI')
APPENDDEF(`confLIBS', `-licuuc')
