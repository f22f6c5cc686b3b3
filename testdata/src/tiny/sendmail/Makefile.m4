CC=	value(`confCC', `cc')
CFLAGS=	value(`confOPTIMIZE', `-O') -I. value(`confINCDIRS') value(`confENVDEF') value(`confMAPDEF') value(`conf_sendmail_ENVDEF')
LDOPTS=	value(`confLDOPTS')
LIBS=	bldPUSH_SMLIB(`sm') bldPUSH_SMLIB(`smutil') value(`confLIBDIRS') value(`conf_sendmail_LIBS') value(`confLIBS')
INSTALL=value(`confINSTALL', `install')
BINDIR=	value(`confMBINDIR', `/usr/sbin')
MANDIR=	value(`confMANROOT', `/usr/share/man/cat')
NROFF=	value(`confNROFF', `groff -Tascii')

all: sm_os.h sendmail sendmail.0 statistics

sm_os.h:
	ln -s bldSRC/include/sm/os/`'confSM_OS_HEADER.h sm_os.h

depend:

sendmail: main.o bldPUSH_SMLIB(`sm') bldPUSH_SMLIB(`smutil')
	${CC} -o sendmail ${LDOPTS} main.o ${LIBS}

sendmail.0: sendmail.8
	${NROFF} -man sendmail.8 > sendmail.0 || cp sendmail.0.dist sendmail.0

UBINDIR=value(`confUBINDIR', `/usr/bin')
HFDIR=	value(`confHFDIR', `/etc/mail')
STDIR=	value(`confSTDIR', `/etc/mail')
MSPQ=	value(`confMSP_QUEUE_DIR', `/var/spool/clientmqueue')

statistics:
	cp /dev/null statistics

install: sendmail sendmail.0 statistics ${DESTDIR}${MSPQ}
	${INSTALL} -c -o root -g value(`confGBINGRP', `smmsp') -m 2555 sendmail ${DESTDIR}${BINDIR}
	for i in newaliases mailq; do rm -f ${DESTDIR}${UBINDIR}/$$i; ln -s ${BINDIR}/sendmail ${DESTDIR}${UBINDIR}/$$i; done
	${INSTALL} -c -o value(`confMANOWN', `bin') -g value(`confMANGRP', `bin') -m 444 sendmail.0 ${DESTDIR}${MANDIR}8/sendmail.8
	if [ ! -d ${DESTDIR}${HFDIR} ]; then mkdir -p ${DESTDIR}${HFDIR}; else :; fi
	${INSTALL} -c -o bin -g bin -m 444 helpfile ${DESTDIR}${HFDIR}/helpfile
	${INSTALL} -c -o root -g bin -m 0600 statistics ${DESTDIR}${STDIR}/statistics

${DESTDIR}${MSPQ}:
	mkdir -p ${DESTDIR}${MSPQ}
	chown value(`confMSPQOWN', `smmsp') ${DESTDIR}${MSPQ}
	chgrp value(`confGBINGRP', `smmsp') ${DESTDIR}${MSPQ}
	chmod 0770 ${DESTDIR}${MSPQ}
