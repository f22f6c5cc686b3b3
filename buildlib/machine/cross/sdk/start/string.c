/*
 * The functions on memory and strings that AIX links into a program from static members of libc.a, or that its kernel keeps at fixed
 * addresses ("millicode": ___memmove64 and the like, which the compiler calls): whether the shared libc exports them is not known, so a
 * program made with the SDK brings them along. This file is compiled with -ffreestanding -fno-builtin, lest they call themselves.
 */
#include <string.h>

#ifdef __64BIT__
#define MILLICODE(name) ___##name##64
#else
#define MILLICODE(name) ___##name
#endif

typedef unsigned char byte;

void *memmove(void *to, const void *from, size_t n)
{
	byte *t = to;
	const byte *f = from;

	if (t <= f || t >= f + n) {
		/* By words, as long as both are aligned alike. */
		if ((((unsigned long)t ^ (unsigned long)f) & (sizeof(long) - 1)) == 0) {
			for (; n > 0 && ((unsigned long)t & (sizeof(long) - 1)) != 0; n--)
				*t++ = *f++;
			for (; n >= sizeof(long); n -= sizeof(long), t += sizeof(long), f += sizeof(long))
				*(long *)t = *(const long *)f;
		}
		while (n-- > 0)
			*t++ = *f++;
	} else
		while (n-- > 0)
			t[n] = f[n];
	return to;
}

void *memcpy(void *to, const void *from, size_t n) { return memmove(to, from, n); }
void *MILLICODE(memmove)(void *to, const void *from, size_t n) { return memmove(to, from, n); }

void *memset(void *to, int c, size_t n)
{
	byte *t = to;

	while (n-- > 0)
		*t++ = c;
	return to;
}

void *MILLICODE(memset)(void *to, int c, size_t n) { return memset(to, c, n); }
void MILLICODE(bzero)(void *to, size_t n) { memset(to, 0, n); }

void *memchr(const void *s, int c, size_t n)
{
	for (const byte *p = s; n > 0; p++, n--)
		if (*p == (byte)c)
			return (void *)p;
	return NULL;
}

int memcmp(const void *a, const void *b, size_t n)
{
	for (const byte *p = a, *q = b; n > 0; p++, q++, n--)
		if (*p != *q)
			return *p - *q;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n] != '\0')
		n++;
	return n;
}

char *strcpy(char *to, const char *from)
{
	for (char *t = to; (*t++ = *from++) != '\0';)
		;
	return to;
}

char *strncpy(char *to, const char *from, size_t n)
{
	char *t = to;

	for (; n > 0 && *from != '\0'; n--)
		*t++ = *from++;
	for (; n > 0; n--)
		*t++ = '\0';
	return to;
}

char *strncat(char *to, const char *from, size_t n)
{
	char *t = to + strlen(to);

	for (; n > 0 && *from != '\0'; n--)
		*t++ = *from++;
	*t = '\0';
	return to;
}

char *strcat(char *to, const char *from) { return strncat(to, from, ~(size_t)0); }

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n > 0; a++, b++, n--)
		if (*a != *b || *a == '\0')
			return (byte)*a - (byte)*b;
	return 0;
}

int strcmp(const char *a, const char *b) { return strncmp(a, b, ~(size_t)0); }

char *strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return (char *)s;
		if (*s == '\0')
			return NULL;
	}
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (*s == '\0')
			return (char *)last;
	}
}

size_t strcspn(const char *s, const char *stop)
{
	size_t n = 0;

	while (s[n] != '\0' && strchr(stop, s[n]) == NULL)
		n++;
	return n;
}

size_t strspn(const char *s, const char *of)
{
	size_t n = 0;

	while (s[n] != '\0' && strchr(of, s[n]) != NULL)
		n++;
	return n;
}

char *strpbrk(const char *s, const char *of)
{
	s += strcspn(s, of);
	return *s == '\0' ? NULL : (char *)s;
}

char *strstr(const char *s, const char *part)
{
	size_t n = strlen(part);

	for (;; s++) {
		if (strncmp(s, part, n) == 0)
			return (char *)s;
		if (*s == '\0')
			return NULL;
	}
}
