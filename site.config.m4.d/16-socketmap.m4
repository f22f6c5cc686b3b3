dnl Option: socketmap
dnl Summary: maps that another program answers over a socket
dnl Proof: SOCKETMAP
APPENDDEF(`confMAPDEF', `-DSOCKETMAP')
