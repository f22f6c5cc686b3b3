/* What semaphores and shared memory have in common [rust]. */
#ifndef SDK_SYS_IPC_H
#define SDK_SYS_IPC_H

#include <sys/types.h>

#define IPC_CREAT 020000
#define IPC_EXCL 02000
#define IPC_NOWAIT 04000
#define IPC_PRIVATE ((key_t)-1)
#define IPC_RMID 0
#define IPC_SET 101
#define IPC_STAT 102

struct ipc_perm {
	uid_t uid;
	gid_t gid;
	uid_t cuid;
	gid_t cgid;
	mode_t mode;
	unsigned short seq;
	key_t key;
};

#endif
