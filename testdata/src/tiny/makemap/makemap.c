#include <stdio.h>

extern const char *smdb_name();

int
main()
{
	puts(smdb_name());
	return 0;
}
