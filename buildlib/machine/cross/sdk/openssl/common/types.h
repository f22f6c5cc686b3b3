/* The types of all headers. Only 3.0 has a header of this name; the older ones keep them in ossl_typ.h and elsewhere. */
#ifndef SDK_OPENSSL_TYPES_H
#define SDK_OPENSSL_TYPES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <openssl/opensslv.h>

#define STACK_OF(type) struct stack_st_##type
STACK_OF(SSL_COMP);
STACK_OF(X509_NAME);

typedef struct asn1_string_st ASN1_STRING;
typedef struct bignum_st BIGNUM;
typedef struct bio_method_st BIO_METHOD;
typedef struct bio_st BIO;
typedef struct bn_gencb_st BN_GENCB;
typedef struct crypto_ex_data_st CRYPTO_EX_DATA;
typedef struct dh_st DH;
typedef struct dsa_st DSA;
typedef struct ec_key_st EC_KEY;
typedef struct engine_st ENGINE;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct rsa_st RSA;
typedef struct ssl_cipher_st SSL_CIPHER;
typedef struct ssl_comp_st SSL_COMP;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_method_st SSL_METHOD;
typedef struct ssl_st SSL;
typedef struct x509_lookup_method_st X509_LOOKUP_METHOD;
typedef struct x509_lookup_st X509_LOOKUP;
typedef struct x509_st X509;
typedef struct x509_store_ctx_st X509_STORE_CTX;
typedef struct x509_store_st X509_STORE;
typedef struct X509_crl_st X509_CRL;
typedef struct X509_name_st X509_NAME;
typedef struct X509_pubkey_st X509_PUBKEY;

#if OPENSSL_VERSION_NUMBER < 0x10100000L
typedef struct env_md_ctx_st EVP_MD_CTX;
typedef struct env_md_st EVP_MD;
#else
typedef struct evp_md_ctx_st EVP_MD_CTX;
typedef struct evp_md_st EVP_MD;
typedef struct ossl_init_settings_st OPENSSL_INIT_SETTINGS;
#endif
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
typedef struct ossl_lib_ctx_st OSSL_LIB_CTX;
#endif

#endif
