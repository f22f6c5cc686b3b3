/* Semaphores [rust]; no program of sendmail's links them. */
#ifndef SDK_SYS_SEM_H
#define SDK_SYS_SEM_H

#include <sys/ipc.h>

#define SEM_UNDO 010000
#define GETVAL 5
#define SETVAL 8
#define SETALL 9

struct sembuf {
	unsigned short sem_num;
	short sem_op;
	short sem_flg;
};

struct semid_ds {
	struct ipc_perm sem_perm;
	char sdk_room[256];
};

int semctl(int, int, int, ...);
int semget(key_t, int, int);
int semop(int, struct sembuf *, size_t);

#endif
