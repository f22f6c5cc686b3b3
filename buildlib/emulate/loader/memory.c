/* Memory, the program's own and shared. */
#include "loader.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

#include "aix/stdlib.h"
#include "aix/sys/shm.h"

/*
 * Memory that a program has not written to, and memory that it has given back, hold what shows up when they are read; and a block that
 * grows moves. AIX promises nothing about any of them.
 */
enum { FRESH = 0xa5, FREED = 0xdb };

static void *fresh(void *p)
{
	return p == NULL ? NULL : memset(p, FRESH, malloc_usable_size(p));
}

/* AIX gives no memory when none is asked for (its manual of malloc, but with _LINUX_SOURCE_COMPAT). */
void *aix_malloc(size_t n) { return n == 0 ? NULL : fresh(malloc(n)); }
void *aix_calloc(size_t count, size_t n) { return count == 0 || n == 0 ? NULL : calloc(count, n); }

/* AIX's free may change errno (gnulib's manual, free); this one does. */
void aix_free(void *p)
{
	if (p != NULL) {
		memset(p, FREED, malloc_usable_size(p));
		__asm__ volatile("" : : "r"(p) : "memory"); /* the compiler knows that nobody may read what free was given */
	}
	free(p);
	errno = EINVAL;
}

/* A size of 0 frees, and is an error (gnulib's manual, realloc). */
void *aix_realloc(void *p, size_t n)
{
	void *moved = aix_malloc(n);

	if (n != 0 && (moved == NULL || p == NULL))
		return moved;
	if (n != 0) {
		size_t old = malloc_usable_size(p);
		int before = errno;

		memcpy(moved, p, old < n ? old : n);
		aix_free(p);
		errno = before;
		return moved;
	}
	aix_free(p);
	return NULL;
}

/*
 * In place of the C library's, here and within that library. Theirs clears whole lines of the cache with dcbz, by the size that the kernel names; qemu
 * says 128 for POWER4, and then clears the 32 bytes that a 970 clears in the mode in which 32-bit systems run it (seen with qemu 7.2).
 */
__attribute__((optimize("no-tree-loop-distribute-patterns")))
void *memset(void *to, int value, size_t n)
{
	const unsigned long word = (unsigned char)value * (~0ul / 255);
	unsigned char *p = to;

	for (; n > 0 && (unsigned long)p % sizeof word != 0; n--)
		*p++ = (unsigned char)value;
	for (; n >= sizeof word; n -= sizeof word, p += sizeof word)
		*(unsigned long *)p = word;
	for (; n > 0; n--)
		*p++ = (unsigned char)value;
	return to;
}

int aix_shmget(aix_key_t key, size_t size, int flags)
{
	static const struct pair bits[] = { BOTH(IPC_CREAT), BOTH(IPC_EXCL) };
	int host;

	if (!BITS_TO_HOST(bits, flags & ~0777, &host))
		return -1;
	/* Linux has 0 for a segment without a key, AIX -1. */
	return shmget(key == aix_IPC_PRIVATE ? IPC_PRIVATE : key, size, host | (flags & 0777));
}

void *aix_shmat(int id, const void *at, int flags)
{
	static const struct pair bits[] = { BOTH(SHM_RDONLY) };
	int host;

	return BITS_TO_HOST(bits, flags, &host) ? shmat(id, at, host) : (void *)-1;
}

int aix_shmctl(int id, int command, struct aix_shmid_ds *aix)
{
	static const struct pair commands[] = { BOTH(IPC_RMID), BOTH(IPC_SET), BOTH(IPC_STAT) };
	struct shmid_ds host;
	int host_command, result;

	if (!TO_HOST(commands, command, &host_command))
		return -1;
	memset(&host, 0, sizeof host);
	if (host_command == IPC_SET) {
		host.shm_perm.uid = aix->aix_shm_perm.aix_uid;
		host.shm_perm.gid = aix->aix_shm_perm.aix_gid;
		host.shm_perm.mode = aix->aix_shm_perm.aix_mode & 0777;
	}
	result = shmctl(id, host_command, &host);
	if (result == 0 && host_command == IPC_STAT) {
		memset(aix, 0, sizeof *aix);
		aix->aix_shm_perm = (struct aix_ipc_perm){
			.aix_uid = host.shm_perm.uid, .aix_gid = host.shm_perm.gid, .aix_cuid = host.shm_perm.cuid, .aix_cgid = host.shm_perm.cgid,
			.aix_mode = host.shm_perm.mode, .aix_key = host.shm_perm.__key,
		};
	}
	return result;
}
