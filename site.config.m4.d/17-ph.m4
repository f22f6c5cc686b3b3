dnl Option: ph
dnl Summary: maps of the CCSO name server, rarely seen today
dnl Libraries: phclient
APPENDDEF(`confMAPDEF', `-DPH_MAP')
APPENDDEF(`confLIBS', `-lphclient')
