/* The system's limits [go] [rust]. Those of the types are in the compiler's own header, which includes this one. */
#ifndef SDK_LIMITS_H
#define SDK_LIMITS_H

#define PATH_MAX 1023 /* without the final zero [go] */
#define NGROUPS_MAX 2048 /* from 7.1 on; 128 before. Never the size of an array that AIX fills */
#define OPEN_MAX 65534
#define ARG_MAX 1048576
#define PIPE_BUF 32768
#define IOV_MAX 16
#define CHILD_MAX 128
#define TZNAME_MAX 255 /* [sdk] only sizes a buffer */

#endif
