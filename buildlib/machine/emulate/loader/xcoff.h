/*
 * XCOFF, as IBM describes it: sizes, offsets and numbers. In 64 bits the two numbers of the loader section's tables are in its header; in 32
 * bits one follows the other.
 */
#ifndef XCOFF_H
#define XCOFF_H

typedef unsigned long long wide; /* any address, and any size */

enum {
	TEXT = 0x20, DATA = 0x40, BSS = 0x80, THREAD_DATA = 0x400, THREAD_BSS = 0x800, LOADER = 0x1000,
	IMPORT = 0x40, /* of a symbol's type */
	CLASS_DS = 10, /* a function's descriptor */
	POSITIVE = 0, NEGATIVE = 1, /* relocations */
	IMPLIED = 3 /* symbol numbers that stand for .text, .data and .bss */
};

#ifdef __64BIT__
enum {
	FILE_HEADER = 24, AUX_HEADER = 110, SECTION = 72, LOADER_HEADER = 56, SYMBOL = 24, RELOCATION = 16,
	ENTRY = 80,
	SECTION_START = 16, SECTION_SIZE = 24, SECTION_FILE = 32, SECTION_KIND = 64,
	STRINGS_SIZE = 20, LIBRARIES_AT = 24, STRINGS_AT = 32,
	SYMBOL_VALUE = 0, SYMBOL_NAME = 8, RELOCATION_SYMBOL = 12,
	LOADER_VERSION = 2 /* of GNU ld and of Go's linker; AIX's writes 1 */
};
#define symbols_at(header) address(header + 40)
#define relocations_at(header, after_symbols) address(header + 48)
#else
enum {
	FILE_HEADER = 20, AUX_HEADER = 72, SECTION = 40, LOADER_HEADER = 32, SYMBOL = 24, RELOCATION = 12,
	ENTRY = 16,
	SECTION_START = 12, SECTION_SIZE = 16, SECTION_FILE = 20, SECTION_KIND = 36,
	STRINGS_SIZE = 24, LIBRARIES_AT = 20, STRINGS_AT = 28,
	SYMBOL_VALUE = 8, SYMBOL_NAME = 4, RELOCATION_SYMBOL = 4,
	LOADER_VERSION = 1
};
#define symbols_at(header) LOADER_HEADER
#define relocations_at(header, after_symbols) (after_symbols)
#endif

#endif
