/* Requests of ioctl [go], as far as sendmail and its kin make them. SIOCGLIFCONF and SIOCGIFNUM stay undefined: not known. */
#ifndef SDK_SYS_IOCTL_H
#define SDK_SYS_IOCTL_H

#define FIONREAD 0x4004667f
#define FIONBIO ((int)0x8004667e)
#define TIOCNOTTY 0x20007471
#define SIOCGIFADDR ((int)0xc0286921)
#define SIOCGIFFLAGS ((int)0xc0286911)
#ifdef __64BIT__
#define SIOCGIFCONF ((int)0xc0106945)
#else
#define SIOCGIFCONF ((int)0xc0086945)
#endif

int ioctl(int, int, ...);

#endif
