/* Numbers that the two systems choose differently. AIX's come from the SDK's headers (headers.go); none is written down here. */
#include "loader.h"

#include <errno.h>
#include <fcntl.h>

#include "aix/errno.h"
#include "aix/fcntl.h"
#include "aix/pthread.h"

bool fail(int error)
{
	errno = error;
	return false;
}

bool pair_to_host(const struct pair *pairs, size_t n, long aix, int *host)
{
	for (; n > 0; pairs++, n--)
		if (pairs->aix == aix)
			return *host = (int)pairs->host, true;
	return fail(EINVAL);
}

bool pair_to_aix(const struct pair *pairs, size_t n, long host, int *aix)
{
	for (; n > 0; pairs++, n--)
		if (pairs->host == host)
			return *aix = (int)pairs->aix, true;
	return fail(EINVAL);
}

bool bits_to_host(const struct pair *pairs, size_t n, long aix, int *host)
{
	*host = 0;
	for (; n > 0; pairs++, n--)
		if ((aix & pairs->aix) == pairs->aix) {
			*host |= (int)pairs->host;
			aix &= ~pairs->aix;
		}
	return aix == 0 || fail(EINVAL);
}

int bits_to_aix(const struct pair *pairs, size_t n, long host)
{
	int aix = 0;

	for (; n > 0; pairs++, n--)
		if ((host & pairs->host) == pairs->host) {
			aix |= (int)pairs->aix;
			host &= ~pairs->host;
		}
	return aix;
}

static const struct pair open_flags[] = {
	BOTH(O_NONBLOCK), BOTH(O_APPEND), BOTH(O_SYNC), BOTH(O_CREAT), BOTH(O_TRUNC), BOTH(O_EXCL), BOTH(O_NOCTTY), BOTH(O_CLOEXEC), BOTH(O_NOFOLLOW),
	BOTH(O_NDELAY), /* in Linux the same as O_NONBLOCK, which is what comes back */
};

/* Reading and writing is no set of bits, but the same number in both; AIX's mask has a bit for execution, which is refused as unknown. */
_Static_assert(aix_O_RDONLY == O_RDONLY && aix_O_WRONLY == O_WRONLY && aix_O_RDWR == O_RDWR, "access modes");

bool open_flags_to_host(int aix, int *host)
{
	if (!BITS_TO_HOST(open_flags, aix & ~O_ACCMODE, host))
		return false;
	*host |= aix & O_ACCMODE;
	return true;
}

int open_flags_to_aix(int host) { return (host & O_ACCMODE) | BITS_TO_AIX(open_flags, host & ~O_ACCMODE); }

static const struct pair errors[] = {
	BOTH(EPERM), BOTH(ENOENT), BOTH(ESRCH), BOTH(EINTR), BOTH(EIO), BOTH(ENXIO), BOTH(E2BIG), BOTH(ENOEXEC), BOTH(EBADF), BOTH(ECHILD),
	BOTH(EAGAIN), BOTH(ENOMEM), BOTH(EACCES), BOTH(EFAULT), BOTH(ENOTBLK), BOTH(EBUSY), BOTH(EEXIST), BOTH(EXDEV), BOTH(ENODEV),
	BOTH(ENOTDIR), BOTH(EISDIR), BOTH(EINVAL), BOTH(ENFILE), BOTH(EMFILE), BOTH(ENOTTY), BOTH(ETXTBSY), BOTH(EFBIG), BOTH(ENOSPC),
	BOTH(ESPIPE), BOTH(EROFS), BOTH(EMLINK), BOTH(EPIPE), BOTH(EDOM), BOTH(ERANGE), BOTH(ENOMSG), BOTH(EIDRM), BOTH(EDEADLK),
	BOTH(ENOLCK), BOTH(ESTALE), BOTH(EINPROGRESS), BOTH(EALREADY), BOTH(ENOTSOCK), BOTH(EDESTADDRREQ), BOTH(EMSGSIZE), BOTH(EPROTOTYPE),
	BOTH(ENOPROTOOPT), BOTH(EPROTONOSUPPORT), BOTH(ESOCKTNOSUPPORT), BOTH(EOPNOTSUPP), BOTH(EPFNOSUPPORT), BOTH(EAFNOSUPPORT),
	BOTH(EADDRINUSE), BOTH(EADDRNOTAVAIL), BOTH(ENETDOWN), BOTH(ENETUNREACH), BOTH(ENETRESET), BOTH(ECONNABORTED), BOTH(ECONNRESET),
	BOTH(ENOBUFS), BOTH(EISCONN), BOTH(ENOTCONN), BOTH(ESHUTDOWN), BOTH(ETIMEDOUT), BOTH(ECONNREFUSED), BOTH(EHOSTDOWN),
	BOTH(EHOSTUNREACH), BOTH(EUSERS), BOTH(ELOOP), BOTH(ENAMETOOLONG), BOTH(ENOTEMPTY), BOTH(EDQUOT), BOTH(EREMOTE), BOTH(ENOSYS),
	BOTH(EILSEQ), BOTH(ECANCELED), BOTH(ENOSR), BOTH(ETIME), BOTH(EBADMSG), BOTH(EPROTO), BOTH(ENODATA), BOTH(ENOSTR), BOTH(ENOTSUP),
	BOTH(EOVERFLOW),
};

int errno_to_aix(int host)
{
	int aix;

	/* An error that AIX has no name for is still an error. */
	return TO_AIX(errors, host, &aix) ? aix : aix_EIO;
}

int errno_to_host(int aix)
{
	int host;

	return TO_HOST(errors, aix, &host) ? host : -1;
}

/*
 * The program's errno: one cell of the main thread, which is also what a program gets that imports the object, and one of each other
 * thread. Functions of Linux set Linux's errno, and only to something else than 0; so whatever is found there after a call is news, and is
 * handed on before the program goes on. This is what lets the functions that need no translation be Linux's own.
 */
int program_errno;

int *aix__Errno(void)
{
	static _Thread_local int other;

	return aix_pthread_self() == 1 ? &program_errno : &other;
}

void hand_on_errno(void)
{
	if (errno == 0)
		return;
	*aix__Errno() = errno_to_aix(errno);
	errno = 0;
}

int errno_for_program(void) { return *aix__Errno(); }
