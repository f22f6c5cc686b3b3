/* Limits of types come from the compiler's own header; these are the system's [go] [rust]. */
#ifndef SDK_LIMITS_H
#define SDK_LIMITS_H

/* The compiler's header includes the next one only when this name is not defined, and finds nothing behind this one. */
#include_next <limits.h>

#define PATH_MAX 1023 /* without the final zero [go] */
#define NGROUPS_MAX 2048 /* from 7.1 on; 128 before. Never the size of an array that AIX fills */
#define OPEN_MAX 65534
#define ARG_MAX 1048576
#define PIPE_BUF 32768
#define IOV_MAX 16
#define CHILD_MAX 128
#define TZNAME_MAX 255 /* [sdk] only sizes a buffer */

#endif
