/* assert calls abort by itself: the parameters of libc's __assert are not documented [sdk]. */
#undef assert
#ifdef NDEBUG
#define assert(condition) ((void)0)
#else
#include <stdlib.h>
#define assert(condition) ((condition) ? (void)0 : abort())
#endif
