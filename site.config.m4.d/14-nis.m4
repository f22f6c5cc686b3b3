dnl Option: nis
dnl Summary: NIS maps, with the C library of AIX
dnl Targets: aix
dnl Proof: NIS
APPENDDEF(`confMAPDEF', `-DNIS')
