#ifndef SDK_OPENSSL_DH_H
#define SDK_OPENSSL_DH_H

#include <openssl/bn.h>

#if OPENSSL_VERSION_NUMBER < 0x10100000L
/* Its beginning: DH_new alone makes one. */
struct dh_st {
	int pad;
	int version;
	BIGNUM *p;
	BIGNUM *g;
};
#else
int DH_set0_pqg(DH *, BIGNUM *, BIGNUM *, BIGNUM *);
#endif

void DH_free(DH *);
DH *DH_new(void);
int DH_size(const DH *);

#endif
