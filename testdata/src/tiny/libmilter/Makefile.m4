CC=	value(`confCC', `cc')
CFLAGS=	value(`confOPTIMIZE', `-O') -I. value(`confENVDEF') value(`confMTCCOPTS')
AR=	value(`confAR', `ar')
INSTALL=value(`confINSTALL', `install')
LIBDIR=	value(`confLIBDIR', `/usr/lib')

all: sm_os.h libmilter.a

sm_os.h:
	ln -s bldSRC/include/sm/os/`'confSM_OS_HEADER.h sm_os.h

depend:

libmilter.a: milter.o
	${AR} crv libmilter.a milter.o

install: libmilter.a
	${INSTALL} -c -o root -g value(`confLIBGRP', `bin') -m 0444 libmilter.a ${DESTDIR}${LIBDIR}
