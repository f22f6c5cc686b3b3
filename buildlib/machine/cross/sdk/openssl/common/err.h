#ifndef SDK_OPENSSL_ERR_H
#define SDK_OPENSSL_ERR_H

#include <openssl/types.h>

#define ERR_TXT_STRING 0x02
#define ERR_LIB_SSL 20
#if OPENSSL_VERSION_NUMBER < 0x30000000L
#define ERR_R_FATAL 64
#define ERR_R_MALLOC_FAILURE (1 | ERR_R_FATAL)
void ERR_put_error(int, int, int, const char *, int);
#define SSLerr(f, r) ERR_put_error(ERR_LIB_SSL, (f), (r), __FILE__, __LINE__)
#else
#define ERR_RFLAGS_OFFSET 18L
#define ERR_RFLAG_FATAL (0x1 << ERR_RFLAGS_OFFSET)
#define ERR_RFLAG_COMMON (0x2 << ERR_RFLAGS_OFFSET)
#define ERR_R_FATAL (ERR_RFLAG_FATAL | ERR_RFLAG_COMMON)
#define ERR_R_MALLOC_FAILURE (256 | ERR_R_FATAL)
unsigned long ERR_get_error_all(const char **, int *, const char **, const char **, int *);
void ERR_new(void);
void ERR_set_debug(const char *, int, const char *);
void ERR_set_error(int, int, const char *, ...);
#define SSLerr(f, r) (ERR_new(), ERR_set_debug(__FILE__, __LINE__, __func__), ERR_set_error(ERR_LIB_SSL, (r), NULL))
#endif

char *ERR_error_string(unsigned long, char *);
unsigned long ERR_get_error(void);
unsigned long ERR_get_error_line_data(const char **, int *, const char **, int *);
unsigned long ERR_peek_error(void);
const char *ERR_reason_error_string(unsigned long);

#endif
