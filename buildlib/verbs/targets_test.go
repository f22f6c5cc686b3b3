package verbs

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"go/format"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestTargets holds mage's targets, targets.go beside the magefile, against the table of verbs, of which it is made.
func TestTargets(t *testing.T) {
	want, err := format.Source(generate(All()))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("../../targets.go", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile("../../targets.go"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("targets.go is not what the verbs make (%v): run this test with -update", err)
	}
}

// TestAliases holds the magefile's against the table; mage wants them there.
func TestAliases(t *testing.T) {
	magefile, err := os.ReadFile("../../magefile.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range All() {
		if line := fmt.Sprintf("%q: %s", v.Alias, function(v.Name)); v.Alias != "" && !strings.Contains(string(magefile), line) {
			t.Errorf("magefile.go has no alias %s", line)
		}
	}
}

// TestTable is what must be true of each verb.
func TestTable(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, v := range All() {
		if seen[v.Name] || v.Run == nil || v.Help == "" || strings.HasSuffix(v.Help, ".") {
			t.Errorf("%s: twice, or not to be run, or without help, or with a full stop that is put there by who shows it", v.Name)
		}
		seen[v.Name] = true
		for i, a := range v.Args {
			if a.Meaning == "" || a.Split != nil && i < len(v.Args)-1 {
				t.Errorf("%s: the argument %s lacks a meaning, or is a list before others", v.Name, a.Name)
			}
		}
	}
}

// function is a verb's in Go, such as Image.Verify.
func function(name string) string {
	var words []string
	for word := range strings.SplitSeq(name, ":") {
		words = append(words, strings.ToUpper(word[:1])+word[1:])
	}
	return strings.Join(words, ".")
}

func generate(all []Verb) []byte {
	var b bytes.Buffer
	b.WriteString("//go:build mage\n\n// Code generated from the table of package verbs by its test, run with -update. DO NOT EDIT.\n\npackage main\n\n" +
		"import (\n\"context\"\n\n\"github.com/magefile/mage/mg\"\n)\n")
	groups := make(map[string]bool)
	for _, v := range all {
		if group, _, ok := strings.Cut(function(v.Name), "."); ok && !groups[group] {
			groups[group] = true
		}
	}
	b.WriteString("\n// The groups of targets.\ntype (\n")
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		fmt.Fprintf(&b, "%s mg.Namespace\n", group)
	}
	b.WriteString(")\n")
	for _, v := range all {
		target(&b, v)
	}
	return b.Bytes()
}

func target(b *bytes.Buffer, v Verb) {
	group, name, ok := strings.Cut(function(v.Name), ".")
	receiver := "(" + group + ") "
	if !ok {
		receiver, name = "", group
	}
	comment := []string{name + " " + v.Help + "."}
	if v.More != "" {
		comment = append(append(comment, ""), strings.Split(v.More, "\n")...)
	}
	if len(v.Needed()) > 0 { // mage shows what each flag means, and nothing of arguments
		var table bytes.Buffer
		w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
		for _, a := range v.Needed() {
			if a.Split != nil {
				a.Meaning += "; all in one word, " + a.Word
			}
			fmt.Fprintf(w, "<%s>\t%s\n", a.Name, a.Meaning)
		}
		if err := w.Flush(); err != nil {
			panic(err) // a buffer takes everything
		}
		comment = append(append(comment, ""), strings.Split(strings.TrimSpace(table.String()), "\n")...)
	}
	fmt.Fprintf(b, "\n// %s\nfunc %s%s(ctx context.Context", strings.ReplaceAll(strings.Join(comment, "\n// "), "// \n", "//\n"), receiver, name)
	names := []string{fmt.Sprintf("%q", v.Name)}
	for _, a := range v.Needed() {
		fmt.Fprintf(b, ", %s string", a.Name)
		names = append(names, a.Name)
	}
	for i, f := range v.Flags {
		if i == 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(b, "%s *%s, // %s\n", f.Name, cmp.Or(f.Kind, String), f.Meaning)
		names = append(names, f.Name)
	}
	fmt.Fprintf(b, ") error { return run(ctx, %s) }\n", strings.Join(names, ", "))
}
