#include "sm_os.h"

const char *
sm_name()
{
	return SM_OS_NAME " libsm";
}
