dnl Option: ndbm
dnl Summary: dbm maps and alias files, with the ndbm library of AIX
dnl Libraries: dbm
dnl Targets: aix
dnl Default: aix
dnl
dnl The map type that IBM's own sendmail uses. One key and its value must fit a block of about 1 KB: long lists go to :include: files.
APPENDDEF(`confMAPDEF', `-DNDBM')
APPENDDEF(`confLIBS', `-ldbm')
