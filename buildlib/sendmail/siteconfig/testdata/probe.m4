divert(-1)
A model of what sendmail's own m4 files do with a site file, for tests: values are put together by expanding the old one as an
argument, which is where commas get lost, and the build system appends and prepends after the site file has spoken.
SITE is the file to read; ENVDEF and the others are printed as the Makefile would get them.
define(`glue', `define(`$1', `$2')')
define(`APPENDDEF', `ifdef(`$1', `glue(`$1', $1 `$2')', `define(`$1', `$2')')')
define(`PREPENDDEF', `ifdef(`$1', `glue(`$1', `$2' $1)', `define(`$1', `$2')')')
undefine(`format')
undefine(`unix')
define(`confLIBSEARCH', `db')
define(`confLDOPTS', `-bad')
define(`confMAPDEF', `-DBAD')
sinclude(SITE)
PREPENDDEF(`confENVDEF', confMAPDEF)
APPENDDEF(`confENVDEF', `-DNOT_SENDMAIL')
PREPENDDEF(`confLIBS', `/objects/libsm/libsm.a')
PREPENDDEF(`confINCDIRS', `-I/source/sendmail')
divert(0)dnl
CC=confCC
LDOPTS=confLDOPTS
ENVDEF=confENVDEF conf_sendmail_ENVDEF
LIBADD=conf_sendmail_LIBS
LIBS=confLIBS
INCDIRS=confINCDIRS
LIBDIRS=confLIBDIRS
SEARCH=confLIBSEARCH
INSTDEP=confINST_DEP
QUEUE=confMSP_QUEUE_DIR
