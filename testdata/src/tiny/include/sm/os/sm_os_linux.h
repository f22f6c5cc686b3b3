#define SM_OS_NAME "linux"
