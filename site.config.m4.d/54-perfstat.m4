dnl Option: perfstat
dnl Summary: QueueLA, RefuseLA and DelayLA see the load of the machine
dnl Libraries: perfstat
dnl Headers: libperfstat.h
dnl Filesets: bos.perf.libperfstat
dnl Targets: aix
dnl
dnl Without it the load average is always 0. Not on by default: the fileset, which has the library and its header, is on AIX's
dnl media but need not be installed (IBM, "Perfstat API programming"). LA_PERFSTAT is one of our patches.
APPENDDEF(`conf_sendmail_ENVDEF', `-DLA_TYPE=LA_PERFSTAT')
APPENDDEF(`conf_sendmail_LIBS', `-lperfstat')
