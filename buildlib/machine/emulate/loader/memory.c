/* Memory, the program's own and shared; and semaphores. */
#include "loader.h"

#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>

#include "aix/stdlib.h"
#include "aix/sys/sem.h"
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

static const struct pair commands[] = { BOTH(IPC_RMID), BOTH(IPC_SET), BOTH(IPC_STAT), BOTH(GETVAL), BOTH(SETVAL), BOTH(SETALL) };

/* The flags of a key: those of creation, and a mode. */
static bool flags_to_host(int flags, int *host)
{
	static const struct pair bits[] = { BOTH(IPC_CREAT), BOTH(IPC_EXCL) };

	if (!BITS_TO_HOST(bits, flags & ~0777, host))
		return false;
	*host |= flags & 0777;
	return true;
}

/* Linux has 0 for what has no key, AIX -1. */
static key_t key_to_host(aix_key_t key) { return key == aix_IPC_PRIVATE ? IPC_PRIVATE : key; }

/* What may be set. */
static void perm_to_host(const struct aix_ipc_perm *aix, struct ipc_perm *host)
{
	host->uid = aix->aix_uid;
	host->gid = aix->aix_gid;
	host->mode = aix->aix_mode & 0777;
}

static struct aix_ipc_perm perm_to_aix(const struct ipc_perm *host)
{
	return (struct aix_ipc_perm){
		.aix_uid = host->uid, .aix_gid = host->gid, .aix_cuid = host->cuid, .aix_cgid = host->cgid,
		.aix_mode = host->mode, .aix_key = host->__key,
	};
}

int aix_shmget(aix_key_t key, size_t size, int flags)
{
	int host;

	return flags_to_host(flags, &host) ? shmget(key_to_host(key), size, host) : -1;
}

void *aix_shmat(int id, const void *at, int flags)
{
	static const struct pair bits[] = { BOTH(SHM_RDONLY) };
	int host;

	return BITS_TO_HOST(bits, flags, &host) ? shmat(id, at, host) : (void *)-1;
}

int aix_shmctl(int id, int command, struct aix_shmid_ds *aix)
{
	struct shmid_ds host;
	int host_command, result;

	if (!TO_HOST(commands, command, &host_command))
		return -1;
	memset(&host, 0, sizeof host);
	if (host_command == IPC_SET)
		perm_to_host(&aix->aix_shm_perm, &host.shm_perm);
	result = shmctl(id, host_command, &host);
	if (result == 0 && host_command == IPC_STAT) {
		memset(aix, 0, sizeof *aix);
		aix->aix_shm_perm = perm_to_aix(&host.shm_perm);
	}
	return result;
}

int aix_semget(aix_key_t key, int n, int flags)
{
	int host;

	return flags_to_host(flags, &host) ? semget(key_to_host(key), n, host) : -1;
}

_Static_assert(sizeof(struct sembuf) == sizeof(struct aix_sembuf) && aix_IPC_NOWAIT == IPC_NOWAIT && aix_SEM_UNDO == SEM_UNDO, "operations");
int aix_semop(int id, struct aix_sembuf *operations, size_t n) { return semop(id, (struct sembuf *)operations, n); }

/* The argument is a union, as IBM's manual has it, which comes in one register: in 64 bits a number is the upper half of it. */
int aix_semctl(int id, int n, int command, ...)
{
	union {
		unsigned long word;
		int number;
		void *numbers;
		struct aix_semid_ds *ds;
	} aix;
	union { /* Linux's */
		int val;
		unsigned short *array;
		struct semid_ds *buf;
	} host = { 0 };
	struct semid_ds ds = { 0 };
	int host_command, result;
	va_list args;

	va_start(args, command);
	aix.word = va_arg(args, unsigned long); /* whatever it holds when none was given */
	va_end(args);
	if (!TO_HOST(commands, command, &host_command))
		return -1;
	switch (host_command) {
	case SETVAL:
		host.val = aix.number;
		break;
	case SETALL:
		host.array = aix.numbers;
		break;
	case IPC_SET:
		perm_to_host(&aix.ds->aix_sem_perm, &ds.sem_perm);
		/* FALLTHROUGH */
	case IPC_STAT:
		host.buf = &ds;
		break;
	}
	result = semctl(id, n, host_command, host);
	if (result == 0 && host_command == IPC_STAT) {
		memset(aix.ds, 0, sizeof *aix.ds);
		aix.ds->aix_sem_perm = perm_to_aix(&ds.sem_perm);
	}
	return result;
}
