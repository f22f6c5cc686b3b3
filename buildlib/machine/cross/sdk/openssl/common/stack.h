/* Lists. OpenSSL has a function for each type of element; all of them come to these two. */
#ifndef SDK_OPENSSL_STACK_H
#define SDK_OPENSSL_STACK_H

#include <openssl/types.h>

#if OPENSSL_VERSION_NUMBER < 0x10100000L
typedef struct stack_st _STACK;
int sk_num(const _STACK *);
void *sk_value(const _STACK *, int);
#define SDK_SK_NUM(st) sk_num((const _STACK *)(st))
#define SDK_SK_VALUE(st, i) sk_value((const _STACK *)(st), (i))
#else
typedef struct stack_st OPENSSL_STACK;
int OPENSSL_sk_num(const OPENSSL_STACK *);
void *OPENSSL_sk_value(const OPENSSL_STACK *, int);
#define SDK_SK_NUM(st) OPENSSL_sk_num((const OPENSSL_STACK *)(st))
#define SDK_SK_VALUE(st, i) OPENSSL_sk_value((const OPENSSL_STACK *)(st), (i))
#endif

#endif
