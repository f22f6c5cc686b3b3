dnl Option: regex
dnl Summary: regular expression maps, with the C library's regcomp
dnl Default: all
APPENDDEF(`confMAPDEF', `-DMAP_REGEX')
