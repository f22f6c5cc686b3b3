#ifndef SDK_OPENSSL_PEM_H
#define SDK_OPENSSL_PEM_H

#include <openssl/bio.h>
#include <openssl/x509.h>

typedef int pem_password_cb(char *, int, int, void *);

DH *PEM_read_bio_DHparams(BIO *, DH **, pem_password_cb *, void *);
X509_CRL *PEM_read_bio_X509_CRL(BIO *, X509_CRL **, pem_password_cb *, void *);

#endif
