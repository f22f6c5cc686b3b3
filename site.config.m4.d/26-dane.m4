dnl Option: dane
dnl Summary: certificates checked against DNS, RFC 7672
dnl Needs: starttls
dnl Since: 8.16.1
dnl SDKLacks: RES_USE_DNSSEC of resolv.h
dnl Proof: DANE
APPENDDEF(`conf_sendmail_ENVDEF', `-DDANE')
