package buildlib_test

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite docs/faults.md")

// told is what messages of one code say, in the order of the source.
type told struct{ what, do []string }

// TestFaultCodes holds docs/faults.md, the list of what can go wrong with its cures, against the source, and wants each code, or the words of its
// message, in a test.
func TestFaultCodes(t *testing.T) {
	t.Parallel()
	codes, tests := make(map[string]*told), new(strings.Builder)
	for _, top := range []string{".", "../testdata/script"} {
		if err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || d.IsDir():
				return err
			case strings.HasSuffix(path, "_test.go") && d.Name() != "codes_test.go", strings.HasSuffix(path, ".txtar"):
				text, err := os.ReadFile(path)
				tests.Write(text)
				return err
			case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
				return collectFaults(path, codes)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	if len(codes) < 100 {
		t.Fatalf("found %d codes: this looks in the wrong place", len(codes))
	}
	words := make(map[string]bool)
	for _, word := range regexp.MustCompile(`[a-z0-9]+(-[a-z0-9]+)*`).FindAllString(tests.String(), -1) {
		words[word] = true
	}
	var doc strings.Builder
	doc.WriteString("# What can go wrong, and its cure\n\nThe code of an error is in the log and in the JSON document of a verb, and it stays. A place in the text that depends on the case is …\n" +
		"`go test ./buildlib -run TestFaultCodes -update` makes this list from the source.\n\n| code | what | cure |\n|---|---|---|\n")
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		fmt.Fprintf(&doc, "| %s | %s | %s |\n", code, cell(codes[code].what), cell(codes[code].do))
		if !words[code] && !quoted(tests.String(), codes[code].what, 4) && !quoted(tests.String(), codes[code].do, 6) {
			t.Errorf("%s is in no test", code)
		}
	}
	const file = "../docs/faults.md"
	if *update {
		if err := os.WriteFile(file, []byte(doc.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != doc.String() {
		t.Errorf("docs/faults.md is not what the source says (%v): run this test with -update", err)
	}
}

// quoted reports whether a text has so many words of a sentence in a row, as far as these do not depend on the case.
func quoted(text string, sentences []string, run int) bool {
	for _, sentence := range sentences {
		for piece := range strings.SplitSeq(sentence, "…") {
			words := strings.Fields(piece)
			n := min(run, max(len(words), 3))
			for i := range len(words) - n + 1 {
				if strings.Contains(text, strings.Join(words[i:i+n], " ")) {
					return true
				}
			}
		}
	}
	return false
}

func cell(sentences []string) string {
	sentences = slices.Sorted(slices.Values(sentences))
	for i, s := range sentences {
		sentences[i] = strings.NewReplacer("|", `\|`, "\n", "; ", "<", `\<`).Replace(s)
	}
	return strings.Join(slices.Compact(sentences), "<br>")
}

// collectFaults adds what one file says: in literals of fault.Error, and in assignments to the fields of one.
func collectFaults(path string, codes map[string]*told) error {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	add := func(fields map[string]ast.Expr) {
		code, ok := fields["Code"]
		if !ok {
			return
		}
		name := phrase(code)
		if strings.Contains(name, "…") { // put together from a verdict; those are named where they are made
			return
		}
		if codes[name] == nil {
			codes[name] = new(told)
		}
		if what := phrase(fields["What"]); what != "" {
			codes[name].what = append(codes[name].what, what)
		}
		if do := phrase(fields["Do"]); do != "" {
			codes[name].do = append(codes[name].do, do)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		fields := make(map[string]ast.Expr)
		switch n := n.(type) {
		case *ast.CompositeLit:
			for _, element := range n.Elts {
				if pair, ok := element.(*ast.KeyValueExpr); ok {
					if key, ok := pair.Key.(*ast.Ident); ok {
						fields[key.Name] = pair.Value
					}
				}
			}
			if name, ok := n.Type.(*ast.SelectorExpr); ok && name.Sel.Name == "Error" {
				add(fields)
			}
		case *ast.AssignStmt:
			for i, left := range n.Lhs {
				if field, ok := left.(*ast.SelectorExpr); ok && len(n.Rhs) == len(n.Lhs) {
					fields[field.Sel.Name] = n.Rhs[i]
				}
			}
			add(fields)
		}
		return true
	})
	return nil
}

var verb = regexp.MustCompile(`%[-+#0-9.]*[a-zA-Z]`)

// phrase is the text of an expression, with … for what only a run knows.
func phrase(e ast.Expr) string {
	switch e := e.(type) {
	case nil:
		return ""
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err != nil {
			return "…"
		}
		return text
	case *ast.BinaryExpr:
		return phrase(e.X) + phrase(e.Y)
	case *ast.CallExpr:
		if name, ok := e.Fun.(*ast.SelectorExpr); ok && name.Sel.Name == "Sprintf" && len(e.Args) > 0 {
			return verb.ReplaceAllString(phrase(e.Args[0]), "…")
		}
	}
	return "…"
}
