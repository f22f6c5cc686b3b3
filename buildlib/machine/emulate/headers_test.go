package emulate

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTranslated(t *testing.T) {
	tests := map[string]struct{ header, want string }{
		"macro":     {"#define O_CREAT 0x100 /* [go] */\n", "#define aix_O_CREAT 0x100  \n"},
		"number":    {"#define X 1ULL + .5e3 + 017L\n", "#define aix_X 1ULL + .5e3 + 017L\n"},
		"arguments": {"#define S_ISREG(m) (((m) & S_IFMT) == 1)\n", "#define aix_S_ISREG(aix_m) (((aix_m) & aix_S_IFMT) == 1)\n"},
		"structure": {"struct stat {\n\tdev_t st_dev;\n};\n", "struct aix_stat {\n\taix_dev_t aix_st_dev;\n};\n"},
		"linked":    {`int accept(int) __asm__("naccept"), other("x");`, `int aix_accept(int) __asm__("aix_naccept"), aix_other("x");`},
		"attribute": {"int f(void) __attribute__((format(printf, 1, 2))), g;", "int aix_f(void) , aix_g;"},
		"width":     {"#ifdef __64BIT__\n#endif\n", "#ifdef __64BIT__\n#endif\n"},
		"guard":     {"#ifndef SDK_H\n#define SDK_H\n#endif\n", "#ifndef aix_SDK_H\n#define aix_SDK_H\n#endif\n"},
		"include":   {"#include <sys/types.h>\n#include <stddef.h>\n", "#include \"aix/sys/types.h\"\n#include <stddef.h>\n"},
		"literals":  {`char c = '"', *s = "a \" b /* no */";`, `char aix_c = '"', *aix_s = "a \" b /* no */";`},
		"compiler":  {"memset(s, 0, sizeof(x)); __builtin_memset(s, 0, 1);", "aix_memset(aix_s, 0, sizeof(aix_x)); __builtin_memset(aix_s, 0, 1);"},
		"comment":   {"/* one\ntwo */ int x; // three\n", "\n  int aix_x;  \n"},
		"hash":      {"#define A(x) #x\n", "#define aix_A(aix_x) #aix_x\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := translated(test.header, func(name string) bool { return name == "sys/types.h" })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("translated(%q) (-want +got):\n%s", test.header, diff)
			}
		})
	}
}
