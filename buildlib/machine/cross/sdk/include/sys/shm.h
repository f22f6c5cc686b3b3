/* Shared memory [rust]. In 32-bit programs, only the place of shm_perm is certain; there is room behind it. */
#ifndef SDK_SYS_SHM_H
#define SDK_SYS_SHM_H

#include <sys/ipc.h>

#define SHM_R 0400
#define SHM_W 0200
#define SHM_RDONLY 010000

struct shmid_ds {
	struct ipc_perm shm_perm;
	char sdk_room[256];
};

void *shmat(int, const void *, int);
int shmctl(int, int, struct shmid_ds *);
int shmdt(const void *);
int shmget(key_t, size_t, int);

#endif
