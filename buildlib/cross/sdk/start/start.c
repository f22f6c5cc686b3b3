/* The first C function of a program; see crt0.s. */
#include <stdlib.h>
#include <unistd.h>

int main(int, char **, char **);

void sdk_start(int argc, char **argv) { exit(main(argc, argv, environ)); }
