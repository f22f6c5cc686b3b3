/*
 * The dbm database, in libdbm.a. POSIX says size_t for dsize; old AIX manuals say int. In a 64-bit program the two do not agree, and
 * no listing of a 64-bit AIX's header was at hand: a round trip on AIX must tell (makemap, then praliases). SDK_DATUM_INT takes int.
 */
#ifndef SDK_NDBM_H
#define SDK_NDBM_H

#include <sys/types.h>

typedef struct {
	void *dptr;
#ifdef SDK_DATUM_INT
	int dsize;
#else
	size_t dsize;
#endif
} datum;

typedef struct sdk_dbm DBM;

#define DBM_INSERT 0
#define DBM_REPLACE 1

DBM *dbm_open(const char *, int, mode_t);
void dbm_close(DBM *);
datum dbm_fetch(DBM *, datum);
int dbm_store(DBM *, datum, datum, int);
int dbm_delete(DBM *, datum);
datum dbm_firstkey(DBM *);
datum dbm_nextkey(DBM *);
int dbm_error(DBM *);

#endif
