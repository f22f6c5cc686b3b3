/*
 * Loading an XCOFF program: its sections into memory, its loader section's relocations, its imports. Layouts: IBM's description of
 * XCOFF (xcoff.h). All numbers have the big end first, which is the loader's own order.
 *
 * A file may say anything: each offset and length is looked at before it is used.
 */
#include "loader.h"
#include "xcoff.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *name;
static const unsigned char *file;
static wide file_size;

static wide number(const unsigned char *at, int bytes)
{
	wide n = 0;

	while (bytes-- > 0)
		n = n << 8 | *at++;
	return n;
}

#define u8(at) (*(at))
#define u16(at) ((unsigned)number(at, 2))
#define u32(at) ((uint32_t)number(at, 4))
#define address(at) number(at, sizeof(void *))

/* A stretch of the file, or of something in it. */
struct part {
	const unsigned char *start;
	wide size;
};

static const unsigned char *within(struct part p, wide at, wide size, const char *what)
{
	if (at > p.size || size > p.size - at)
		refuse("%s: %s at offset %#llx, %#llx bytes, is beyond the end, which is at %#llx", name, what, at, size, p.size);
	return p.start + at;
}

/* A stretch of the program's memory. It has been moved by delta from where the program was linked. */
struct segment {
	wide start, size, delta;
};

static bool holds(const struct segment *s, wide address, wide size)
{
	return address >= s->start && size <= s->size && address - s->start <= s->size - size;
}

/* What is where after loading: text; data with bss behind it. */
static struct segment text, data;

static void place(struct segment *s)
{
	const wide page = (wide)sysconf(_SC_PAGESIZE), most = sizeof(void *) == 8 ? 1ull << 32 : 1u << 31;
	wide first = s->start & -page, length;
	void *got;

	if (s->size > most || s->start > UINTPTR_MAX - most)
		refuse("%s: a segment at %#llx has %#llx bytes", name, s->start, s->size);
	length = (s->start + s->size - first + page - 1) & -page;
	if (length == 0)
		refuse("%s: an empty segment at %#llx", name, s->start);
	/* AIX moves programs, too. Where the wanted place is free, addresses in a debugger are those of the link. */
	got = mmap((void *)(uintptr_t)first, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (got == MAP_FAILED)
		got = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (got == MAP_FAILED)
		refuse("%s: no memory for the segment at %#llx, %#llx bytes", name, s->start, s->size);
	s->delta = (uintptr_t)got - first;
}

/* An address of the program's as it is now. */
static void *at(wide address) { return (void *)(uintptr_t)address; }

static struct segment section_range(const unsigned char *section)
{
	return (struct segment){ .start = address(section + SECTION_START), .size = address(section + SECTION_SIZE) };
}

static void copy(const unsigned char *section, const struct segment *to)
{
	const struct segment range = section_range(section);
	const struct part whole = { file, file_size };

	memcpy(at(range.start + to->delta), within(whole, address(section + SECTION_FILE), range.size, "a section"), range.size);
}

/* The loader section. */
static struct part loader;
static uint32_t symbols, relocations;
static struct part symbol_table, relocation_table, strings, libraries;

static void loader_open(const unsigned char *section)
{
	const unsigned char *h;
	wide first;

	loader.size = address(section + SECTION_SIZE);
	loader.start = within((struct part){ file, file_size }, address(section + SECTION_FILE), loader.size, "the loader section");
	h = within(loader, 0, LOADER_HEADER, "the loader section's header");
	if (u32(h) < 1 || u32(h) > LOADER_VERSION)
		refuse("%s: the loader section has version %u, not %u", name, u32(h), LOADER_VERSION);
	symbols = u32(h + 4);
	relocations = u32(h + 8);
	libraries = (struct part){ .size = u32(h + 12) };
	libraries.start = within(loader, address(h + LIBRARIES_AT), libraries.size, "the list of libraries");
	strings = (struct part){ .size = u32(h + STRINGS_SIZE) };
	strings.start = within(loader, address(h + STRINGS_AT), strings.size, "the table of strings");
	symbol_table = (struct part){ .size = (wide)symbols * SYMBOL };
	first = symbols_at(h);
	symbol_table.start = within(loader, first, symbol_table.size, "the table of symbols");
	first = relocations_at(h, first + symbol_table.size);
	relocation_table = (struct part){ .size = (wide)relocations * RELOCATION };
	relocation_table.start = within(loader, first, relocation_table.size, "the table of relocations");
}

static const char *string(struct part p, wide offset, const char *what)
{
	const char *s = (const char *)within(p, offset, 1, what);

	if (memchr(s, 0, p.size - offset) == NULL)
		refuse("%s: %s at offset %#llx has no end", name, what, offset);
	return s;
}

/* In 32 bits a name of up to 8 bytes stands in the symbol itself, in place of four bytes of zeros and the offset. */
static const char *symbol_name(const unsigned char *symbol)
{
	char *own;

	if (sizeof(void *) == 8 || u32(symbol) == 0)
		return string(strings, u32(symbol + SYMBOL_NAME), "a symbol's name");
	own = strndup((const char *)symbol, 8);
	if (own == NULL)
		refuse("out of memory");
	return own;
}

/* The library that a symbol is imported from, as AIX's tools write it: libc.a(shr_64.o). */
static const char *library_of(const unsigned char *symbol)
{
	wide next = 0;
	const char *base, *member;
	char *both;

	for (uint32_t id = u32(symbol + 16); id > 0; id--)
		for (int part = 0; part < 3; part++)
			next += strlen(string(libraries, next, "a library's name")) + 1;
	next += strlen(string(libraries, next, "a library's path")) + 1;
	base = string(libraries, next, "a library's name");
	member = string(libraries, next + strlen(base) + 1, "a library's member");
	if (asprintf(&both, *member != '\0' ? "%s(%s)" : "%s", base, member) < 0)
		refuse("out of memory");
	return both;
}

/* The addresses of all symbols. Objects that are missing are told all at once. */
static wide *bind(const unsigned char *const *sections)
{
	wide *addresses = calloc(symbols + 1ul, sizeof *addresses);
	bool complete = true;

	if (addresses == NULL)
		refuse("out of memory");
	for (uint32_t i = 0; i < symbols; i++) {
		const unsigned char *symbol = symbol_table.start + (size_t)i * SYMBOL;
		unsigned section = u16(symbol + 12);
		const char *import, *library;

		if (!(u8(symbol + 14) & IMPORT)) {
			if (section > 0xff || sections[section] == NULL)
				continue; /* not in memory; refused when a relocation wants it */
			addresses[i] = address(symbol + SYMBOL_VALUE) + (u32(sections[section] + SECTION_KIND) & TEXT ? text : data).delta;
			continue;
		}
		import = symbol_name(symbol);
		library = library_of(symbol);
		addresses[i] = (uintptr_t)imported(import, library, u8(symbol + 15) == CLASS_DS);
		if (addresses[i] == 0) {
			fprintf(stderr, "emulate: %s imports %s of %s, which is missing here\n", name, import, library);
			complete = false;
		}
	}
	if (!complete)
		_exit(REFUSED);
	return addresses;
}

static void relocate(const unsigned char *r, const wide *addresses)
{
	wide where = address(r), difference;
	unsigned type = u16(r + 8);
	uint32_t symbol = u32(r + RELOCATION_SYMBOL);
	const struct segment *s = holds(&text, where, sizeof(void *)) ? &text : &data;
	uintptr_t word;

	if (!holds(s, where, sizeof word))
		refuse("%s: a relocation at %#llx, which is not in the program", name, where);
	if ((type >> 8 & 0x3f) + 1 != 8 * sizeof word)
		refuse("%s: a relocation at %#llx of %u bits", name, where, (type >> 8 & 0x3f) + 1);
	if (symbol < IMPLIED)
		difference = symbol == 0 ? text.delta : data.delta;
	else if (symbol - IMPLIED < symbols && addresses[symbol - IMPLIED] != 0)
		difference = addresses[symbol - IMPLIED];
	else
		refuse("%s: a relocation at %#llx to symbol %u, which has no address", name, where, symbol);

	memcpy(&word, at(where + s->delta), sizeof word);
	switch (type & 0xff) {
	case POSITIVE:
		word += (uintptr_t)difference;
		break;
	case NEGATIVE:
		word -= (uintptr_t)difference;
		break;
	default:
		refuse("%s: a relocation at %#llx of type %#x", name, where, type & 0xff);
	}
	memcpy(at(where + s->delta), &word, sizeof word);
}

static void map_file(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) != 0)
		refuse("%s: %m", name);
	if (!S_ISREG(st.st_mode) || st.st_size < FILE_HEADER + AUX_HEADER)
		refuse("%s: this is no XCOFF program: it has %ld bytes", name, (long)st.st_size);
	file_size = (wide)st.st_size;
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
	const wide first = FILE_HEADER + u16(file + 16);

	if (count >= COUNT(all->in_memory))
		refuse("%s: it has %u sections", name, count);
	for (unsigned i = 1; i <= count; i++) {
		const unsigned char *s = within(whole, first + (wide)(i - 1) * SECTION, SECTION, "a section's header"), **place;

		switch (u32(s + SECTION_KIND) & 0xffff) {
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
			refuse("%s: it has two sections of kind %#x", name, u32(s + SECTION_KIND) & 0xffff);
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
		if (bss.start < data.start || bss.start - data.start < data.size || bss.start > UINTPTR_MAX - bss.size)
			refuse("%s: .bss at %#llx does not follow .data at %#llx", name, bss.start, data.start);
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
	const size_t into_page = text.start & ((wide)sysconf(_SC_PAGESIZE) - 1);
	char *start = at(text.start + text.delta);

	if (mprotect(start - into_page, text.size + into_page, PROT_READ | PROT_EXEC) != 0)
		refuse("%s: %m", name);
	__builtin___clear_cache(start, start + text.size);
}

void *image_load(const char *path, const char *program)
{
	struct sections all = { 0 };
	wide entry, *addresses;

	name = program;
	map_file(path);
	if (memcmp(file, PROGRAM_MAGIC, 2) != 0)
		refuse("%s: this is no XCOFF program of %zu bits: it begins with %#06x", name, 8 * sizeof(void *), u16(file));
	if (u16(file + 16) < AUX_HEADER)
		refuse("%s: this is no program: its auxiliary header has %u bytes", name, u16(file + 16));
	find_sections(&all);
	place_sections(&all);
	loader_open(all.loader);
	addresses = bind(all.in_memory);
	for (uint32_t i = 0; i < relocations; i++)
		relocate(relocation_table.start + (size_t)i * RELOCATION, addresses);
	free(addresses);
	entry = address(file + FILE_HEADER + ENTRY);
	if (!holds(&data, entry, 3 * sizeof(void *)))
		refuse("%s: it begins at %#llx, which is not in .data", name, entry);
	protect_text();
	return at(entry + data.delta);
}
