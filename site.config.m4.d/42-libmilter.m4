dnl Option: libmilter
dnl Summary: the library that mail filters are written with, and its headers
dnl Builds: libmilter
dnl
dnl Upstream's top-level Makefile leaves this directory out. What it needs for threads comes from the target.
