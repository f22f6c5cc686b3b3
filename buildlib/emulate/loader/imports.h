/* What the table of imports (imports.c) takes from the other parts, besides the functions that AIX's headers declare. */
#ifndef IMPORTS_H
#define IMPORTS_H

extern int program_h_errno;
char *inet_ntoa_of_register(unsigned long value);

#endif
