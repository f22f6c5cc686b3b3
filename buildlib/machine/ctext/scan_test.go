package ctext

import (
	"strings"
	"testing"
)

func TestScan(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text  string
		names string
		odd   bool
	}{
		{"#include \"a.h\"\n# include <sys/b.h>\n", "a.h sys/b.h", false},
		{"/* x */ #include_next <a.h>\n", "a.h", false},
		{"#inc\\\nlude \"a.h\"\n", "a.h", false},
		{"#include HEADER\n", "", true},
		{"#include_next HEADER(x)\n", "", true},
		{"#if __has_include(\"a.h\") || __has_include(<b.h>)\n", "a.h b.h", false},
		{"#define has(h) __has_include(h)\n#if has(<c.h>)\n", "c.h", false},
		{"#if __has_include(NAME)\n", "", true},
		{"%:include \"a.h\"\n", "a.h", false},
		{"??=include \"a.h\"\n", "", true},
		{"char t[] = __TIME__;\n", "", true},
		{"asm(\".incbin \\\"x\\\"\");\n", "", true},
		{"#embed \"a.bin\"\n", "a.bin", false},
		{"/* #include \"no.h\" */\n", "", false},
	} {
		got := Scan(test.text, nil)
		if names := strings.Join(got.Names, " "); names != test.names || got.Odd != test.odd {
			t.Errorf("Scan(%q) finds %q, odd %v, want %q, %v", test.text, names, got.Odd, test.names, test.odd)
		}
	}
}
