dnl Option: tls-session-options
dnl Summary: TLS options for each peer, by the tls_srv_features and tls_clt_features rulesets
dnl Needs: starttls
dnl Before: 8.16.1
dnl
dnl Always there from 8.16.1 on.
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_TLS_SE_OPTS')
