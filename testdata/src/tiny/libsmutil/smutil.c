#include "sm_os.h"

const char *
smutil_name()
{
	return SM_OS_NAME " libsmutil";
}
