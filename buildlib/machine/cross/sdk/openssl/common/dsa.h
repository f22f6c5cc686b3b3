#ifndef SDK_OPENSSL_DSA_H
#define SDK_OPENSSL_DSA_H

#include <openssl/dh.h>

DH *DSA_dup_DH(const DSA *);
void DSA_free(DSA *);
DSA *DSA_generate_parameters(int, unsigned char *, int, int *, unsigned long *, void (*)(int, int, void *), void *);
int DSA_generate_parameters_ex(DSA *, int, const unsigned char *, int, int *, unsigned long *, BN_GENCB *);
DSA *DSA_new(void);

#endif
