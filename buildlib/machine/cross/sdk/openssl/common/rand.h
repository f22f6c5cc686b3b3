#ifndef SDK_OPENSSL_RAND_H
#define SDK_OPENSSL_RAND_H

int RAND_load_file(const char *, long);
void RAND_seed(const void *, int);

#endif
