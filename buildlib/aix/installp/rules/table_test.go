package rules_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/rules"
)

// Every rule and chapter is in docs/formats.md, which says of each rule how it is known.
func TestRulesAreDocumented(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "formats.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules.Table {
		heading := `(?m)^##+ ` + regexp.QuoteMeta(r.Number()) + `\.? `
		if r.ID[0] == 'W' {
			heading = `(?m)^\| \*\*` + r.Number() + `\*\* \|.*\| ` + regexp.QuoteMeta(r.Source) + ` \|`
		}
		if !regexp.MustCompile(heading).Match(docs) {
			t.Errorf("docs/formats.md has no %s that is known by %s", r.Number(), r.Source)
		}
		if !strings.Contains(r.Source, "[") {
			t.Errorf("%s: the source %q has no mark of docs/formats.md", r.ID, r.Source)
		}
	}
}

// Each row of the table is checked somewhere, by write only if it has a code for that; and nothing is checked that has no row.
func TestIDs(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`^(W?\d+(\.\d+)?(/[a-z]+)?|/read|/note)$`)
	used := map[string][]string{} // rooms by ID
	for _, room := range []string{"write", "verify", "rules", "../epkg", "../../imagetool"} {
		files, err := filepath.Glob(filepath.Join("..", room, "*.go"))
		if err != nil || len(files) < 2 {
			t.Fatalf("sources %v, %v", files, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") || name == filepath.Join("..", "rules", "table.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					if text, _ := strconv.Unquote(lit.Value); id.MatchString(text) {
						used[text] = append(used[text], room)
					}
				}
				return true
			})
		}
	}
	if len(used["/read"]) != 1 {
		t.Fatalf("%q: lines that cannot be read are told of elsewhere", used["/read"])
	}
	known := map[string]bool{}
	for _, r := range rules.Table {
		if known[r.ID] {
			t.Errorf("%s is there twice", r.ID)
		}
		known[r.ID] = true
		if used[r.ID] == nil && !strings.HasSuffix(r.ID, "/read") && !strings.HasSuffix(r.ID, "/note") {
			t.Errorf("nothing checks %s", r.ID)
		}
		for _, room := range used[r.ID] {
			if (room == "write" || room == "rules") && r.Code == "" {
				t.Errorf("%s has no code for the fault of write", r.ID)
			}
		}
	}
	for text, rooms := range used {
		if strings.Contains(text, "/") && text != "/read" && text != "/note" && !known[text] || text[0] == 'W' && !known[text] {
			t.Errorf("%s in %v is not in the table", text, rooms)
		}
	}
	if got := rules.Find("W25"); got.What == "" || got.Number() != "W25" {
		t.Errorf("Find(W25) = %+v", got)
	}
	if got := rules.Find("6.3/size").Number(); got != "6.3" {
		t.Errorf("Number = %s", got)
	}
}
