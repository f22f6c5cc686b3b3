CC=	value(`confCC', `cc')
CFLAGS=	value(`confOPTIMIZE', `-O') -I. value(`confINCDIRS') value(`confENVDEF') value(`confMAPDEF')
AR=	value(`confAR', `ar')

all: sm_os.h libsmdb.a

sm_os.h:
	ln -s bldSRC/include/sm/os/`'confSM_OS_HEADER.h sm_os.h

depend:

libsmdb.a: smdb.o
	${AR} crv libsmdb.a smdb.o

install:
