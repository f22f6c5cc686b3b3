dnl Option: ffr-badrcpt-shutdown
dnl Summary: option BadRcptShutdown, hangs up after too many unknown recipients
APPENDDEF(`conf_sendmail_ENVDEF', `-D_FFR_BADRCPT_SHUTDOWN')
