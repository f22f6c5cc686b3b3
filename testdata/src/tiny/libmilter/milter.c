#include "sm_os.h"

const char *
milter_name()
{
	return SM_OS_NAME " libmilter";
}
