package xcoff_test

import (
	"fmt"
	"log"
	"os"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/xcoff"
)

func ExampleNewFile() {
	program, err := os.Open("testdata/program64")
	if err != nil {
		log.Fatal(err)
	}
	defer program.Close()
	f, err := xcoff.NewFile(program)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d bits, to be loaded: %v\n", f.Width, f.Flags&xcoff.FlagLoadable != 0)
	fmt.Printf("library path %q\n", f.LibraryPath())
	for _, library := range f.Libraries() {
		fmt.Println(library)
		for _, i := range f.Imports() {
			if i.From == library {
				fmt.Printf("\t%s %v\n", i.Symbol, i.Class)
			}
		}
	}
	// Output:
	// 64 bits, to be loaded: true
	// library path ["/usr/lib" "/lib" ""]
	// libc.a(shr_64.o)
	// 	errno UA
	// 	puts DS
	// 	res_querydomain DS
	// /opt/freeware/lib/libx.so
	// 	maybe DS
}

func ExampleDiffImports() {
	libc := xcoff.ImportFile{Base: "libc.a", Member: "shr.o"}
	before := []xcoff.Import{{Symbol: "gets", From: libc, Class: xcoff.ClassDS}, {Symbol: "puts", From: libc, Class: xcoff.ClassDS}}
	after := []xcoff.Import{{Symbol: "puts", From: libc, Class: xcoff.ClassDS}, {Symbol: "fgets", From: libc, Class: xcoff.ClassDS}}
	gone, added := xcoff.DiffImports(before, after)
	for _, i := range gone {
		fmt.Println("-", i.From, i.Symbol)
	}
	for _, i := range added {
		fmt.Println("+", i.From, i.Symbol)
	}
	// Output:
	// - libc.a(shr.o) gets
	// + libc.a(shr.o) fgets
}
