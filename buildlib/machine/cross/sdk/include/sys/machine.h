/* Byte order: POWER runs AIX with the big end first. The names of the orders are BSD's. */
#ifndef SDK_SYS_MACHINE_H
#define SDK_SYS_MACHINE_H

#define LITTLE_ENDIAN 1234
#define BIG_ENDIAN 4321
#define PDP_ENDIAN 3412
#define BYTE_ORDER BIG_ENDIAN

#endif
