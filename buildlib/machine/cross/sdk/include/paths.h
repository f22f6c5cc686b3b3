/* Where AIX keeps things; from its documentation of the files themselves. */
#ifndef SDK_PATHS_H
#define SDK_PATHS_H

#define _PATH_DEVNULL "/dev/null"
#define _PATH_TTY "/dev/tty"
#define _PATH_MAILDIR "/var/spool/mail"
#define _PATH_BSHELL "/usr/bin/sh"

#endif
