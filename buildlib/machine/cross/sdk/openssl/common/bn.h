#ifndef SDK_OPENSSL_BN_H
#define SDK_OPENSSL_BN_H

#include <openssl/types.h>

BIGNUM *BN_bin2bn(const unsigned char *, int, BIGNUM *);
void BN_free(BIGNUM *);

#endif
