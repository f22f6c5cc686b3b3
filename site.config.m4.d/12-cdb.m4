dnl Option: cdb
dnl Summary: constant database maps, with tinycdb
dnl Libraries: cdb
dnl Since: 8.16.1
APPENDDEF(`confMAPDEF', `-DCDB')
APPENDDEF(`confLIBS', `-lcdb')
