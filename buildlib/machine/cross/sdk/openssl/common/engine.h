#ifndef SDK_OPENSSL_ENGINE_H
#define SDK_OPENSSL_ENGINE_H

#include <openssl/types.h>

#define ENGINE_METHOD_ALL ((unsigned int)0xFFFF)
#define ENGINE_CTRL_CHIL_SET_FORKCHECK 100

ENGINE *ENGINE_by_id(const char *);
int ENGINE_ctrl(ENGINE *, int, long, void *, void (*)(void));
int ENGINE_ctrl_cmd_string(ENGINE *, const char *, const char *, int);
int ENGINE_free(ENGINE *);
int ENGINE_init(ENGINE *);
void ENGINE_load_builtin_engines(void);
int ENGINE_set_default(ENGINE *, unsigned int);

#endif
