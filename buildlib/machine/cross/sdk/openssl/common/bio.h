#ifndef SDK_OPENSSL_BIO_H
#define SDK_OPENSSL_BIO_H

#include <openssl/crypto.h>

#define BIO_NOCLOSE 0x00
#define BIO_CLOSE 0x01
#define BIO_FP_READ 0x02
#define BIO_C_SET_FILENAME 108

long BIO_ctrl(BIO *, int, long, void *);
int BIO_free(BIO *);
BIO *BIO_new_file(const char *, const char *);
BIO *BIO_new_fp(FILE *, int);
#if OPENSSL_VERSION_NUMBER < 0x10100000L
BIO *BIO_new(BIO_METHOD *);
BIO_METHOD *BIO_s_file(void);
#define BIO_read_filename(b, name) BIO_ctrl((b), BIO_C_SET_FILENAME, BIO_CLOSE | BIO_FP_READ, (char *)(name))
#else
BIO *BIO_new(const BIO_METHOD *);
const BIO_METHOD *BIO_s_file(void);
#define BIO_read_filename(b, name) ((int)BIO_ctrl((b), BIO_C_SET_FILENAME, BIO_CLOSE | BIO_FP_READ, (char *)(name)))
#endif

#endif
