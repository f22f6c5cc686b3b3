/* flock's operations [go]. AIX has the function in libbsd.a; sendmail uses fcntl. */
#ifndef SDK_SYS_FILE_H
#define SDK_SYS_FILE_H

#include <fcntl.h>

#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8

#endif
