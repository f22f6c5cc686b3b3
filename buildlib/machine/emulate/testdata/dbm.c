/* The dbm database, and memory: the program's own, and shared; and semaphores. */
#include <errno.h>
#include <fcntl.h>
#include <ndbm.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>
#include "check.h"

static datum of(const char *text) { return (datum){ (char *)text, strlen(text) }; }

static int is(datum d, const char *text) { return d.dptr != NULL && d.dsize == strlen(text) && memcmp(d.dptr, text, d.dsize) == 0; }

/* A pair must fit a block of 1024 bytes; what is handed out is in such a block, which other calls use as well. */
static void blocks(void)
{
	DBM *db = dbm_open("/etc/blocks", O_RDWR | O_CREAT | O_TRUNC, 0644);
	char text[1024];
	datum key, value, other;

	memset(text, 'x', sizeof text);
	CHECK(dbm_store(db, of("one"), (datum){ text, 1024 - 3 - 7 }, DBM_INSERT) == 0 && dbm_store(db, of("two"), of("second"), DBM_INSERT) == 0);
	value = dbm_fetch(db, of("one"));
	CHECK(value.dsize == 1014 && ((char *)value.dptr)[1013] == 'x');
	other = dbm_fetch(db, of("two"));
	CHECK(is(other, "second") && ((char *)value.dptr)[0] != 'x'); /* the first one is gone */
	key = dbm_firstkey(db);
	value = dbm_fetch(db, key); /* of the same block: both are there */
	CHECK(is(key, "one") && value.dsize == 1014 && memcmp(value.dptr, text, value.dsize) == 0);
	CHECK((unsigned long)key.dptr % 2 == 1);
	key = dbm_nextkey(db);
	CHECK(is(key, "two") && is(dbm_fetch(db, of("two")), "second"));
	CHECK(dbm_error(db) == 0 && dbm_store(db, of("four"), (datum){ text, 1024 - 4 - 6 }, DBM_INSERT) == -1 && errno == ENOSPC);
	CHECK(dbm_error(db) != 0 && dbm_store(db, of("five"), of("5"), DBM_INSERT) == -1 && dbm_fetch(db, of("two")).dptr == NULL);
	dbm_close(db);
	db = dbm_open("/etc/blocks", O_RDONLY, 0644);
	CHECK(is(dbm_fetch(db, of("two")), "second") && dbm_fetch(db, of("four")).dptr == NULL);
	dbm_close(db);
}

/* A file whose sizes go beyond its end, and whose sum does not in 32 bits. */
static void damaged(void)
{
	static const unsigned char heads[][8] = { { 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 0x20 }, { 0, 0, 0, 0x20, 0xff, 0xff, 0xff, 0xf0 }, { 0, 0, 1, 0, 0xff, 0xff, 0xff, 0xff } };

	for (unsigned long i = 0; i < sizeof heads / sizeof *heads; i++) {
		DBM *db = dbm_open("/etc/damaged", O_RDWR | O_CREAT | O_TRUNC, 0644);
		int fd = open("/etc/damaged.pag", O_WRONLY | O_TRUNC, 0644);
		char rest[64] = "";

		dbm_close(db);
		CHECK(write(fd, heads[i], 8) == 8 && write(fd, rest, sizeof rest) == sizeof rest && close(fd) == 0);
		errno = 0;
		CHECK(dbm_open("/etc/damaged", O_RDONLY, 0644) == NULL && errno == EINVAL);
	}
}

/* What others have written into memory, and what has been given back, is not there. */
static void allocated(void)
{
	char *volatile p = malloc(100);
	char *volatile q;

	CHECK((unsigned char)p[0] == 0xa5 && (unsigned char)p[99] == 0xa5);
	memset(p, 1, 100);
	q = realloc(p, 200);
	CHECK(q != p && q[99] == 1 && (unsigned char)q[100] != 0 && p[50] != 1);
	errno = 0;
	free(q);
	CHECK(errno == EINVAL && q[50] != 1);
	q = malloc(10);
	errno = 0;
	q = realloc(q, 0);
	CHECK(q == NULL && errno == EINVAL);
	q = calloc(5, 5);
	CHECK(q[0] == 0 && q[24] == 0);
	free(q);
	q = realloc(NULL, 7);
	CHECK(q != NULL);
	free(q);
}

static void database(void)
{
	DBM *db = dbm_open("/etc/map", O_RDWR | O_CREAT | O_TRUNC, 0644);
	char key[16];
	int found = 0, fd;

	CHECK(db != NULL && access("/etc/map.dir", F_OK) == 0 && access("/etc/map.pag", F_OK) == 0);
	for (int i = 0; i < 1000; i++) {
		sprintf(key, "key %d", i);
		CHECK(dbm_store(db, of(key), of(key + 4), DBM_INSERT) == 0);
	}
	CHECK(dbm_store(db, of("key 7"), of("other"), DBM_INSERT) == 1 && is(dbm_fetch(db, of("key 7")), "7"));
	CHECK(dbm_store(db, of("key 7"), of("other"), DBM_REPLACE) == 0 && is(dbm_fetch(db, of("key 7")), "other"));
	CHECK(dbm_store(db, of("empty"), of(""), DBM_INSERT) == 0 && is(dbm_fetch(db, of("empty")), ""));
	CHECK(dbm_delete(db, of("key 8")) == 0 && dbm_delete(db, of("key 8")) != 0 && dbm_fetch(db, of("key 8")).dptr == NULL);
	dbm_close(db);

	db = dbm_open("/etc/map", O_RDONLY, 0644);
	CHECK(db != NULL && is(dbm_fetch(db, of("key 7")), "other") && is(dbm_fetch(db, of("key 999")), "999") && dbm_fetch(db, of("key 8")).dptr == NULL);
	for (datum k = dbm_firstkey(db); k.dptr != NULL; k = dbm_nextkey(db))
		found++;
	CHECK(found == 1000);
	CHECK(dbm_error(db) == 0 && dbm_store(db, of("x"), of("y"), DBM_INSERT) == -1 && errno == EPERM);
	CHECK(dbm_delete(db, of("key 7")) == -1 && errno == EPERM && dbm_error(db) == 0);
	dbm_close(db);

	fd = open("/etc/map.pag", O_WRONLY | O_APPEND);
	CHECK(write(fd, "\0\0\0\377\0\0", 6) == 6);
	close(fd);
	CHECK(dbm_open("/etc/map", O_RDONLY, 0644) == NULL && errno == EINVAL);
	CHECK(dbm_open("/etc/none", O_RDONLY, 0644) == NULL && errno == ENOENT);
}

static void semaphores(void)
{
	struct semid_ds ds;
	union {
		int val;
		struct semid_ds *buf;
		unsigned short *array;
	} argument;
	struct sembuf both[2] = { { 0, -3, IPC_NOWAIT }, { 1, 2, 0 } };
	int id = semget(IPC_PRIVATE, 2, IPC_CREAT | 0600);

	CHECK(id >= 0 && semget(0x4711, 1, IPC_EXCL | 0600) == -1 && errno == ENOENT && semget(IPC_PRIVATE, 1, 0x100000) == -1 && errno == EINVAL);
	argument.array = (unsigned short[]){ 4, 7 };
	CHECK(semctl(id, 0, SETALL, argument) == 0 && semctl(id, 0, GETVAL, NULL) == 4 && semctl(id, 1, GETVAL, NULL) == 7);
	CHECK(semop(id, both, 2) == 0 && semctl(id, 0, GETVAL, NULL) == 1 && semctl(id, 1, GETVAL, NULL) == 9);
	CHECK(semop(id, both, 2) == -1 && errno == EAGAIN && semctl(id, 1, GETVAL, NULL) == 9); /* all or nothing */
	argument.val = 12;
	CHECK(semctl(id, 1, SETVAL, argument) == 0 && semctl(id, 1, GETVAL, NULL) == 12);
	argument.buf = &ds;
	CHECK(semctl(id, 0, IPC_STAT, argument) == 0 && (ds.sem_perm.mode & 0777) == 0600 && ds.sem_perm.uid == geteuid());
	ds.sem_perm.mode = 0640;
	CHECK(semctl(id, 0, IPC_SET, argument) == 0 && semctl(id, 0, IPC_STAT, argument) == 0 && (ds.sem_perm.mode & 0777) == 0640);
	CHECK(semctl(id, 0, 4711, argument) == -1 && errno == EINVAL);
	CHECK(semctl(id, 0, IPC_RMID, NULL) == 0 && semctl(id, 0, GETVAL, NULL) == -1);
}

int main(void)
{
	struct shmid_ds ds;
	int id;
	char *memory;

	allocated();
	database();
	blocks();
	damaged();
	semaphores();
	id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | SHM_R | SHM_W);
	CHECK(id >= 0);
	memory = shmat(id, NULL, 0);
	CHECK(memory != (char *)-1);
	strcpy(memory, "shared");
	CHECK(shmctl(id, IPC_STAT, &ds) == 0 && (ds.shm_perm.mode & 0777) == 0600 && ds.shm_perm.uid == geteuid());
	ds.shm_perm.mode = 0640;
	CHECK(shmctl(id, IPC_SET, &ds) == 0 && shmctl(id, IPC_STAT, &ds) == 0 && (ds.shm_perm.mode & 0777) == 0640);
	CHECK(shmctl(id, IPC_RMID, NULL) == 0 && shmdt(memory) == 0);
	CHECK(shmget(0x4711, 4096, IPC_EXCL | 0600) == -1 && errno == ENOENT);
	return passed();
}
