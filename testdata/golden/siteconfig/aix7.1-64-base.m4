dnl Composed by sendmail-aix; changes made here are lost. Change the options, or the fragments in site.config.m4.d.
dnl sendmail 8.15.2 for aix7.1-64 with ndbm,regex,nis,starttls,sasl,milter,ipv6,needs-getipnode,perfstat
dnl
dnl from target: xlc, 64 bit
define(`confCC', `xlc -q64')
define(`confOPTIMIZE', `-O2 -qstrict')
define(`confMTCCOPTS', `-D_THREAD_SAFE')
define(`confMTLDOPTS', `-lpthread')
define(`confAR', `ar -X64')
define(`confRANLIBOPTS', `-X64')
define(`confSTRIPOPTS', `-X64')
dnl
dnl from target: aix7.1-64
define(`confENVDEF', `-D_AIX5=50300 -DHASSTRERROR=1 -DSM_CONF_STDBOOL_H=0 -D_PATH_SENDMAILCF=\"/etc/opt/sendmail/sendmail.cf\" -D_DIR_SENDMAILCF=\"/etc/opt/sendmail/\" -D_PATH_SENDMAILPID=\"/var/opt/sendmail/sendmail.pid\" -DSMRSH_CMDDIR=\"/etc/opt/sendmail/smrsh\"')
define(`confLIBS', `')
define(`confSM_OS_HEADER', `sm_os_aix')
define(`confMAPDEF', `')
dnl
dnl from target: OpenSSL from base, SASL from base
define(`confINCDIRS', `')
define(`confLIBDIRS', `')
define(`confLDOPTS', `-blibpath:/usr/lib:/lib')
dnl
dnl from traps of sendmail's build system
define(`confLIBSEARCH', `')
define(`confDEPEND_TYPE', `generic')
define(`confNROFF', `false')
dnl
dnl from layout: /opt/sendmail /etc/opt/sendmail /var/opt/sendmail
define(`confMBINDIR', `/opt/sendmail/sbin')
define(`confSBINDIR', `/opt/sendmail/sbin')
define(`confUBINDIR', `/opt/sendmail/bin')
define(`confEBINDIR', `/opt/sendmail/libexec')
define(`confLIBDIR', `/opt/sendmail/lib')
define(`confINCLUDEDIR', `/opt/sendmail/include')
define(`confMANROOT', `/opt/sendmail/share/man/cat')
define(`confMANROOTMAN', `/opt/sendmail/share/man/man')
define(`confHFDIR', `/etc/opt/sendmail')
define(`confSTDIR', `/var/opt/sendmail')
define(`confSTFILE', `statistics')
define(`confMSP_QUEUE_DIR', `/var/opt/sendmail/clientmqueue')
define(`confINST_DEP', `${DESTDIR}${MSPQ}')
define(`confSBINGRP', `system')
dnl
dnl from site.config.m4.d/10-ndbm.m4
dnl The map type that IBM's own sendmail uses. One key and its value must fit a block, 1024 bytes where its size is known (AIX's is not):
dnl newaliases and makemap refuse what does not and leave the old map in place. Long lists go to :include: files.
APPENDDEF(`confMAPDEF', `-DNDBM')
APPENDDEF(`confLIBS', `-ldbm')
dnl
dnl from site.config.m4.d/13-regex.m4
APPENDDEF(`confMAPDEF', `-DMAP_REGEX')
dnl
dnl from site.config.m4.d/14-nis.m4
APPENDDEF(`confMAPDEF', `-DNIS')
dnl
dnl from site.config.m4.d/20-starttls.m4
dnl HASURANDOMDEV: without it, sendmail for AIX asks for a RandFile and, when it gets none, silently offers no STARTTLS. AIX has had
dnl /dev/urandom since 5.2, and OpenSSL seeds itself from it.
dnl _FFR_TLS_ALTNAMES: the option SetCertAltnames, by which the alternative names of a certificate count, not its CN alone.
dnl _FFR_SMTPS_CLIENT: the mailer flag _ of 8.18, TLS from the first byte on, for a relay's port 465. Other releases have no such thing.
APPENDDEF(`conf_sendmail_ENVDEF', `-DSTARTTLS -DHASURANDOMDEV=1 -D_FFR_TLS_ALTNAMES -D_FFR_SMTPS_CLIENT')
APPENDDEF(`conf_sendmail_LIBS', `-lssl -lcrypto')
dnl
dnl from site.config.m4.d/30-sasl.m4
APPENDDEF(`conf_sendmail_ENVDEF', `-DSASL=2')
APPENDDEF(`conf_sendmail_LIBS', `-lsasl2')
dnl
dnl from site.config.m4.d/40-milter.m4
APPENDDEF(`conf_sendmail_ENVDEF', `-DMILTER=1')
dnl
dnl from site.config.m4.d/50-ipv6.m4
APPENDDEF(`confENVDEF', `-DNETINET6')
dnl
dnl from site.config.m4.d/51-needs-getipnode.m4
dnl AIX has it (IBM, "getipnodebyname Subroutine", 5.2 to 7.2), and glibc is known to sendmail: of use elsewhere alone.
APPENDDEF(`confENVDEF', `-DNEEDSGETIPNODE')
dnl
dnl from site.config.m4.d/54-perfstat.m4
dnl Without it the load average is always 0. Not on by default: the fileset, which has the library and its header, is on AIX's
dnl media but need not be installed (IBM, "Perfstat API programming"). LA_PERFSTAT is one of our patches.
APPENDDEF(`conf_sendmail_ENVDEF', `-DLA_TYPE=LA_PERFSTAT')
APPENDDEF(`conf_sendmail_LIBS', `-lperfstat')
