#define SM_OS_NAME "aix"
