#ifndef SDK_OPENSSL_X509_H
#define SDK_OPENSSL_X509_H

#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#define X509_FILETYPE_PEM 1
#define X509_L_ADD_DIR 2
#define X509_V_OK 0
#define X509_V_ERR_UNABLE_TO_GET_CRL 3
#define X509_V_FLAG_CRL_CHECK 0x4
#define X509_V_FLAG_CRL_CHECK_ALL 0x8
#define X509_V_FLAG_TRUSTED_FIRST 0x8000

void X509_CRL_free(X509_CRL *);
X509_LOOKUP_METHOD *X509_LOOKUP_hash_dir(void);
int X509_LOOKUP_ctrl(X509_LOOKUP *, int, const char *, long, char **);
int X509_STORE_add_crl(X509_STORE *, X509_CRL *);
X509_LOOKUP *X509_STORE_add_lookup(X509_STORE *, X509_LOOKUP_METHOD *);
int X509_STORE_set_flags(X509_STORE *, unsigned long);
void X509_STORE_set_verify_cb(X509_STORE *, int (*)(int, X509_STORE_CTX *));
void X509_STORE_CTX_set_error(X509_STORE_CTX *, int);
int X509_digest(const X509 *, const EVP_MD *, unsigned char *, unsigned int *);
void X509_free(X509 *);
int X509_verify_cert(X509_STORE_CTX *);
const char *X509_verify_cert_error_string(long);
#define X509_LOOKUP_add_dir(lookup, name, type) X509_LOOKUP_ctrl((lookup), X509_L_ADD_DIR, (name), (long)(type), NULL)

/* What is only read became const: most of it in 1.1, the rest in 3.0. */
#if OPENSSL_VERSION_NUMBER < 0x10100000L
#define SDK_CONST11
#else
#define SDK_CONST11 const
#endif
#if OPENSSL_VERSION_NUMBER < 0x30000000L
#define SDK_CONST3
#else
#define SDK_CONST3 const
#endif
char *X509_NAME_oneline(SDK_CONST11 X509_NAME *, char *, int);
void *X509_get_ext_d2i(SDK_CONST11 X509 *, int, int *, int *);
X509_NAME *X509_get_issuer_name(SDK_CONST11 X509 *);
X509_NAME *X509_get_subject_name(SDK_CONST11 X509 *);
int X509_NAME_get_text_by_NID(SDK_CONST3 X509_NAME *, int, char *, int);
X509 *X509_STORE_CTX_get_current_cert(SDK_CONST3 X509_STORE_CTX *);
int X509_STORE_CTX_get_error(SDK_CONST3 X509_STORE_CTX *);
int X509_STORE_CTX_get_error_depth(SDK_CONST3 X509_STORE_CTX *);
void *X509_STORE_CTX_get_ex_data(SDK_CONST3 X509_STORE_CTX *, int);
int i2d_X509_PUBKEY(SDK_CONST3 X509_PUBKEY *, unsigned char **);

#if OPENSSL_VERSION_NUMBER < 0x10100000L
/* Their beginnings, up to the key, and the certificate that is verified. */
struct x509_cinf_st {
	ASN1_STRING *version;
	ASN1_STRING *serialNumber;
	void *signature;
	X509_NAME *issuer;
	void *validity;
	X509_NAME *subject;
	X509_PUBKEY *key;
};
struct x509_st {
	struct x509_cinf_st *cert_info;
};
struct x509_store_ctx_st {
	X509_STORE *ctx;
	int current_method;
	X509 *cert;
};
#define X509_get_X509_PUBKEY(x) ((x)->cert_info->key)
/* A macro of OpenSSL's that sets the member; this function of the same release does so, too. */
#define X509_STORE_set_verify_cb_func(store, func) X509_STORE_set_verify_cb((store), (func))
#else
X509_PUBKEY *X509_get_X509_PUBKEY(const X509 *);
X509 *X509_STORE_CTX_get0_cert(SDK_CONST3 X509_STORE_CTX *);
#define X509_STORE_set_verify_cb_func(store, func) X509_STORE_set_verify_cb((store), (func))
#endif

#endif
