/* Regular expressions [rust]; the 32-bit structure is the same list of members. */
#ifndef SDK_REGEX_H
#define SDK_REGEX_H

#include <sys/types.h>

typedef long regoff_t;

typedef struct {
	size_t re_nsub;
	void *re_comp;
	int re_cflags;
	size_t re_erroff;
	size_t re_len;
	wchar_t re_ucoll[2];
	void *re_lsub[24];
	void *re_esub[24];
	unsigned char *re_map;
	int re_maxsub;
	void *re_unused[34];
} regex_t;

typedef struct {
	regoff_t rm_so;
	regoff_t rm_eo;
} regmatch_t;

#define REG_EXTENDED 1
#define REG_ICASE 2
#define REG_NEWLINE 4
#define REG_NOSUB 8
#define REG_NOTBOL 0x100
#define REG_NOTEOL 0x200
#define REG_NOMATCH 1

int regcomp(regex_t *, const char *, int);
int regexec(const regex_t *, const char *, size_t, regmatch_t[], int);
size_t regerror(int, const regex_t *, char *, size_t);
void regfree(regex_t *);

#endif
