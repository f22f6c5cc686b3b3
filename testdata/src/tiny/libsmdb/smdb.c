#include "sm_os.h"

const char *
smdb_name()
{
	return SM_OS_NAME " libsmdb";
}
