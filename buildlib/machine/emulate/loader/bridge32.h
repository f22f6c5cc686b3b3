/*
 * Functions whose arguments lie elsewhere in AIX and in Linux, in 32 bits: words_ take the address of AIX's words of arguments, flat_ plain
 * words. See bridge32.c.
 */
#ifndef __64BIT__
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef int words_function(const uint32_t *);
words_function words_execle, words_fprintf, words_printf, words_snprintf, words_sprintf, words_syslog;

int flat_vfprintf(FILE *, const char *, const uint32_t *), flat_vsprintf(char *, const char *, const uint32_t *);
int flat_vsnprintf(char *, size_t, const char *, const uint32_t *);
int flat_atexit(const void *);
void flat_qsort(void *, size_t, size_t, const void *);
void flat_dbm_fetch(aix_datum *, aix_DBM *, void *, size_t);
int flat_dbm_delete(aix_DBM *, void *, size_t);
int flat_dbm_store(aix_DBM *, void *, size_t, void *, size_t, int);
#endif
