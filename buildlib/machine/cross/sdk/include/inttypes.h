/* Integers of exact width: the compiler has them. */
#ifndef SDK_INTTYPES_H
#define SDK_INTTYPES_H

#include <stdint.h>

#endif
