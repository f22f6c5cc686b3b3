#ifndef SDK_OPENSSL_CRYPTO_H
#define SDK_OPENSSL_CRYPTO_H

#include <openssl/stack.h>

typedef void CRYPTO_EX_free(void *, void *, CRYPTO_EX_DATA *, int, long, void *);
#if OPENSSL_VERSION_NUMBER < 0x10100000L
typedef int CRYPTO_EX_new(void *, void *, CRYPTO_EX_DATA *, int, long, void *);
typedef int CRYPTO_EX_dup(CRYPTO_EX_DATA *, CRYPTO_EX_DATA *, void *, int, long, void *);
#else
typedef void CRYPTO_EX_new(void *, void *, CRYPTO_EX_DATA *, int, long, void *);
#if OPENSSL_VERSION_NUMBER < 0x30000000L
typedef int CRYPTO_EX_dup(CRYPTO_EX_DATA *, const CRYPTO_EX_DATA *, void *, int, long, void *);
#else
typedef int CRYPTO_EX_dup(CRYPTO_EX_DATA *, const CRYPTO_EX_DATA *, void **, int, long, void *);
#endif
#endif

/* Each library tells its own version, for comparison with the one compiled with. */
#if OPENSSL_VERSION_NUMBER < 0x10100000L
unsigned long SSLeay(void);
unsigned long CRYPTO_thread_id(void);
#else
unsigned long OpenSSL_version_num(void);
#define SSLeay OpenSSL_version_num
#define CRYPTO_thread_id() (0UL)

#define CRYPTO_EX_INDEX_SSL 0
int CRYPTO_get_ex_new_index(int, long, void *, CRYPTO_EX_new *, CRYPTO_EX_dup *, CRYPTO_EX_free *);

#define OPENSSL_INIT_LOAD_CRYPTO_STRINGS 0x00000002L
#define OPENSSL_INIT_ADD_ALL_CIPHERS 0x00000004L
#define OPENSSL_INIT_ADD_ALL_DIGESTS 0x00000008L
int OPENSSL_init_crypto(uint64_t, const OPENSSL_INIT_SETTINGS *);
#endif

#if OPENSSL_VERSION_NUMBER < 0x30000000L
int FIPS_mode(void);
int FIPS_mode_set(int);
#endif

#endif
