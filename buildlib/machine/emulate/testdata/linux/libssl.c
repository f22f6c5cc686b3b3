/* Stands for OpenSSL: a function that keeps one of the program's, one that calls it, and one with a number of 8 bytes. */
static int (*kept)(int, void *);

void SSL_CTX_set_verify(void *context, int mode, int (*function)(int, void *))
{
	(void)context, (void)mode;
	kept = function;
}

int SSL_connect(void *argument) { return kept(7, argument); }

unsigned long long SSL_CTX_set_options(void *context, unsigned long long options)
{
	(void)context;
	return options + 1;
}
