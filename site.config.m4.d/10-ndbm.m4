dnl Option: ndbm
dnl Summary: dbm maps and alias files, with the ndbm library of AIX
dnl Libraries: dbm
dnl Headers: none
dnl Map: dbm
dnl Targets: aix
dnl Default: aix
dnl
dnl The map type that IBM's own sendmail uses. One key and its value must fit a block, 1024 bytes where its size is known (AIX's is not):
dnl newaliases and makemap refuse what does not and leave the old map in place. Long lists go to :include: files.
APPENDDEF(`confMAPDEF', `-DNDBM')
APPENDDEF(`confLIBS', `-ldbm')
