/*
**  Preloaded into the daemons of TestMail and TestGuards. Before it reads its configuration, sendmail looks for a dot in the machine's own name, asks DNS
**  when there is none, and sleeps for a minute when that does not help. An address has dots and is never looked up.
*/

#include <string.h>

int
gethostname(char *name, size_t size)
{
	strncpy(name, "127.0.0.1", size);
	return 0;
}
