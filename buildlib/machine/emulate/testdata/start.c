/* How a program begins and ends, and how it calls. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include "check.h"

static void last(void) { puts("atexit"); }

static int descending(const void *a, const void *b) { return *(const int *)b - *(const int *)a; }

static int format(char *to, size_t n, const char *f, ...)
{
	va_list args;
	int result;

	va_start(args, f);
	result = vsnprintf(to, n, f, args);
	va_end(args);
	return result;
}

static int zeroed[1000];

int main(int argc, char **argv, char **envp)
{
	char text[200];
	int numbers[] = { 3, 1, 2 };
	void *volatile nothing; /* else the compiler answers by itself */

	CHECK(argc == 3 && strcmp(argv[0], "/bin/start") == 0 && strcmp(argv[1], "one") == 0 && strcmp(argv[2], "two words") == 0 && argv[3] == NULL);
	CHECK(envp == environ && envp == argv + argc + 1);
	CHECK(strcmp(getenv("GREETING"), "hello") == 0);
	CHECK(zeroed[0] == 0 && zeroed[999] == 0);

	/* More than eight arguments, of all kinds: those beyond are on the stack. */
	sprintf(text, "%d %s %.2f %ld %c %.1f %x %s %d %.3f %d", 1, "two", 3.25, 4L, '5', 6.5, 7, "eight", 9, 10.125, 11);
	CHECK(strcmp(text, "1 two 3.25 4 5 6.5 7 eight 9 10.125 11") == 0);
	CHECK(format(text, sizeof text, "%s %f %d %Lf", "a", 0.5, 2, (long double)0.25) == 21 && strcmp(text, "a 0.500000 2 0.250000") == 0);
	CHECK(snprintf(text, 4, "%s", "longer") == 6 && strcmp(text, "lon") == 0);
	CHECK(strtod("1.5e3x", NULL) == 1500.0);
	qsort(numbers, 3, sizeof *numbers, descending);
	CHECK(numbers[0] == 3 && numbers[1] == 2 && numbers[2] == 1);

	nothing = malloc(0);
	CHECK(nothing == NULL);
	CHECK(setenv("GREETING", "bye", 1) == 0 && strcmp(getenv("GREETING"), "bye") == 0);
	CHECK(unsetenv("GREETING") == 0 && getenv("GREETING") == NULL);
	CHECK(atexit(last) == 0);
	passed();
	return 7;
}
