/*
 * Loading a 64-bit XCOFF program: its sections into memory, its loader section's relocations, its imports. Layouts: IBM's description of
 * XCOFF; the numbers in "at" are offsets. All numbers have the big end first, which is the loader's own order.
 *
 * A file may say anything: each offset and length is looked at before it is used.
 */
#include "loader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAGIC64 = 0x01f7, MAGIC32 = 0x01df,
	FILE_HEADER = 24, AUX_HEADER = 110, SECTION = 72, LOADER_HEADER = 56, SYMBOL = 24, RELOCATION = 16,
	TEXT = 0x20, DATA = 0x40, BSS = 0x80, THREAD_DATA = 0x400, THREAD_BSS = 0x800, LOADER = 0x1000,
	IMPORT = 0x40, /* of a symbol's type */
	CLASS_DS = 10, /* a function's descriptor */
	POSITIVE = 0, NEGATIVE = 1, /* relocations */
	ALL_64_BITS = 0x3f,
	IMPLIED = 3 /* symbol numbers that stand for .text, .data and .bss */
};

static const char *name;
static const unsigned char *file;
static uint64_t file_size;

static uint64_t number(const unsigned char *at, int bytes)
{
	uint64_t n = 0;

	while (bytes-- > 0)
		n = n << 8 | *at++;
	return n;
}

#define u8(at) (*(at))
#define u16(at) ((unsigned)number(at, 2))
#define u32(at) ((uint32_t)number(at, 4))
#define u64(at) number(at, 8)

/* A stretch of the file, or of something in it. */
struct part {
	const unsigned char *start;
	uint64_t size;
};

static const unsigned char *within(struct part p, uint64_t at, uint64_t size, const char *what)
{
	if (at > p.size || size > p.size - at)
		refuse("%s: %s at offset %#lx, %#lx bytes, is beyond the end, which is at %#lx", name, what, at, size, p.size);
	return p.start + at;
}

/* A stretch of the program's memory. It has been moved by delta from where the program was linked. */
struct segment {
	uint64_t start, size, delta;
};

static bool holds(const struct segment *s, uint64_t address, uint64_t size)
{
	return address >= s->start && size <= s->size && address - s->start <= s->size - size;
}

/* What is where after loading: text; data with bss behind it. */
static struct segment text, data;

static void place(struct segment *s)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), most = 1ul << 32;
	uint64_t first = s->start & -page, length;
	void *got;

	if (s->size > most || s->start > UINT64_MAX - 2 * most)
		refuse("%s: a segment at %#lx has %#lx bytes", name, s->start, s->size);
	length = (s->start + s->size - first + page - 1) & -page;
	if (length == 0)
		refuse("%s: an empty segment at %#lx", name, s->start);
	/* AIX moves programs, too. Where the wanted place is free, addresses in a debugger are those of the link. */
	got = mmap((void *)first, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (got == MAP_FAILED)
		got = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (got == MAP_FAILED)
		refuse("%s: no memory for the segment at %#lx, %#lx bytes", name, s->start, s->size);
	s->delta = (uint64_t)got - first;
}

static struct segment section_range(const unsigned char *section)
{
	return (struct segment){ .start = u64(section + 16), .size = u64(section + 24) };
}

static void copy(const unsigned char *section, const struct segment *to)
{
	const struct segment range = section_range(section);
	const struct part whole = { file, file_size };

	memcpy((void *)(range.start + to->delta), within(whole, u64(section + 32), range.size, "a section"), range.size);
}

/* The loader section. */
static struct part loader;
static uint32_t symbols, relocations;
static struct part symbol_table, relocation_table, strings, libraries;

static void loader_open(const unsigned char *section)
{
	const unsigned char *h;
	uint64_t at;

	loader.size = u64(section + 24);
	loader.start = within((struct part){ file, file_size }, u64(section + 32), loader.size, "the loader section");
	h = within(loader, 0, LOADER_HEADER, "the loader section's header");
	if (u32(h) != 2)
		refuse("%s: the loader section has version %u, not 2", name, u32(h));
	symbols = u32(h + 4);
	relocations = u32(h + 8);
	libraries = (struct part){ .size = u32(h + 12) };
	libraries.start = within(loader, u64(h + 24), libraries.size, "the list of libraries");
	strings = (struct part){ .size = u32(h + 20) };
	strings.start = within(loader, u64(h + 32), strings.size, "the table of strings");
	at = u64(h + 40);
	symbol_table = (struct part){ .size = (uint64_t)symbols * SYMBOL };
	symbol_table.start = within(loader, at, symbol_table.size, "the table of symbols");
	at = u64(h + 48);
	relocation_table = (struct part){ .size = (uint64_t)relocations * RELOCATION };
	relocation_table.start = within(loader, at, relocation_table.size, "the table of relocations");
}

static const char *string(struct part p, uint64_t at, const char *what)
{
	const char *s = (const char *)within(p, at, 1, what);

	if (memchr(s, 0, p.size - at) == NULL)
		refuse("%s: %s at offset %#lx has no end", name, what, at);
	return s;
}

static const char *symbol_name(const unsigned char *symbol) { return string(strings, u32(symbol + 8), "a symbol's name"); }

/* The library that a symbol is imported from, as AIX's tools write it: libc.a(shr_64.o). */
static const char *library_of(const unsigned char *symbol)
{
	uint64_t at = 0;
	const char *base, *member;
	char *both;

	for (uint32_t id = u32(symbol + 16); id > 0; id--)
		for (int part = 0; part < 3; part++)
			at += strlen(string(libraries, at, "a library's name")) + 1;
	at += strlen(string(libraries, at, "a library's path")) + 1;
	base = string(libraries, at, "a library's name");
	member = string(libraries, at + strlen(base) + 1, "a library's member");
	if (asprintf(&both, *member != '\0' ? "%s(%s)" : "%s", base, member) < 0)
		refuse("out of memory");
	return both;
}

/* A descriptor for a function that is missing: whoever calls it ends the program. */
static void *stand_in(const char *function, const char *library)
{
	void **descriptor = malloc(3 * sizeof *descriptor);
	struct missing *m = malloc(sizeof *m);

	if (descriptor == NULL || m == NULL)
		refuse("out of memory");
	*m = (struct missing){ function, library, ((void **)(void *)stand_in)[1] };
	descriptor[0] = (void *)missing_code;
	descriptor[1] = m;
	descriptor[2] = NULL;
	return descriptor;
}

/* The addresses of all symbols. Objects that are missing are told all at once. */
static uint64_t *bind(const unsigned char *const *sections)
{
	uint64_t *address = calloc(symbols + 1ul, sizeof *address);
	bool complete = true;

	if (address == NULL)
		refuse("out of memory");
	for (uint32_t i = 0; i < symbols; i++) {
		const unsigned char *symbol = symbol_table.start + (uint64_t)i * SYMBOL;
		unsigned section = u16(symbol + 12);
		const char *import, *library;

		if (!(u8(symbol + 14) & IMPORT)) {
			if (section > 0xff || sections[section] == NULL)
				continue; /* not in memory; refused when a relocation wants it */
			address[i] = u64(symbol) + (u32(sections[section] + 64) & TEXT ? text : data).delta;
			continue;
		}
		import = symbol_name(symbol);
		library = library_of(symbol);
		address[i] = (uint64_t)imported(import, library);
		if (address[i] == 0 && u8(symbol + 15) == CLASS_DS)
			address[i] = (uint64_t)stand_in(import, library);
		if (address[i] == 0) {
			fprintf(stderr, "emulate: %s imports %s of %s, which is missing here\n", name, import, library);
			complete = false;
		}
	}
	if (!complete)
		_exit(REFUSED);
	return address;
}

static void relocate(const unsigned char *r, const uint64_t *address)
{
	uint64_t at = u64(r), difference;
	unsigned type = u16(r + 8);
	uint32_t symbol = u32(r + 12);
	const struct segment *s = holds(&text, at, 8) ? &text : &data;
	uint64_t word;

	if (!holds(s, at, 8))
		refuse("%s: a relocation at %#lx, which is not in the program", name, at);
	if ((type >> 8 & 0x3f) != ALL_64_BITS)
		refuse("%s: a relocation at %#lx of %u bits", name, at, (type >> 8 & 0x3f) + 1);
	if (symbol < IMPLIED)
		difference = symbol == 0 ? text.delta : data.delta;
	else if (symbol - IMPLIED < symbols && address[symbol - IMPLIED] != 0)
		difference = address[symbol - IMPLIED];
	else
		refuse("%s: a relocation at %#lx to symbol %u, which has no address", name, at, symbol);

	memcpy(&word, (void *)(at + s->delta), sizeof word);
	switch (type & 0xff) {
	case POSITIVE:
		word += difference;
		break;
	case NEGATIVE:
		word -= difference;
		break;
	default:
		refuse("%s: a relocation at %#lx of type %#x", name, at, type & 0xff);
	}
	memcpy((void *)(at + s->delta), &word, sizeof word);
}

static void map_file(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0)
		refuse("%s: %m", name);
	if (!S_ISREG(st.st_mode) || st.st_size < FILE_HEADER + AUX_HEADER)
		refuse("%s: this is no XCOFF program: it has %ld bytes", name, (long)st.st_size);
	file_size = (uint64_t)st.st_size;
	file = mmap(NULL, file_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		refuse("%s: %m", name);
	close(fd);
}

/* The headers of all sections, of those that are in memory by number, and by kind. */
struct sections {
	const unsigned char *in_memory[0x100], *text, *data, *bss, *loader;
};

static void find_sections(struct sections *all)
{
	const struct part whole = { file, file_size };
	const unsigned count = u16(file + 2);
	const uint64_t first = FILE_HEADER + u16(file + 16);

	if (count >= COUNT(all->in_memory))
		refuse("%s: it has %u sections", name, count);
	for (unsigned i = 1; i <= count; i++) {
		const unsigned char *s = within(whole, first + (uint64_t)(i - 1) * SECTION, SECTION, "a section's header"), **place;

		switch (u32(s + 64) & 0xffff) {
		case TEXT:
			place = &all->text;
			break;
		case DATA:
			place = &all->data;
			break;
		case BSS:
			place = &all->bss;
			break;
		case LOADER:
			place = &all->loader;
			break;
		case THREAD_DATA:
		case THREAD_BSS:
			refuse("%s: it has storage of threads, which is missing here", name);
		default:
			continue; /* for debuggers */
		}
		if (*place != NULL)
			refuse("%s: it has two sections of kind %#x", name, u32(s + 64) & 0xffff);
		*place = s;
		if (place != &all->loader)
			all->in_memory[i] = s;
	}
	if (all->text == NULL || all->data == NULL || all->loader == NULL)
		refuse("%s: this is no whole program: it has no %s", name, all->text == NULL ? ".text" : all->data == NULL ? ".data" : ".loader");
}

static void place_sections(const struct sections *all)
{
	const struct segment bss = all->bss != NULL ? section_range(all->bss) : (struct segment){ 0 };

	text = section_range(all->text);
	data = section_range(all->data);
	if (bss.size > 0) {
		if (bss.start < data.start || bss.start - data.start < data.size || bss.start > UINT64_MAX - bss.size)
			refuse("%s: .bss at %#lx does not follow .data at %#lx", name, bss.start, data.start);
		data.size = bss.start + bss.size - data.start;
	}
	place(&text);
	place(&data);
	copy(all->text, &text);
	copy(all->data, &data);
}

/* Code is not written to from here on. */
static void protect_text(void)
{
	const uint64_t into_page = text.start & ((uint64_t)sysconf(_SC_PAGESIZE) - 1);
	char *start = (char *)(text.start + text.delta);

	if (mprotect(start - into_page, text.size + into_page, PROT_READ | PROT_EXEC) != 0)
		refuse("%s: %m", name);
	__builtin___clear_cache(start, start + text.size);
}

void *image_load(const char *path, const char *program)
{
	struct sections all = { 0 };
	uint64_t entry, *address;

	name = program;
	map_file(path);
	if (u16(file) != MAGIC64)
		refuse("%s: this is no 64-bit XCOFF program: it begins with %#06x%s", name, u16(file), u16(file) == MAGIC32 ? ", as a 32-bit one" : "");
	if (u16(file + 16) < AUX_HEADER)
		refuse("%s: this is no program: its auxiliary header has %u bytes", name, u16(file + 16));
	find_sections(&all);
	place_sections(&all);
	loader_open(all.loader);
	address = bind(all.in_memory);
	for (uint32_t i = 0; i < relocations; i++)
		relocate(relocation_table.start + (uint64_t)i * RELOCATION, address);
	free(address);
	entry = u64(file + FILE_HEADER + 80);
	if (!holds(&data, entry, 24))
		refuse("%s: it begins at %#lx, which is not in .data", name, entry);
	protect_text();
	return (void *)(entry + data.delta);
}
