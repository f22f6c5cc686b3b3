dnl Option: tls-chain-file
dnl Summary: certificate files may hold the chain of certificates above them
dnl Needs: starttls
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_TLS_USE_CERTIFICATE_CHAIN_FILE')
