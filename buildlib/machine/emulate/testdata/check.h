/* What the test programs have in common: each checks what it can tell from inside, and says so at the end. */
#include <stdio.h>
#include <stdlib.h>

static int failures, checks;

#define CHECK(condition) \
	do { \
		checks++; \
		if (!(condition)) { \
			failures++; \
			printf("%s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno); \
		} \
	} while (0)

static int passed(void)
{
	if (failures == 0 && checks > 0)
		puts("passed");
	return failures != 0;
}
