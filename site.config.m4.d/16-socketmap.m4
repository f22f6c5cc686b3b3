dnl Option: socketmap
dnl Summary: maps that another program answers over a socket
APPENDDEF(`confMAPDEF', `-DSOCKETMAP')
