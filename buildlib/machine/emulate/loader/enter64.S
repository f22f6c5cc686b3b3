/* 64 bits: where the loader and a program meet without a C function in between. Both call functions in the same way. */
#ifdef __64BIT__

/*
 * enter(entry, argc, argv, envp, block, init): the registers are those in which AIX's kernel enters a program: argc, argv and envp in r14, r15
 * and r16, what start code of AIX's takes from r18 and calls by r19. What AIX promises nothing about holds a value that shows up.
 */
	.section ".opd", "aw"
	.align	3
	.globl	enter
enter:
	.quad	.Lenter, .TOC.@tocbase, 0
	.type	enter, @function

	.text
.Lenter:
	ld	0, 0(3)
	ld	2, 8(3)
	mr	14, 4
	mr	15, 5
	mr	16, 6
	mr	18, 7
	mr	19, 8
	stdu	1, -128(1)
	mtctr	0
	lis	3, 0x7bad
	sldi	3, 3, 24
	.irp	n, 0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 17, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	mr	\n, 3
	.endr
	mtlr	3
	bctr

/*
 * The code of all functions that are imported: r2 is their struct thunk. The function is called with the same arguments, those in registers and
 * as many as STACKED of those behind the eighth; then its errno is handed on to the program, before it can look.
 */
	.set	STACKED, 40
	.set	RESULT, 48 + 64 + 8*STACKED
	.set	FRAME, RESULT + 32
	.globl	thunk_code, words_code
words_code:	/* of 32 bits */
thunk_code:
	mflr	0
	std	0, 16(1)
	stdu	1, -FRAME(1)
	.set	i, 0
	.rept	STACKED
	ld	0, FRAME + 112 + 8*i(1)
	std	0, 112 + 8*i(1)
	.set	i, i+1
	.endr
	std	2, RESULT(1)
	ld	12, 0(2)
	ld	0, 0(12)
	ld	2, 8(12)
	mtctr	0
	bctrl
	std	3, RESULT + 8(1)
	stfd	1, RESULT + 16(1)
	ld	12, RESULT(1)
	ld	12, 8(12)
	ld	0, 0(12)
	ld	2, 8(12)
	mtctr	0
	bctrl
	ld	3, RESULT + 8(1)
	lfd	1, RESULT + 16(1)
	addi	1, 1, FRAME
	ld	0, 16(1)
	mtlr	0
	blr

/* The code of all functions that are missing; the function is called_missing. */
	.globl	missing_code
missing_code:
	ld	12, 0(2)
	ld	3, 16(2)
	ld	4, 24(2)
	stdu	1, -112(1)
	ld	0, 0(12)
	ld	2, 8(12)
	mtctr	0
	bctr

#endif
	.section .note.GNU-stack, "", @progbits
