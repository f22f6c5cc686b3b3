define(`bldNO_INSTALL', `true')dnl
CC=	value(`confCC', `cc')
CFLAGS=	value(`confOPTIMIZE', `-O') -I. value(`confINCDIRS') value(`confENVDEF') value(`confMAPDEF') value(`conf_rmail_ENVDEF')
LDOPTS=	value(`confLDOPTS')
LIBS=	bldPUSH_SMLIB(`sm') value(`confLIBDIRS') value(`conf_rmail_LIBS') value(`confLIBS')
INSTALL=value(`confINSTALL', `install')
BINDIR=	value(`confUBINDIR', `/usr/bin')
MANDIR=	value(`confMANROOT', `/usr/share/man/cat')
NROFF=	value(`confNROFF', `groff -Tascii')

all: sm_os.h rmail rmail.0

sm_os.h:
	ln -s bldSRC/include/sm/os/`'confSM_OS_HEADER.h sm_os.h

depend:

rmail: rmail.o bldPUSH_SMLIB(`sm')
	${CC} -o rmail ${LDOPTS} rmail.o ${LIBS}

rmail.0: rmail.8
	${NROFF} -man rmail.8 > rmail.0 || cp rmail.0.dist rmail.0

install:
	@echo "NOTE: You can force the install using 'Build force-install'."
