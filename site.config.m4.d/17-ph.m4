dnl Option: ph
dnl Summary: maps of the CCSO name server, rarely seen today
dnl Libraries: phclient
dnl Headers: phclient.h
dnl Proof: PH_MAP
APPENDDEF(`confMAPDEF', `-DPH_MAP')
APPENDDEF(`confLIBS', `-lphclient')
