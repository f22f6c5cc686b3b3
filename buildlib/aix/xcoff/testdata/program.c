/*
 * The source of program32, program64, shared32, shared64 and object32.o, the test data for machines without the tools:
 *
 *   clang-19 --target=powerpc-ibm-aix7.2 -m32 -O1 -c program.c -o object32.o
 *   powerpc-ibm-aix7.2.0.0-ld -b32 -s -e begin -o program32 object32.o program32.imp -bE:program.exp \
 *       -blibpath:/usr/lib:/lib: -bmaxdata:0x80000000
 *
 *   powerpc-ibm-aix7.2.0.0-ld -b32 -s -bM:SRE -o shared32 object32.o program32.imp -bE:program.exp -blibpath:/usr/lib:/lib
 *
 * and the same with 64; ld is that of GNU binutils 2.40, made for this target. Nothing here was made to run.
 */
extern int puts(const char *), res_querydomain(void), later(void);
extern int maybe(void) __attribute__((weak));
extern int errno;
int shared_word = 7;

int begin(void)
{
	return puts("x") + errno + res_querydomain() + later() + (maybe ? maybe() : 0) + shared_word;
}
