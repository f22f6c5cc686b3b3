dnl Option: milter-poll
dnl Summary: libmilter waits with poll instead of select
dnl Needs: libmilter
APPENDDEF(`conf_libmilter_ENVDEF', `-DSM_CONF_POLL=1')
