#ifndef SDK_OPENSSL_EVP_H
#define SDK_OPENSSL_EVP_H

#include <openssl/crypto.h>

#define EVP_MAX_MD_SIZE 64

int EVP_DigestFinal_ex(EVP_MD_CTX *, unsigned char *, unsigned int *);
int EVP_DigestInit_ex(EVP_MD_CTX *, const EVP_MD *, ENGINE *);
int EVP_DigestUpdate(EVP_MD_CTX *, const void *, size_t);
void EVP_PKEY_free(EVP_PKEY *);
const EVP_MD *EVP_get_digestbyname(const char *);
const EVP_MD *EVP_md5(void);

#define OpenSSL_add_all_algorithms() OPENSSL_add_all_algorithms_noconf()
#if OPENSSL_VERSION_NUMBER < 0x10100000L
EVP_MD_CTX *EVP_MD_CTX_create(void);
void EVP_MD_CTX_destroy(EVP_MD_CTX *);
void OPENSSL_add_all_algorithms_noconf(void);
#else
EVP_MD_CTX *EVP_MD_CTX_new(void);
void EVP_MD_CTX_free(EVP_MD_CTX *);
#define EVP_MD_CTX_create() EVP_MD_CTX_new()
#define EVP_MD_CTX_destroy(ctx) EVP_MD_CTX_free(ctx)
#define OPENSSL_add_all_algorithms_noconf() OPENSSL_init_crypto(OPENSSL_INIT_ADD_ALL_CIPHERS | OPENSSL_INIT_ADD_ALL_DIGESTS, NULL)
#endif
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
int EVP_default_properties_is_fips_enabled(OSSL_LIB_CTX *);
#endif

#endif
