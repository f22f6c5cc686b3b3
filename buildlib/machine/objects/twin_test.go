package objects

import (
	"os"
	"path/filepath"
	"testing"
)

// clang stands for one whose object is what is in the file itself and what it uses of the headers, which is what has "used" in its line. It tells by which
// command of its own it compiles, and that takes several files. A file notes each run, but for those of [Store.try].
const clang = `#!/bin/sh
here=${0%/*}
case " $* " in *" -v "*)
	printf '#include "..." search starts here:\n#include <...> search starts here:\n %s\nEnd of search list.\n' "$here/ssl" >&2
	exit ;;
esac
kind=object list= files= words= before= last=
while [ $# -gt 0 ]; do
	case $1 in
	-'###') tells=1 ;;
	-cc1) several=1 ;;
	-MF) list=$2; words="$words \"$1\" \"$2\""; shift ;;
	-o) out=$2; shift ;;
	-E) kind=text words="$words \"$1\""; [ ! -e "$here/stops" ] || exit 1 ;;
	*.c) files="$files $1" ;;
	esac
	shift
done
if [ "$tells" ]; then
	[ ! -e "$here/alone" ] || exit 1
	echo " \"$0\" \"-cc1\"$words \"-main-file-name\" \"x\" \"-o\" \"$out\" \"${files# }\"" >&2
	exit
fi
case $files in *one.c* | *two.c*) ;; *) echo "$kind${several:+$files}" >>$here/ran ;; esac
for f in $files; do
	[ ! "$several" ] || out=${f%.c}.o
	if [ $kind = text ]; then
		echo "# 1 \"$f\""
		echo "# 1 \"$here/ssl/ssl.h\" 1"
		cat $here/ssl/ssl.h
		echo "# 2 \"$f\" 2"
		sed 1d $f
		continue
	fi
	(cat $f; grep used $here/ssl/ssl.h) >$out
	[ ! -e "$here/differs" ] || [ ! "$several" ] || echo more >>$out
	grep warn $f >&2
	case $list in
	'') ;;
	-)
		[ ! "$before" ] || echo "@read@: $before $here/ssl/ssl.h $f"
		echo "@read@: $f $here/ssl/ssl.h"
		before=${before:-$f} ;;
	*) echo "$out: $f $here/ssl/ssl.h" >$list ;;
	esac
done
`

// header is one of a library, without what a file uses of it and with that.
const (
	unusedSSL = "int other(void);\ntypedef struct other_st OTHER;\n"
	sslHeader = unusedSSL + "int used(void);\n"
)

// TestTwin compiles for a level, whose headers then become those of another.
func TestTwin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		varies  string
		change  func(s *site)
		first   string // what is run for the first level, and then
		then    string
		inStore bool // the object of the first is taken
	}{
		{"what is not used", "bin/ssl", func(s *site) { s.write("bin/ssl/ssl.h", "OTHER *another(int);\nint used(void);\n") }, "object\ntext\n", "text\n", true},
		{"what is used", "bin/ssl", func(s *site) { s.write("bin/ssl/ssl.h", unusedSSL+"int used(int);\n") }, "object\ntext\n", "text\nobject\n", false},
		{"the file itself", "bin/ssl", func(s *site) { s.write("obj/a.c", "#include <ssl.h>\nint b = used();\n") }, "object\ntext\n", "object\ntext\n", false},
		{"one target alone", "", func(s *site) { s.write("bin/ssl/ssl.h", "int used(void);\n") }, "object\n", "object\n", true},
		{"other headers vary", "bin/other", func(s *site) { s.write("bin/ssl/ssl.h", "int used(void);\n") }, "object\n", "object\n", true},
		{"it does not come to an end", "bin/ssl", func(s *site) {
			s.write("bin/ssl/ssl.h", "int used(void);\n")
			s.write("bin/stops", "")
		}, "object\ntext\n", "object\n", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.write("bin/cc", clang)
			s.write("bin/ssl/ssl.h", sslHeader)
			s.write("obj/a.c", "#include <ssl.h>\nint a = used();\n")
			compile := func() (object, ran string) {
				t.Helper()
				store := s.store()
				store.Clang = true
				if test.varies != "" {
					store.Varies = filepath.Join(s.dir, test.varies)
				}
				object, _ = s.compile(store)
				ran = s.read("bin/ran")
				if err := os.RemoveAll(filepath.Join(s.dir, "bin/ran")); err != nil {
					t.Fatal(err)
				}
				return object, ran
			}
			first, ran := compile()
			if ran != test.first {
				t.Errorf("for the first level ran %q, want %q", ran, test.first)
			}
			test.change(s)
			second, ran := compile()
			if ran != test.then || (second == first) != test.inStore {
				t.Errorf("for the second level ran %q and got %q, want %q; the first got %q", ran, second, test.then, first)
			}
			if again, ran := compile(); ran != "" || again != second {
				t.Errorf("once more ran %q and got %q, want nothing and %q", ran, again, second)
			}
			if left, _ := filepath.Glob(filepath.Join(s.dir, "obj/a.o*")); left != nil {
				t.Errorf("%v is left", left)
			}
		})
	}
}
