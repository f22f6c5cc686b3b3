dnl Option: eai
dnl Summary: addresses in UTF-8, RFC 6531, with ICU
dnl Libraries: icuuc
dnl Since: 8.17.1
APPENDDEF(`confENVDEF', `-DUSE_EAI')
APPENDDEF(`confLIBS', `-licuuc')
