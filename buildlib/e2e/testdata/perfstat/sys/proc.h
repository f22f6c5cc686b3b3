/* A stand-in for AIX's <sys/proc.h>: 16 is what gnulib takes when that has none. */

#define SBITS 16
