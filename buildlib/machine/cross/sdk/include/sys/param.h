/* Limits, as BSD names them [rust]. */
#ifndef SDK_SYS_PARAM_H
#define SDK_SYS_PARAM_H

#include <sys/types.h>
#include <sys/sysmacros.h>
#include <sys/machine.h>
#include <limits.h>
#include <signal.h>

#define MAXPATHLEN 1024
#define MAXHOSTNAMELEN 256
#define MAXSYMLINKS 20
#define NGROUPS NGROUPS_MAX

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#endif
