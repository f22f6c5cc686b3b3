# Where AIX enters a program: not as a C function is called. What is done here was seen in programs that AIX's own ld linked with AIX's
# crt0: in the tree of Go (src/internal/xcoff/testdata, AIX 7.2, both widths), of github.com/Theldus/aix-user (AIX 7.2, 32 bits), and
# 88 of github.com/turesheim/rt.equinox.binaries, linked 2006 to 2014. 64 bits also in rt0_aix_ppc64.s and the linker of Go.

	.include	"width.inc"
	.extern	__mod_init[DS]
	.extern	.sdk_start

	.ifdef	WIDE
	.set	framesize, 128
	.macro	frame
	stdu	1, -framesize(1)
	.endm
	.else
	.set	framesize, 64
	.macro	frame
	stwu	1, -framesize(1)
	.endm
	.endif
	.set	tocsave, 5*word

	.macro	call descriptor	# saves and restores r2
	store	2, tocsave(1)
	load	0, 0(\descriptor)
	load	2, word(\descriptor)
	mtctr	0
	bctrl
	load	2, tocsave(1)
	.endm

	.ifdef	WIDE
# 64 bits: r14 is argc, r15 argv, r16 envp. r19 is the descriptor of a routine that runs the initial routines of libraries; it takes r18 and
# the addresses of __n_pthreads and __mod_init. The start code of 5.3 knows that there may be none, and so do we; that of 7.2 does not ask.
#
# The start code of 7.2 also leaves a version in __crt0v, and a block of addresses in what r18 leads to. That of 5.3 has no such block,
# and Go's leaves both alone: libc can do without, and what does not know the block's place on each level need not write to it.
	.extern	__n_pthreads[RW]

	.toc
threads:
	.tc	__n_pthreads[TC], __n_pthreads[RW]
init:
	.tc	__mod_init[TC], __mod_init[DS]

	.csect	.__start[PR], 5
	.globl	.__start
.__start:
	frame
	cmpdi	19, 0
	beq	main
	mr	3, 18
	load	4, threads(2)
	load	5, init(2)
	call	19
	.else
# 32 bits: r3 is argc, r4 argv, r5 envp, and nothing else is given. libc's __mod_init is called with them, and with the address of a block in
# r31, by the start code of each level that was seen. The version in __crt0v says what is in the block: there are 0x04030000 (as in
# programs of 2006), 0x05030050 and 0x06010000, which look like AIX 4.3.0.0, 5.3.0.50 and 6.1.0.0. Ours is that of 6.1, the oldest level
# that we build for. With that version the block has 11 words, which are 0 but for
#   0  the address of the argument count, which a program in Pascal or Fortran looks for
#   1  a function that starts static parts of libraries (__threads_init), and does nothing in a program without
#   3  the address of a word that is 0 in C (__C_runtime_pstartup)
# A program with an allocator of its own also stores that one's name, in __malloc_user_defined_name; ours have none.
	.extern	__crt0v[RW]
	.set	CRT0V, 0x0601	# the upper half

	.toc
version:
	.tc	__crt0v[TC], __crt0v[RW]
init:
	.tc	__mod_init[TC], __mod_init[DS]
block:
	.tc	sdk_block[TC], sdk_block

	.csect	block[RW], 2
sdk_block:
	address	count
	address	sdk_nothing
	address	0
	address	zero
	.space	7*word
count:
	address	0
zero:
	address	0

	.csect	.nothing[PR], 2
.sdk_nothing:
	blr
	.csect	nothing[DS], 2
sdk_nothing:
	address	.sdk_nothing
	address	TOC[tc0]
	address	0

	.csect	.__start[PR], 5
	.globl	.__start
.__start:
	frame
	mr	14, 3
	mr	15, 4
	mr	16, 5
	load	31, block(2)
	store	14, 11*word(31)
	load	6, version(2)
	lis	0, CRT0V
	store	0, 0(6)
	load	6, init(2)
	call	6
	.endif

main:
	mr	3, 14
	mr	4, 15
	mr	5, 16
	bl	.sdk_start
	nop

	.csect	__start[DS], 3
	.globl	__start[DS]
	address	.__start
	address	TOC[tc0]
	address	0
