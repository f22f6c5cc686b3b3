/* The dbm database, and shared memory. */
#include <errno.h>
#include <fcntl.h>
#include <ndbm.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>
#include "check.h"

static datum of(const char *text) { return (datum){ (char *)text, strlen(text) }; }

static int is(datum d, const char *text) { return d.dptr != NULL && d.dsize == strlen(text) && memcmp(d.dptr, text, d.dsize) == 0; }

static void database(void)
{
	DBM *db = dbm_open("/etc/map", O_RDWR | O_CREAT | O_TRUNC, 0644);
	char key[16];
	int found = 0, fd;

	CHECK(db != NULL && access("/etc/map.dir", F_OK) == 0 && access("/etc/map.pag", F_OK) == 0 && dbm_dirfno(db) != dbm_pagfno(db));
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
	CHECK(dbm_error(db) == 0 && dbm_store(db, of("x"), of("y"), DBM_INSERT) == -1 && dbm_error(db) != 0);
	dbm_close(db);

	fd = open("/etc/map.pag", O_WRONLY | O_APPEND);
	CHECK(write(fd, "\0\0\0\377\0\0", 6) == 6);
	close(fd);
	CHECK(dbm_open("/etc/map", O_RDONLY, 0644) == NULL && errno == EINVAL);
	CHECK(dbm_open("/etc/none", O_RDONLY, 0644) == NULL && errno == ENOENT);
}

int main(void)
{
	struct shmid_ds ds;
	int id;
	char *memory;

	database();
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
