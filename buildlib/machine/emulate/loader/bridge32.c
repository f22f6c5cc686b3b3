/*
 * 32 bits: arguments that lie elsewhere in AIX and in Linux, where words_code and thunk_code (enter32.S) do not do. AIX has all arguments one
 * behind the other, as words; numbers of 8 bytes are two of them wherever they come, floating point numbers have their words as well, and
 * structures are handed over as they are. System V aligns numbers of 8 bytes, counts floating point numbers by themselves, and hands over the
 * address of a structure.
 */
#include "loader.h"
#include "imports.h"

#ifdef __64BIT__
void bridge(struct import *i) { (void)i; }
#else

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "aix/ndbm.h"
#include "aix/unistd.h"
#include "bridge32.h"

/*
 * Code for each function of the program's that Linux calls: it says which one, and goes on in call_program (enter32.S). There are few: handlers
 * of signals, what qsort compares with, what libraries call back.
 */
enum { STUB_WORDS = 6, MOST_STUBS = 1024 };
struct stub {
	uint32_t code[STUB_WORDS];
};
extern const char call_program[];

void *callable_code(const void *function)
{
	static const void *functions[MOST_STUBS];
	static struct stub *stubs;
	static size_t count;
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	const uint32_t f = (uint32_t)function, to = (uint32_t)call_program;
	size_t i = 0;

	if (function == NULL)
		return NULL;
	pthread_mutex_lock(&lock);
	if (stubs == NULL) {
		stubs = mmap(NULL, MOST_STUBS * sizeof *stubs, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (stubs == MAP_FAILED)
			refuse("calling the program: %m");
	}
	while (i < count && functions[i] != function)
		i++;
	if (i == MOST_STUBS)
		refuse("calling the program: it has more than %d functions for that", MOST_STUBS);
	if (i == count) {
		functions[count++] = function;
		stubs[i] = (struct stub){ {
			0x3d600000 | f >> 16,     /* lis r11, f@h */
			0x616b0000 | (f & 0xffff), /* ori r11, r11, f@l */
			0x3d800000 | to >> 16,    /* lis r12, to@h */
			0x618c0000 | (to & 0xffff),
			0x7d8903a6, /* mtctr r12 */
			0x4e800420, /* bctr */
		} };
		__builtin___clear_cache((char *)&stubs[i], (char *)&stubs[i + 1]);
	}
	pthread_mutex_unlock(&lock);
	return &stubs[i];
}

/* A va_list of System V's whose arguments all lie in memory. */
struct list {
	unsigned char integers, floats; /* registers that are used up: all eight of both */
	unsigned short reserved;
	const void *arguments, *registers;
};
_Static_assert(sizeof(struct list) == sizeof(va_list), "va_list");

/* A va_list out of words of AIX's. Which of them are halves of one number is only in the format. */
enum { ROOM = 256 };

static void read_format(const char *format, const uint32_t *words, uint32_t *room, va_list to)
{
	const struct list l = { 8, 8, 0, room, NULL };
	size_t n = 0;

	for (const char *f = strchr(format, '%'); f != NULL; f = strchr(f, '%')) {
		int longs = 0;

		for (f++; *f != '\0' && strchr("-+ #0123456789.*'hlLqjzt", *f) != NULL; f++) {
			if (*f == '*')
				room[n++] = *words++;
			longs += *f == 'l' ? 1 : *f == 'q' || *f == 'j' ? 2 : 0;
			if (n > ROOM - 4)
				break;
		}
		if (n > ROOM - 4)
			refuse("too many arguments for the format %.100s", format);
		if (*f == '\0')
			break;
		if (strchr("aAeEfFgG", *f) != NULL || (longs >= 2 && strchr("diouxXn", *f) != NULL && *f != 'n')) {
			n += n % 2;
			room[n++] = *words++;
			room[n++] = *words++;
		} else if (strchr("cCdinopsSuxX", *f) != NULL)
			room[n++] = *words++;
		else if (*f != '%' && *f != 'm')
			refuse("the format %s has a conversion that is not known", format);
		f++;
	}
	memcpy(to, &l, sizeof l);
}

#define LIST(format, words) \
	uint32_t room[ROOM] __attribute__((aligned(8))); \
	va_list list; \
	read_format(format, words, room, list)

int flat_vfprintf(FILE *f, const char *format, const uint32_t *w)
{
	LIST(format, w);
	return vfprintf(stream_of(f), format, list);
}

int flat_vsnprintf(char *to, size_t n, const char *format, const uint32_t *w)
{
	LIST(format, w);
	return vsnprintf(to, n, format, list);
}

int flat_vsprintf(char *to, const char *format, const uint32_t *w)
{
	LIST(format, w);
	return vsprintf(to, format, list);
}

int words_printf(const uint32_t *w) { return flat_vfprintf(stdout, (char *)w[0], w + 1); }
int words_fprintf(const uint32_t *w) { return flat_vfprintf((FILE *)w[0], (char *)w[1], w + 2); }
int words_sprintf(const uint32_t *w) { return flat_vsprintf((char *)w[0], (char *)w[1], w + 2); }
int words_snprintf(const uint32_t *w) { return flat_vsnprintf((char *)w[0], w[1], (char *)w[2], w + 3); }

int words_syslog(const uint32_t *w)
{
	LIST((char *)w[1], w + 2);
	log_line((int)w[0], (char *)w[1], list);
	return 0;
}

int words_execle(const uint32_t *w)
{
	size_t n = 1;

	while (w[n] != 0)
		n++;
	return aix_execve((char *)w[0], (char *const *)(w + 1), (char *const *)w[n + 1]);
}

/* Functions that call the program back. */
int flat_atexit(const void *function) { return atexit((void (*)(void))callable_code(function)); }

void flat_qsort(void *p, size_t n, size_t size, const void *compare)
{
	qsort(p, n, size, (int (*)(const void *, const void *))callable_code(compare));
}

/* A datum's address and size are two words. The place for one that is returned is the first argument in both. */
void flat_dbm_fetch(aix_datum *to, aix_DBM *db, void *p, size_t n) { *to = aix_dbm_fetch(db, (aix_datum){ p, n }); }
int flat_dbm_delete(aix_DBM *db, void *p, size_t n) { return aix_dbm_delete(db, (aix_datum){ p, n }); }
int flat_dbm_store(aix_DBM *db, void *p, size_t n, void *q, size_t m, int how) { return aix_dbm_store(db, (aix_datum){ p, n }, (aix_datum){ q, m }, how); }

/*
 * OpenSSL and SASL. Of most functions the arguments are the same words. Some take functions of the program's: which of the words, as bits from the
 * first one on. SASL also takes lists of them, whose address is one of the words.
 */
static const struct callbacks {
	const char *name;
	unsigned functions, lists;
} callbacks[] = {
	{ "CRYPTO_get_ex_new_index", 1 << 3 | 1 << 4 | 1 << 5, 0 },
	{ "DSA_generate_parameters", 1 << 6, 0 },
	{ "PEM_read_bio_DHparams", 1 << 2, 0 },
	{ "PEM_read_bio_X509_CRL", 1 << 2, 0 },
	{ "RSA_generate_key", 1 << 2, 0 },
	{ "SSL_CTX_set_cert_verify_callback", 1 << 1, 0 },
	{ "SSL_CTX_set_info_callback", 1 << 1, 0 },
	{ "SSL_CTX_set_tmp_rsa_callback", 1 << 1, 0 },
	{ "SSL_CTX_set_verify", 1 << 2, 0 },
	{ "SSL_get_ex_new_index", 1 << 2 | 1 << 3 | 1 << 4, 0 },
	{ "SSL_set_verify", 1 << 2, 0 },
	{ "X509_STORE_set_verify_cb", 1 << 1, 0 },
	{ "sasl_client_init", 0, 1 << 0 },
	{ "sasl_client_new", 0, 1 << 4 },
	{ "sasl_server_init", 0, 1 << 0 },
	{ "sasl_server_new", 0, 1 << 5 },
	{ "sasl_set_alloc", 1 << 0 | 1 << 1 | 1 << 2 | 1 << 3, 0 },
};

struct sasl_callback {
	unsigned long id; /* 0 ends the list */
	const void *function, *context;
};

/* SASL keeps the list's address, so the new one stays. */
static struct sasl_callback *callable_list(const struct sasl_callback *list)
{
	struct sasl_callback *new;
	size_t n = 0;

	if (list == NULL)
		return NULL;
	while (list[n++].id != 0)
		;
	new = calloc(n, sizeof *new);
	if (new == NULL)
		refuse("out of memory");
	memcpy(new, list, n * sizeof *new);
	for (size_t i = 0; i < n; i++)
		new[i].function = callable_code(list[i].function);
	return new;
}

typedef uint64_t any_function(uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t);

/* words_code calls this with the thunk of the function that the program has called. */
static uint64_t with_callbacks(const uint32_t *words, const struct thunk *t)
{
	const struct callbacks *c = callbacks;
	uint32_t w[8];

	while (strcmp(c->name, t->name) != 0)
		c++;
	memcpy(w, words, sizeof w);
	for (size_t i = 0; i < COUNT(w); i++) {
		if (c->functions >> i & 1)
			w[i] = (uint32_t)callable_code((const void *)w[i]);
		if (c->lists >> i & 1)
			w[i] = (uint32_t)callable_list((const void *)w[i]);
	}
	return ((any_function *)t->behind)(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
}

/* The options are a number of 8 bytes since OpenSSL 3, and were a long before. */
static uint64_t set_options(const uint32_t *words, const struct thunk *t)
{
	uint64_t (*function)(uint32_t, uint64_t) = (uint64_t (*)(uint32_t, uint64_t))t->behind;

	if (strstr(t->library, ".so.3)") != NULL)
		return function(words[0], (uint64_t)words[1] << 32 | words[2]);
	return function(words[0], words[1]) << 32; /* the first word of the result is the result */
}

void bridge(struct import *i)
{
	for (size_t n = 0; n < COUNT(callbacks); n++)
		if (strcmp(i->name, callbacks[n].name) == 0) {
			i->address = (void *)with_callbacks;
			i->kind = WORDS;
		}
	if (strcmp(i->name, "SSL_CTX_set_options") == 0 || strcmp(i->name, "SSL_set_options") == 0) {
		i->address = (void *)set_options;
		i->kind = WORDS;
	}
}

#endif
