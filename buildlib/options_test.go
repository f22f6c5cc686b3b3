package buildlib_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

// optionsNamed is where the product's own code says a word that is also an option's name.
var optionsNamed = []struct{ file, word, why string }{
	{"checkout/settings.go", "sasl", "the setting that says where the library is, and the default of another, as build.toml has it"},
	{"checkout/settings.go", "starttls", "the default of a setting, as build.toml has it"},
	{"machine/target/target.go", "sasl", "a part of a target: the library, whoever links it"},
	{"machine/target/detect.go", "sasl", "the setting of that part"},
	{"machine/target/find.go", "sasl", "the directory of its header"},
	{"machine/cross/kit.go", "sasl", "the directory of its header"},
	{"machine/cross/sysroot.go", "sasl", "the directory of its header"},
	{"plan/plan.go", "sasl", "where that part is from"},
	{"build/machine.go", "sasl", "where that part is from"},
	{"build/origin.go", "sasl", "where that part is from, in the record, and the directory of its header"},
	{"aix/installp/installptest/packages.go", "sasl", "a fileset of a package for tests"},
}

// TestOptionsAreData wants no option to be known by name to the product's own code: what there is to know of one stands in its fragment and
// in packaging/filesets.toml.
func TestOptionsAreData(t *testing.T) {
	set, err := siteconfig.Load("../site.config.m4.d")
	if err != nil {
		t.Fatal(err)
	}
	options := set.Names()
	found := make(map[string]bool)
	read := 0
	err = filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == "testdata" {
			if d != nil && d.IsDir() && err == nil {
				return fs.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return nil
		}
		read++
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if _, ok := n.(*ast.ImportSpec); ok {
				return false
			}
			literal, ok := n.(*ast.BasicLit)
			if !ok || literal.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Errorf("%s: %v", file, err)
			}
			for word := range strings.FieldsFuncSeq(text, func(r rune) bool {
				return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && r != '_'
			}) {
				if slices.Contains(options, word) {
					found[file+" "+word] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 100 || len(options) < 30 {
		t.Fatalf("read %d files for %d options: that is not all", read, len(options))
	}
	for _, o := range optionsNamed {
		if !found[o.file+" "+o.word] {
			t.Errorf("%s does not say %s any more: take it from the list", o.file, o.word)
		}
		delete(found, o.file+" "+o.word)
	}
	for place := range found {
		t.Errorf("%s: the option's name stands in the code: let its fragment say what there is to know, or tell here why not", place)
	}
}
