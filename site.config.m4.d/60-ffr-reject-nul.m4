dnl Option: ffr-reject-nul
dnl Summary: option RejectNUL, refuses messages with NUL bytes
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_REJECT_NUL_BYTE')
