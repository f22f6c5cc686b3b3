/*
 * The dbm database: AIX's calls and its two files, but not the form of these, which is not published: what is made here is for
 * programs that run here. The .pag file is a log of what was stored and deleted; it is read whole when the database is opened. The .dir file is empty.
 *
 * What is AIX's own choice is as the ndbm of BSD and System V has it, which is where AIX's calls come from: a pair fits a block of 1024 bytes
 * less three numbers of two bytes, and what is handed out lies in the block that was read last. How large AIX's block is nobody says.
 */
#include "loader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "aix/fcntl.h"
#include "aix/ndbm.h"

/* What stands before a key and its value in the file. A value of DELETED bytes is none, and says that the key is gone. */
struct head {
	uint32_t key_size, value_size;
};
#define DELETED UINT32_MAX

struct record {
	aix_datum key, value;
	struct record *next; /* of the same bucket */
	bool live;
};

enum { BLOCK = 1024, OVERHEAD = 3 * sizeof(short) };

struct aix_sdk_dbm {
	int directory, pages;
	bool failed, read_only;
	char block[BLOCK];
	const struct record *in_block;
	struct record **records; /* in the order in which the keys came */
	size_t count, room, cursor;
	struct record **buckets;
	size_t bucket_count; /* a power of 2 */
};

static size_t hash(aix_datum key)
{
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

	for (size_t i = 0; i < key.aix_dsize; i++)
		h = (h ^ ((unsigned char *)key.aix_dptr)[i]) * 0x100000001b3;
	return h;
}

static bool equal(aix_datum a, aix_datum b) { return a.aix_dsize == b.aix_dsize && memcmp(a.aix_dptr, b.aix_dptr, a.aix_dsize) == 0; }

static struct record *find(const aix_DBM *db, aix_datum key)
{
	struct record *r = db->bucket_count > 0 ? db->buckets[hash(key) & (db->bucket_count - 1)] : NULL;

	while (r != NULL && !equal(r->key, key))
		r = r->next;
	return r;
}

static bool copy(aix_datum from, aix_datum *to)
{
	void *p = malloc(from.aix_dsize + 1);

	if (p == NULL)
		return false;
	memcpy(p, from.aix_dptr, from.aix_dsize);
	*to = (aix_datum){ p, from.aix_dsize };
	return true;
}

static bool grow(aix_DBM *db)
{
	size_t room = db->room > 0 ? 2 * db->room : 64;
	struct record **records = realloc(db->records, room * sizeof *records), **buckets = calloc(room, sizeof *buckets);

	if (records != NULL)
		db->records = records;
	if (records == NULL || buckets == NULL) {
		free(buckets);
		return false;
	}
	for (size_t i = 0; i < db->count; i++) {
		struct record **bucket = &buckets[hash(records[i]->key) & (room - 1)];

		records[i]->next = *bucket;
		*bucket = records[i];
	}
	free(db->buckets);
	db->buckets = buckets;
	db->room = db->bucket_count = room;
	return true;
}

static struct record *add(aix_DBM *db, aix_datum key)
{
	struct record *r, **bucket;

	if (db->count == db->room && !grow(db))
		return NULL;
	r = calloc(1, sizeof *r);
	if (r == NULL || !copy(key, &r->key)) {
		free(r);
		return NULL;
	}
	bucket = &db->buckets[hash(key) & (db->bucket_count - 1)];
	r->next = *bucket;
	*bucket = r;
	return db->records[db->count++] = r;
}

static bool set(aix_DBM *db, aix_datum key, const aix_datum *value)
{
	struct record *r = find(db, key);
	aix_datum kept = { NULL, 0 };

	if (r == NULL && value == NULL)
		return true;
	if ((r == NULL && (r = add(db, key)) == NULL) || (value != NULL && !copy(*value, &kept)))
		return false;
	free(r->value.aix_dptr);
	r->value = kept;
	r->live = value != NULL;
	return true;
}

/* Reads what there is. A log that is cut off, or that is something else, is an error. */
static bool load(aix_DBM *db)
{
	struct stat st;
	char *text;
	bool good = false;
	size_t size, at = 0;
	struct head h;

	if (fstat(db->pages, &st) != 0)
		return false;
	size = (size_t)st.st_size;
	text = malloc(size + 1);
	if (text == NULL || pread(db->pages, text, size, 0) != st.st_size)
		goto done;
	while (size - at >= sizeof h) {
		aix_datum key, value;
		bool gone = false;

		memcpy(&h, text + at, sizeof h);
		at += sizeof h;
		if (h.value_size == DELETED)
			h.value_size = 0, gone = true;
		if (h.key_size > size - at || h.value_size > size - at - h.key_size) /* in this order: in 32 bits a sum might be small again */
			break;
		key = (aix_datum){ text + at, h.key_size };
		value = (aix_datum){ text + at + h.key_size, h.value_size };
		at += key.aix_dsize + value.aix_dsize;
		if (!set(db, key, gone ? NULL : &value))
			goto done;
	}
	good = at == size;
	if (!good)
		errno = EINVAL;
done:
	free(text);
	return good;
}

static int open_part(const char *name, const char *suffix, int flags, aix_mode_t mode)
{
	char path[PATH_MAX], host[PATH_MAX];

	if (snprintf(path, sizeof path, "%s%s", name, suffix) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return path_to_host(path, FOLLOW, host) ? open(host, flags, mode) : -1;
}

aix_DBM *aix_dbm_open(const char *name, int aix_flags, aix_mode_t mode)
{
	aix_DBM *db;
	int flags;

	if (!open_flags_to_host(aix_flags, &flags) || (db = calloc(1, sizeof *db)) == NULL)
		return NULL;
	if ((flags & O_ACCMODE) == O_WRONLY)
		flags = (flags & ~O_ACCMODE) | O_RDWR; /* who writes must read */
	db->read_only = (flags & O_ACCMODE) == O_RDONLY;
	db->directory = open_part(name, ".dir", flags, mode);
	db->pages = db->directory < 0 ? -1 : open_part(name, ".pag", flags | O_APPEND, mode);
	if (db->pages < 0 || !load(db)) {
		int error = errno;

		aix_dbm_close(db);
		errno = error;
		return NULL;
	}
	return db;
}

void aix_dbm_close(aix_DBM *db)
{
	if (db->directory >= 0)
		close(db->directory);
	if (db->pages >= 0)
		close(db->pages);
	for (size_t i = 0; i < db->count; i++) {
		free(db->records[i]->key.aix_dptr);
		free(db->records[i]->value.aix_dptr);
		free(db->records[i]);
	}
	free(db->records);
	free(db->buckets);
	free(db);
}

/*
 * The block that a record is in: its key, and behind it its value, which ends the block, or one byte before its end. So neither lies where a
 * number might; and both stay until another record is asked for or stored.
 */
static aix_datum read_block(aix_DBM *db, const struct record *r, const aix_datum *part)
{
	const size_t key = r->key.aix_dsize, value = r->value.aix_dsize;
	char *at = db->block + BLOCK - (key + value);

	if (key + value + OVERHEAD >= BLOCK) { /* a file of somebody else's */
		errno = EINVAL;
		return (aix_datum){ NULL, 0 };
	}
	at -= (uintptr_t)at % 2 == 0;
	if (db->in_block != r) {
		memset(db->block, 0xa5, sizeof db->block);
		memcpy(at, r->key.aix_dptr, key);
		memcpy(at + key, r->value.aix_dptr, value);
		db->in_block = r;
	}
	return (aix_datum){ part == &r->key ? at : at + key, part->aix_dsize };
}

aix_datum aix_dbm_fetch(aix_DBM *db, aix_datum key)
{
	const struct record *r = db->failed ? NULL : find(db, key);

	return r != NULL && r->live ? read_block(db, r, &r->value) : (aix_datum){ NULL, 0 };
}

/* Both to the file and to memory, or to neither. */
static int change(aix_DBM *db, aix_datum key, const aix_datum *value)
{
	struct head h = { (uint32_t)key.aix_dsize, value != NULL ? (uint32_t)value->aix_dsize : DELETED };
	struct iovec parts[3] = { { &h, sizeof h }, { key.aix_dptr, key.aix_dsize } };
	ssize_t size;

	if (value != NULL)
		parts[2] = (struct iovec){ value->aix_dptr, value->aix_dsize };
	size = (ssize_t)(sizeof h + key.aix_dsize + parts[2].iov_len);
	if (writev(db->pages, parts, COUNT(parts)) != size || !set(db, key, value)) {
		db->failed = true;
		return -1;
	}
	db->in_block = NULL;
	memset(db->block, 0xa5, sizeof db->block);
	return 0;
}

int aix_dbm_store(aix_DBM *db, aix_datum key, aix_datum value, int how)
{
	const struct record *r = db->failed ? NULL : find(db, key);

	if (db->failed)
		return -1;
	if (db->read_only) {
		errno = EPERM;
		return -1;
	}
	if (how == aix_DBM_INSERT && r != NULL && r->live)
		return 1;
	/* Each is looked at by itself as well: a negative size is a huge one here. */
	if (key.aix_dsize >= BLOCK || value.aix_dsize >= BLOCK || key.aix_dsize + value.aix_dsize + OVERHEAD >= BLOCK) {
		db->failed = true;
		errno = ENOSPC;
		return -1;
	}
	return change(db, key, &value);
}

int aix_dbm_delete(aix_DBM *db, aix_datum key)
{
	const struct record *r = db->failed ? NULL : find(db, key);

	if (db->read_only) {
		errno = EPERM;
		return -1;
	}
	return r != NULL && r->live ? change(db, key, NULL) : -1;
}

aix_datum aix_dbm_firstkey(aix_DBM *db)
{
	db->cursor = 0;
	return aix_dbm_nextkey(db);
}

aix_datum aix_dbm_nextkey(aix_DBM *db)
{
	while (!db->failed && db->cursor < db->count) {
		const struct record *r = db->records[db->cursor++];

		if (r->live)
			return read_block(db, r, &r->key);
	}
	return (aix_datum){ NULL, 0 };
}

/* After an error all calls fail, until dbm_clearerr, which is not in the SDK. */
int aix_dbm_error(aix_DBM *db) { return db->failed; }
