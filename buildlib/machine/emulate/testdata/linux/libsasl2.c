/* Stands for a library of Linux's: it reads a file, whose name it knows. */
#include <stdio.h>

int sasl_client_init(const void *callbacks)
{
	FILE *f = fopen("/etc/sasl.conf", "r");
	int n = -1;

	(void)callbacks;
	if (f != NULL) {
		if (fscanf(f, "%d", &n) != 1)
			n = -2;
		fclose(f);
	}
	return n;
}

/* What calls the program back: by itself, and out of a list. */
static void *(*program_malloc)(size_t);

void sasl_set_alloc(void *(*m)(size_t), void *(*c)(size_t, size_t), void *(*r)(void *, size_t), void (*f)(void *))
{
	(void)c, (void)r, (void)f;
	program_malloc = m;
}

struct callback {
	unsigned long id;
	int (*function)(void *, int, const char *);
	void *context;
};

int sasl_client_new(const char *service, const char *host, const char *from, const char *to, const struct callback *list, unsigned flags, void **c)
{
	int sum = 0;

	(void)host, (void)from, (void)to;
	*c = program_malloc(flags);
	for (; list->id != 0; list++)
		sum += list->function(list->context, (int)list->id, service);
	return sum;
}
