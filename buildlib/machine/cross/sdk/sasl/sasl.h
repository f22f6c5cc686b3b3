/*
 * Cyrus SASL 2.1.27, as the AIX Toolbox has it, as far as sendmail uses it: names, types and values of the interface, in our own words.
 * Its header's SASL_SEC_MAXIMUM became 0xFFFF with 2.1.28.
 */
#ifndef SDK_SASL_H
#define SDK_SASL_H

#include <stddef.h>

#define SASL_VERSION_MAJOR 2
#define SASL_VERSION_MINOR 1
#define SASL_VERSION_STEP 27
#define SASL_VERSION_FULL ((SASL_VERSION_MAJOR << 16) | (SASL_VERSION_MINOR << 8) | SASL_VERSION_STEP)

#define SASL_CONTINUE 1
#define SASL_OK 0
#define SASL_FAIL -1
#define SASL_NOMEM -2
#define SASL_NOMECH -4
#define SASL_BADPARAM -7

/* Requests of the library to the program. */
#define SASL_CB_LIST_END 0
#define SASL_CB_VERIFYFILE 4
#define SASL_CB_USER 0x4001
#define SASL_CB_AUTHNAME 0x4002
#define SASL_CB_LANGUAGE 0x4003
#define SASL_CB_PASS 0x4004
#define SASL_CB_GETREALM 0x4008
#define SASL_CB_PROXY_POLICY 0x8001

/* Properties. */
#define SASL_USERNAME 0
#define SASL_SSF 1
#define SASL_MAXOUTBUF 2
#define SASL_IPLOCALPORT 8
#define SASL_IPREMOTEPORT 9
#define SASL_SSF_EXTERNAL 100
#define SASL_SEC_PROPS 101
#define SASL_AUTH_EXTERNAL 102

#define SASL_SEC_NOPLAINTEXT 0x0001
#define SASL_SEC_NOACTIVE 0x0002
#define SASL_SEC_NODICTIONARY 0x0004
#define SASL_SEC_FORWARD_SECRECY 0x0008
#define SASL_SEC_NOANONYMOUS 0x0010
#define SASL_SEC_PASS_CREDENTIALS 0x0020
#define SASL_SEC_MUTUAL_AUTH 0x0040
#define SASL_SEC_MAXIMUM 0x00FF

typedef enum { SASL_VRFY_PLUGIN = 0, SASL_VRFY_CONF = 1, SASL_VRFY_PASSWD = 2, SASL_VRFY_OTHER = 3 } sasl_verify_type_t;
typedef struct sasl_conn sasl_conn_t;
struct propctx;
typedef unsigned sasl_ssf_t;

struct sasl_callback {
	unsigned long id;
	int (*proc)(void);
	void *context;
};
typedef struct sasl_callback sasl_callback_t;

struct sasl_interact {
	unsigned long id;
	const char *challenge;
	const char *prompt;
	const char *defresult;
	const void *result;
	unsigned len;
};
typedef struct sasl_interact sasl_interact_t;

struct sasl_secret {
	unsigned long len;
	unsigned char data[1];
};
typedef struct sasl_secret sasl_secret_t;

struct sasl_security_properties {
	sasl_ssf_t min_ssf;
	sasl_ssf_t max_ssf;
	unsigned maxbufsize;
	unsigned security_flags;
	const char **property_names;
	const char **property_values;
};
typedef struct sasl_security_properties sasl_security_properties_t;

typedef void *sasl_malloc_t(size_t);
typedef void *sasl_calloc_t(size_t, size_t);
typedef void *sasl_realloc_t(void *, size_t);
typedef void sasl_free_t(void *);

int sasl_client_init(const sasl_callback_t *);
int sasl_client_new(const char *, const char *, const char *, const char *, const sasl_callback_t *, unsigned, sasl_conn_t **);
int sasl_client_start(sasl_conn_t *, const char *, sasl_interact_t **, const char **, unsigned *, const char **);
int sasl_client_step(sasl_conn_t *, const char *, unsigned, sasl_interact_t **, const char **, unsigned *);
int sasl_decode(sasl_conn_t *, const char *, unsigned, const char **, unsigned *);
void sasl_dispose(sasl_conn_t **);
void sasl_done(void);
int sasl_encode(sasl_conn_t *, const char *, unsigned, const char **, unsigned *);
const char *sasl_errdetail(sasl_conn_t *);
const char *sasl_errstring(int, const char *, const char **);
int sasl_getprop(sasl_conn_t *, int, const void **);
int sasl_listmech(sasl_conn_t *, const char *, const char *, const char *, const char *, const char **, unsigned *, int *);
int sasl_server_init(const sasl_callback_t *, const char *);
int sasl_server_new(const char *, const char *, const char *, const char *, const char *, const sasl_callback_t *, unsigned, sasl_conn_t **);
int sasl_server_start(sasl_conn_t *, const char *, const char *, unsigned, const char **, unsigned *);
int sasl_server_step(sasl_conn_t *, const char *, unsigned, const char **, unsigned *);
void sasl_set_alloc(sasl_malloc_t *, sasl_calloc_t *, sasl_realloc_t *, sasl_free_t *);
int sasl_setprop(sasl_conn_t *, int, const void *);

#endif
