/* Libraries call the program. */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include "check.h"

struct callback {
	unsigned long id;
	int (*function)(void *, int, const char *);
	void *context;
};
void sasl_set_alloc(void *(*)(size_t), void *(*)(size_t, size_t), void *(*)(void *, size_t), void (*)(void *));
int sasl_client_new(const char *, const char *, const char *, const char *, const struct callback *, unsigned, void **);
void SSL_CTX_set_verify(void *, int, int (*)(int, void *));
int SSL_connect(void *);
uint64_t SSL_CTX_set_options(void *, uint64_t);

static size_t asked;
static int of_this_program = 40; /* it is found by the program's r2 */

static void *my_malloc(size_t n)
{
	asked = n;
	return malloc(n);
}

static int first(void *context, int id, const char *service) { return *(int *)context + id + (strcmp(service, "smtp") == 0); }
static int second(void *context, int id, const char *service) { return context == NULL && *service == 's' ? id + of_this_program : 0; }
static int verify(int ok, void *argument) { return ok + *(int *)argument + of_this_program; }

int main(void)
{
	int number = 1000;
	const struct callback list[] = { { 1, first, &number }, { 2, second, NULL }, { 0, NULL, NULL } };
	void *connection = NULL;

	sasl_set_alloc(my_malloc, calloc, realloc, free);
	CHECK(sasl_client_new("smtp", NULL, NULL, NULL, list, 77, &connection) == 1002 + 42 && asked == 77 && connection != NULL);
	SSL_CTX_set_verify(NULL, 1, verify);
	CHECK(SSL_connect(&number) == 1047);
	CHECK(SSL_CTX_set_options(NULL, 0x123456789abcdef0) == 0x123456789abcdef1);
	return passed();
}
