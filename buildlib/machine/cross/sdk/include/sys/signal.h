/* The other name of signal.h. */
#include <signal.h>
