/*
 * Standard input and output. AIX's programs import the array _iob for the three that a program begins with. What a FILE holds is not known, so
 * nothing here looks into one or counts on its size, and the three are opened with fdopen by whoever uses them first (start/stream.c) [sdk].
 */
#ifndef SDK_STDIO_H
#define SDK_STDIO_H

#include <stdarg.h>
#include <sys/types.h>

typedef struct sdk_file FILE;
typedef long long fpos_t;

FILE *sdk_stream(int);
#define stdin sdk_stream(0)
#define stdout sdk_stream(1)
#define stderr sdk_stream(2)

#define EOF (-1)
#define BUFSIZ 4096 /* [rust] */
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define _IOFBF 0000
#define _IOLBF 0100
#define _IONBF 0004 /* these three [bsd], of System V */

FILE *fopen(const char *, const char *);
FILE *fdopen(int, const char *);
FILE *freopen(const char *, const char *, FILE *);
int fclose(FILE *);
int fflush(FILE *);
int fileno(FILE *);
int setvbuf(FILE *, char *, int, size_t);
void setbuf(FILE *, char *);
int feof(FILE *);
int ferror(FILE *);
void clearerr(FILE *);
int getc(FILE *);
int getchar(void);
int fgetc(FILE *);
char *fgets(char *, int, FILE *);
int ungetc(int, FILE *);
int putc(int, FILE *);
int putchar(int);
int fputc(int, FILE *);
int fputs(const char *, FILE *);
int puts(const char *);
size_t fread(void *, size_t, size_t, FILE *);
size_t fwrite(const void *, size_t, size_t, FILE *);
int fseek(FILE *, long, int);
long ftell(FILE *);
void rewind(FILE *);
int printf(const char *, ...) __attribute__((format(printf, 1, 2)));
int fprintf(FILE *, const char *, ...) __attribute__((format(printf, 2, 3)));
int sprintf(char *, const char *, ...) __attribute__((format(printf, 2, 3)));
int snprintf(char *, size_t, const char *, ...) __attribute__((format(printf, 3, 4)));
int vprintf(const char *, va_list);
int vfprintf(FILE *, const char *, va_list);
int vsprintf(char *, const char *, va_list);
int vsnprintf(char *, size_t, const char *, va_list);
int sscanf(const char *, const char *, ...) __attribute__((format(scanf, 2, 3)));
int fscanf(FILE *, const char *, ...) __attribute__((format(scanf, 2, 3)));
FILE *popen(const char *, const char *);
int pclose(FILE *);
int remove(const char *);
int rename(const char *, const char *);
void perror(const char *);

#endif
