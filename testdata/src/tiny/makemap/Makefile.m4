CC=	value(`confCC', `cc')
CFLAGS=	value(`confOPTIMIZE', `-O') -I. value(`confINCDIRS') value(`confENVDEF') value(`confMAPDEF') value(`conf_makemap_ENVDEF')
LDOPTS=	value(`confLDOPTS')
LIBS=	bldPUSH_SMLIB(`sm') bldPUSH_SMLIB(`smdb') value(`confLIBDIRS') value(`conf_makemap_LIBS') value(`confLIBS')
INSTALL=value(`confINSTALL', `install')
BINDIR=	value(`confSBINDIR', `/usr/sbin')
MANDIR=	value(`confMANROOT', `/usr/share/man/cat')
NROFF=	value(`confNROFF', `groff -Tascii')

all: sm_os.h makemap makemap.0

sm_os.h:
	ln -s bldSRC/include/sm/os/`'confSM_OS_HEADER.h sm_os.h

depend:

makemap: makemap.o bldPUSH_SMLIB(`sm') bldPUSH_SMLIB(`smdb')
	${CC} -o makemap ${LDOPTS} makemap.o ${LIBS}

makemap.0: makemap.8
	${NROFF} -man makemap.8 > makemap.0 || cp makemap.0.dist makemap.0

install: makemap makemap.0
	${INSTALL} -c -o value(`confUBINOWN', `bin') -g value(`confUBINGRP', `bin') -m 555 makemap ${DESTDIR}${BINDIR}
	${INSTALL} -c -o value(`confMANOWN', `bin') -g value(`confMANGRP', `bin') -m 444 makemap.0 ${DESTDIR}${MANDIR}8/makemap.8
