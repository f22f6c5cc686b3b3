divert(-1)
ifdef(`_NO_MAKEINFO_',, `errprint(`the result would hold the name of this machine
')m4exit(1)')
define(`OSTYPE', `divert(-1)include(_CF_DIR_`'ostype/$1.m4)divert(0)dnl')
define(`FEATURE', `divert(-1)include(_CF_DIR_`'feature/$1.m4)divert(0)dnl')
define(`VERSIONID', `divert(0)##### $1
divert(-1)')
define(`MAILER', `divert(0)M$1
divert(-1)')
divert(0)dnl
