/* Device numbers [go]. */
#ifndef SDK_SYS_SYSMACROS_H
#define SDK_SYS_SYSMACROS_H

#ifdef __64BIT__
#define major(dev) ((unsigned int)((dev) >> 32) & 0x3fffffff)
#define minor(dev) ((unsigned int)((dev) & 0xffffffff))
#else
#define major(dev) ((unsigned int)((dev) >> 16) & 0xffff)
#define minor(dev) ((unsigned int)((dev) & 0xffff))
#endif

#endif
