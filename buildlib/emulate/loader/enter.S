/* The two places where the loader and a program meet without a C function in between. */

/*
 * enter(entry, argc, argv, init): the registers are those in which AIX's kernel enters a program (rt0_aix_ppc64.s of the Go tree). What AIX
 * promises nothing about holds a value that shows up: code that takes its arguments from r3 must not work here either.
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
	addi	16, 4, 1	/* the environment is behind the arguments */
	sldi	16, 16, 3
	add	16, 16, 5
	li	18, 0
	mr	19, 6
	stdu	1, -128(1)
	mtctr	0
	lis	3, 0x7bad
	sldi	3, 3, 24
	.irp	n, 4, 5, 6, 7, 8, 9, 10, 11, 12, 17, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	mr	\n, 3
	.endr
	mtlr	3
	bctr

/* A function that is missing: r2 is its struct missing. */
	.globl	missing_code
missing_code:
	ld	3, 0(2)
	ld	4, 8(2)
	ld	2, 16(2)
	stdu	1, -112(1)
	bl	called_missing
	nop

	.section .note.GNU-stack, "", @progbits
