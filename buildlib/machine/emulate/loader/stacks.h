/* 32 bits: the stacks of threads, which lie one behind the other, each at a multiple of its size. Its first word is Linux's r2 (enter32.S). */
#define STACK_BITS 20
#define STACK_SIZE (1 << STACK_BITS)
#define STACKS 256
#define ALTERNATE 0x10000 /* of the stack's beginning: for signals */
