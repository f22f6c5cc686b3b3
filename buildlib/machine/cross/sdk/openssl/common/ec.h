#ifndef SDK_OPENSSL_EC_H
#define SDK_OPENSSL_EC_H

#include <openssl/types.h>

void EC_KEY_free(EC_KEY *);
EC_KEY *EC_KEY_new_by_curve_name(int);

#endif
