/* Functions only: AIX's macros look into a table of the locale, whose form is not known; POSIX wants the functions as well. */
#ifndef SDK_CTYPE_H
#define SDK_CTYPE_H

int isalnum(int);
int isalpha(int);
int iscntrl(int);
int isdigit(int);
int isgraph(int);
int islower(int);
int isprint(int);
int ispunct(int);
int isspace(int);
int isupper(int);
int isxdigit(int);
int tolower(int);
int toupper(int);

/* ASCII by definition. */
#define isascii(c) (((unsigned int)(c)) < 0x80)
#define toascii(c) ((c) & 0x7f)

#endif
