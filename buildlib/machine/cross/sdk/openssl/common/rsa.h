#ifndef SDK_OPENSSL_RSA_H
#define SDK_OPENSSL_RSA_H

#include <openssl/types.h>

#define RSA_F4 0x10001L

void RSA_free(RSA *);
RSA *RSA_generate_key(int, unsigned long, void (*)(int, int, void *), void *);

#endif
