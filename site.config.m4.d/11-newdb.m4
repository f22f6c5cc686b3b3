dnl Option: newdb
dnl Summary: hash and btree maps, with Berkeley DB
dnl Libraries: db
dnl Headers: db.h
dnl Debian: libdb-dev
dnl Fedora: libdb-devel
dnl Map: hash
dnl Proof: NEWDB
dnl
dnl AIX has fcntl locks alone, and from version 5 on Berkeley DB does not work together with those (sendmail 8.17.1 release notes):
dnl use 4.8 or older there, or ndbm, or cdb.
APPENDDEF(`confMAPDEF', `-DNEWDB')
APPENDDEF(`confLIBS', `-ldb')
