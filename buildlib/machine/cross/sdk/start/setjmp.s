# setjmp, sigsetjmp and longjmp for sdk_jmp_buf (setjmp.h). What a function must leave as it was: r1, r13 to r31, f14 to f31, cr, and of
# course where it returns to; r2 is the same in all of a program. In 64 bits r13 belongs to the thread, and stays as it is.

	.include	"width.inc"
	.ifdef	WIDE
	.set	first, 14
	.else
	.set	first, 13
	.endif

	.set	gpr, 18*8
	.set	sp, gpr
	.set	lr, gpr+word
	.set	cr, gpr+2*word
	.set	r13, gpr+3*word

	.toc

	.macro	descriptor of	# a csect directive inside of a macro makes GNU as 2.40 stop with an internal error
	address	\of
	address	TOC[tc0]
	address	0
	.endm

	.csect	setjmp[DS], 3
	.globl	setjmp
setjmp:
	descriptor .setjmp
	.csect	sigsetjmp[DS], 3
	.globl	sigsetjmp
sigsetjmp:
	descriptor .sigsetjmp
	.csect	longjmp[DS], 3
	.globl	longjmp
longjmp:
	descriptor .longjmp

	.extern	.sdk_savemask

	# int setjmp(jmp_buf)
	.csect	.setjmp[PR], 5
	.globl	.setjmp
.setjmp:
	li	4, 0
	b	.sigsetjmp

	# int sigsetjmp(sigjmp_buf, int masked)
	.csect	.sigsetjmp[PR], 5
	.globl	.sigsetjmp
.sigsetjmp:
	mflr	0
	store	0, lr(3)
	mfcr	0
	store	0, cr(3)
	store	1, sp(3)
	.set	n, first
	.rept	32-first
	store	n, r13+(n-13)*word(3)
	.set	n, n+1
	.endr
	.set	n, 14
	.rept	18
	stfd	n, (n-14)*8(3)
	.set	n, n+1
	.endr
	b	.sdk_savemask	# it returns 0 to our caller

	# void longjmp(jmp_buf, int)
	.csect	.longjmp[PR], 5
	.globl	.longjmp
.longjmp:
	.set	n, 14
	.rept	18
	lfd	n, (n-14)*8(3)
	.set	n, n+1
	.endr
	.set	n, first
	.rept	32-first
	load	n, r13+(n-13)*word(3)
	.set	n, n+1
	.endr
	load	1, sp(3)
	load	0, cr(3)
	mtcrf	0xff, 0
	load	0, lr(3)
	mtlr	0
	mr.	3, 4
	bnelr
	li	3, 1
	blr
