/* Error numbers [go]. EDQUOT and others that sendmail names are here even where it only tests whether they are defined. */
#ifndef SDK_ERRNO_H
#define SDK_ERRNO_H

/* As programs with threads have it; without threads it is the same int [go] [rust]. */
int *_Errno(void);
#define errno (*_Errno())

#define EPERM 1
#define ENOENT 2
#define ESRCH 3
#define EINTR 4
#define EIO 5
#define ENXIO 6
#define E2BIG 7
#define ENOEXEC 8
#define EBADF 9
#define ECHILD 10
#define EAGAIN 11
#define EWOULDBLOCK 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define ENOTBLK 15
#define EBUSY 16
#define EEXIST 17
#define EXDEV 18
#define ENODEV 19
#define ENOTDIR 20
#define EISDIR 21
#define EINVAL 22
#define ENFILE 23
#define EMFILE 24
#define ENOTTY 25
#define ETXTBSY 26
#define EFBIG 27
#define ENOSPC 28
#define ESPIPE 29
#define EROFS 30
#define EMLINK 31
#define EPIPE 32
#define EDOM 33
#define ERANGE 34
#define ENOMSG 35
#define EIDRM 36
#define EDEADLK 45
#define ENOLCK 49
#define ESTALE 52
#define EINPROGRESS 55
#define EALREADY 56
#define ENOTSOCK 57
#define EDESTADDRREQ 58
#define EMSGSIZE 59
#define EPROTOTYPE 60
#define ENOPROTOOPT 61
#define EPROTONOSUPPORT 62
#define ESOCKTNOSUPPORT 63
#define EOPNOTSUPP 64
#define EPFNOSUPPORT 65
#define EAFNOSUPPORT 66
#define EADDRINUSE 67
#define EADDRNOTAVAIL 68
#define ENETDOWN 69
#define ENETUNREACH 70
#define ENETRESET 71
#define ECONNABORTED 72
#define ECONNRESET 73
#define ENOBUFS 74
#define EISCONN 75
#define ENOTCONN 76
#define ESHUTDOWN 77
#define ETIMEDOUT 78
#define ECONNREFUSED 79
#define EHOSTDOWN 80
#define EHOSTUNREACH 81
#define EPROCLIM 83
#define EUSERS 84
#define ELOOP 85
#define ENAMETOOLONG 86
#define ENOTEMPTY 17 /* [go]; [rust] says 87. AIX's rmdir answers EEXIST */
#define EDQUOT 88
#define EREMOTE 93
#define ENOSYS 109
#define EILSEQ 116
#define ECANCELED 117
#define ENOSR 118
#define ETIME 119
#define EBADMSG 120
#define EPROTO 121
#define ENODATA 122
#define ENOSTR 123
#define ENOTSUP 124
#define EOVERFLOW 127

#endif
