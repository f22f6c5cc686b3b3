# Where AIX enters a program. It does not call a C function: argc is in r14 and argv in r15; r19 is the address of the function
# descriptor of a loader routine that must be called first, with r18 as its argument and the addresses of __n_pthreads and __mod_init.
# Source: rt0_aix_ppc64.s and the linker of the Go tree, which run on AIX; 32 bits by analogy (Go has none).

	.include	"width.inc"
	.ifdef	WIDE
	.macro	frame
	stdu	1, -128(1)
	.endm
	.else
	.macro	frame
	stwu	1, -64(1)
	.endm
	.endif
	.set	tocsave, 5*word

	.extern	__n_pthreads
	.extern	__mod_init
	.extern	.sdk_start

	.toc
threads:
	.tc	__n_pthreads[TC], __n_pthreads
init:
	.tc	__mod_init[TC], __mod_init

	.csect	.__start[PR], 5
	.globl	.__start
.__start:
	frame
	load	4, threads(2)
	load	5, init(2)
	mr	3, 18
	store	2, tocsave(1)
	load	0, 0(19)
	load	2, word(19)
	mtctr	0
	bctrl
	load	2, tocsave(1)
	mr	3, 14
	mr	4, 15
	bl	.sdk_start
	nop

	.csect	__start[DS], 3
	.globl	__start
__start:
	address	.__start
	address	TOC[tc0]
	address	0
