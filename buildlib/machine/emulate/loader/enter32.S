/*
 * 32 bits: where the loader, whose calls are those of System V, and a program, whose calls are AIX's, meet. Both have the first eight words of
 * arguments in r3 to r10. They differ in where the others are, in r2, which is the table of contents in AIX and the thread in Linux, and in
 * what a pointer to a function points to: a descriptor in AIX, code in Linux.
 */
#ifndef __64BIT__
#include "stacks.h"

	.text
/* r2 is to be Linux's: of the stack that r1 is in, which is one of thread.c's or the main thread's. r11 and r12 are lost. */
	.macro	linux_thread
	lis	11, thread_stacks@ha
	lwz	11, thread_stacks@l(11)
	subf	12, 11, 1
	lis	11, (STACKS * STACK_SIZE)@h
	cmplw	12, 11
	clrrwi	12, 1, STACK_BITS
	blt	1f
	lis	12, main_thread@ha
	addi	12, 12, main_thread@l
1:	lwz	2, 0(12)
	.endm

/*
 * enter(entry, argc, argv, envp): argc, argv and envp are in r3, r4 and r5, where all programs look that AIX's own start code is in.
 * What AIX promises nothing about holds a value that shows up.
 */
	.globl	enter
	.type	enter, @function
enter:
	lis	9, main_thread@ha
	stw	2, main_thread@l(9)
	lwz	0, 0(3)
	lwz	2, 4(3)
	mtctr	0
	mr	3, 4
	mr	4, 5
	mr	5, 6
	clrrwi	1, 1, 4
	stwu	1, -128(1)
	lis	6, 0x7bad
	.irp	n, 0, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	mr	\n, 6
	.endr
	mtlr	6
	bctr

/* What comes after the call: the results stay, errno is handed on, and the program goes on with its own stack. */
	.macro	finish frame
	stw	3, \frame - 16(1)
	stw	4, \frame - 12(1)
	stfd	1, \frame - 8(1)
	bl	hand_on_errno
	lwz	3, \frame - 16(1)
	lwz	4, \frame - 12(1)
	lfd	1, \frame - 8(1)
	addi	1, 1, \frame
	lwz	0, 8(1)
	mtlr	0
	blr
	.endm

/*
 * The code of all functions that are imported: r2 is their struct thunk. Of the words behind the eighth, which are at 56(r1) in AIX and at 8(r1)
 * in Linux, as many as STACKED are handed on.
 */
	.set	STACKED, 40
	.set	FRAME, 8 + 4*STACKED + 24
	.globl	thunk_code
thunk_code:
	mflr	0
	stw	0, 8(1)
	stwu	1, -FRAME(1)
	.set	i, 0
	.rept	STACKED
	lwz	0, FRAME + 56 + 4*i(1)
	stw	0, 8 + 4*i(1)
	.set	i, i+1
	.endr
	lwz	0, 0(2)
	mtctr	0
	linux_thread
	crclr	6 /* no floating point numbers, should the function ask */
	bctrl
	finish	FRAME

/* The same for a function that takes the address of all words and its struct thunk: AIX has room for the first eight before the others. */
	.globl	words_code
words_code:
	mflr	0
	stw	0, 8(1)
	.set	i, 0
	.rept	8
	stw	i+3, 24 + 4*i(1)
	.set	i, i+1
	.endr
	addi	3, 1, 24
	mr	4, 2
	stwu	1, -48(1)
	lwz	0, 0(2)
	mtctr	0
	linux_thread
	bctrl
	finish	48

/* The code of all functions that are missing; the function is called_missing. */
	.globl	missing_code
missing_code:
	lwz	0, 0(2)
	mtctr	0
	lwz	3, 8(2)
	lwz	4, 12(2)
	linux_thread
	stwu	1, -64(1)
	bctr

/* What a stub (bridge32.c) jumps to, when Linux calls a function of the program's: r11 is its descriptor. */
	.globl	call_program
call_program:
	mflr	0
	stw	0, 4(1)
	stwu	1, -80(1) /* 24 bytes of linkage, room for eight words, and r2 */
	stw	2, 64(1)
	lwz	0, 0(11)
	lwz	2, 4(11)
	lwz	11, 8(11)
	mtctr	0
	bctrl
	lwz	2, 64(1)
	addi	1, 1, 80
	lwz	0, 4(1)
	mtlr	0
	blr

/* What Linux calls for a signal, with whatever was in r2. */
	.globl	signal_entry
	.type	signal_entry, @function
signal_entry:
	linux_thread
	b	deliver

	.bss
	.align	2
main_thread:
	.space	4

#endif
	.section .note.GNU-stack, "", @progbits
