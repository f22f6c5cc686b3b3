dnl Option: cdb
dnl Summary: constant database maps, with tinycdb
dnl Libraries: cdb
dnl Headers: cdb.h
dnl Debian: libcdb-dev
dnl Fedora: tinycdb-devel
dnl Map: cdb
dnl Proof: CDB
dnl Since: 8.16.1
APPENDDEF(`confMAPDEF', `-DCDB')
APPENDDEF(`confLIBS', `-lcdb')
