package probe

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
)

var update = flag.Bool("update", false, "rewrite what is made of the SDK, and golden files")

var interfaces = []string{"1.0.2", "1.1.1", "3.0"}

var triples = map[int]string{32: "powerpc-ibm-aix6.1", 64: "powerpc64-ibm-aix7.2"}

// TestFacts holds the list of facts against the SDK's headers: clang tells what they declare, and what each constant, size and place is.
func TestFacts(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles all headers six times")
	}
	t.Parallel()
	clang, err := exec.LookPath("clang-19")
	if err != nil {
		t.Skipf("%v; \"mage test\" installs it", err)
	}
	type key struct{ header, kind, name string }
	values := map[key]map[string]map[int]string{} // by interface of OpenSSL
	var order []key
	for _, api := range interfaces {
		root := includes(t, api)
		for _, bits := range widths {
			cc := reader{t, []string{clang, "--target=" + triples[bits], "--sysroot=" + root, "-std=gnu17", "-x", "c", "-"}, root}
			for _, f := range cc.facts() {
				if strings.HasPrefix(f.Header, "openssl/") && f.Kind == size {
					continue // the SDK has the first members of OpenSSL's structures
				}
				if f.Header == "openssl/options.h" || f.Header == "openssl/types.h" {
					f.Header = "openssl/ssl.h" // those two are the SDK's alone
				}
				k := key{f.Header, f.Kind, f.Name}
				if values[k] == nil {
					values[k] = map[string]map[int]string{}
					order = append(order, k)
				}
				if values[k][api] == nil {
					values[k][api] = map[int]string{}
				}
				values[k][api][bits] = f.Values[bits]
			}
		}
	}
	slices.SortStableFunc(order, func(a, b key) int { return strings.Compare(a.header, b.header) })
	var out strings.Builder
	out.WriteString("# What the SDK's headers state, in 32 and in 64 bits, and with which interfaces of OpenSSL where not with all. Made by TestFacts with -update.\n")
	header := ""
	for _, k := range order {
		if k.header != header {
			header = k.header
			fmt.Fprintln(&out, "header", header)
		}
		lines := map[string][]string{}
		var several []string
		for _, api := range interfaces {
			v := values[k][api]
			if v == nil {
				continue
			}
			line := k.kind + " " + k.name
			for _, bits := range widths {
				if v[bits] == "" {
					v[bits] = "-"
				}
				line += " " + v[bits]
			}
			if lines[line] == nil {
				several = append(several, line)
			}
			lines[line] = append(lines[line], api)
		}
		if k.name == "OPENSSL_VERSION_NUMBER" { // tells the interface; the rest of it changes with each patch
			fmt.Fprintln(&out, "C OPENSSL_VERSION_NUMBER - -")
			continue
		}
		for _, line := range several {
			if len(lines[line]) < len(interfaces) {
				line += " " + strings.Join(lines[line], " ")
			}
			fmt.Fprintln(&out, line)
		}
	}
	golden(t, "facts", out.String())
}

// TestFactsPlaces: each fact has its line.
func TestFactsPlaces(t *testing.T) {
	t.Parallel()
	all, err := parseFacts(factsText)
	if err != nil || len(all) < 950 {
		t.Fatalf("%d facts, %v", len(all), err)
	}
	for _, f := range all {
		if p := f.place(); !strings.Contains(p, ":") {
			t.Errorf("%s %s: nothing in %s states it", f.Kind, f.Name, p)
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if d := cmp.Diff(string(want), got); err != nil || d != "" {
		t.Errorf("%s is stale, %v; -update makes it anew (-want +got):\n%s", file, err, d)
	}
}

// includes is a directory with the SDK's headers in usr/include.
func includes(t *testing.T, api string) string {
	t.Helper()
	root := t.TempDir()
	for from, to := range map[string]string{"include": "", "sasl": "sasl", "openssl/common": "openssl", "openssl/" + api: "openssl"} {
		headers, err := fs.Sub(cross.SDK(), from)
		if err == nil {
			err = os.CopyFS(filepath.Join(root, "usr/include", to), headers)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// reader reads headers with a compiler.
type reader struct {
	t    *testing.T
	argv []string
	root string
}

func (r reader) run(text string, options ...string) (stdout, stderr string, err error) {
	cmd := exec.CommandContext(r.t.Context(), r.argv[0], slices.Concat(options, r.argv[1:])...)
	cmd.Stdin = strings.NewReader(text)
	var out, failure bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &failure
	err = cmd.Run()
	return out.String(), failure.String(), err
}

// texts are the headers by name.
func (r reader) texts() map[string]string {
	texts := map[string]string{}
	top := filepath.Join(r.root, "usr/include")
	err := filepath.WalkDir(top, func(name string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(name) == ".h" {
			var text []byte
			text, err = os.ReadFile(name)
			texts[strings.TrimPrefix(name, top+"/")] = string(text)
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return texts
}

// all is a program that includes each header.
func (r reader) all() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.texts())) {
		fmt.Fprintf(&b, "#include <%s>\n", name)
	}
	return b.String()
}

// header is the SDK's header that a file is, "" for one of the compiler's own.
func (r reader) header(file string) string {
	name, ok := strings.CutPrefix(file, filepath.Join(r.root, "usr/include")+"/")
	if !ok {
		return ""
	}
	return name
}

// facts are what the headers state, with values for the compiler's width.
func (r reader) facts() []fact {
	bits := 32
	if strings.Contains(r.argv[1], "64") {
		bits = 64
	}
	asked := slices.Concat(r.constants(), r.types())
	for {
		var b strings.Builder
		b.WriteString(r.all() + "#include <stddef.h>\n")
		before := strings.Count(b.String(), "\n")
		for i, f := range asked {
			fmt.Fprintf(&b, "const long long sdk_%d[] = { %s };\n", i, expression(f))
		}
		out, failure, err := r.run(b.String(), "-S", "-emit-llvm", "-o", "-", "-w", "-ferror-limit=0")
		if err == nil {
			return with(asked, bits, out)
		}
		bad := map[int]bool{}
		for _, m := range regexp.MustCompile(`(?m)^<stdin>:(\d+):\d+: error`).FindAllStringSubmatch(failure, -1) {
			line, err := strconv.Atoi(m[1])
			if err != nil {
				r.t.Fatal(err)
			}
			bad[line-before-1] = true
		}
		if len(bad) == 0 {
			r.t.Fatal(failure)
		}
		var rest []fact
		for i, f := range asked {
			if !bad[i] {
				rest = append(rest, f)
			}
		}
		asked = rest
	}
}

// with are the facts that have values in the compiler's output; the address of something is no value.
func with(asked []fact, bits int, out string) []fact {
	found := map[int]string{}
	for _, m := range regexp.MustCompile(`(?m)^@sdk_(\d+) = constant \[\d x i64\] (?:\[i64 (-?\d+)(?:, i64 (-?\d+))?\]|(zeroinitializer))`).FindAllStringSubmatch(out, -1) {
		i, _ := strconv.Atoi(m[1]) // the expression takes nothing else
		switch {
		case m[4] != "" && asked[i].Kind == member:
			found[i] = "0:0"
		case m[4] != "":
			found[i] = "0"
		case m[3] != "":
			found[i] = m[2] + ":" + m[3]
		default:
			found[i] = m[2]
		}
	}
	var all []fact
	for _, i := range slices.Sorted(maps.Keys(found)) {
		f := asked[i]
		f.Values = map[int]string{bits: found[i]}
		all = append(all, f)
	}
	return all
}

func expression(f fact) string {
	name, in, _ := strings.Cut(strings.Replace(f.Name, "struct.", "struct ", 1), "/")
	switch f.Kind {
	case size:
		return "sizeof(" + name + ")"
	case sign:
		return "(" + name + ")-1 < 0"
	case member:
		return fmt.Sprintf("offsetof(%s, %s), sizeof(((%s *)0)->%s)", name, in, name, in)
	}
	return "(long long)+(" + name + ")" // not of a pointer, which compilers widen differently
}

// constants are the macros without arguments; not all have values.
func (r reader) constants() []fact {
	out, failure, err := r.run(r.all(), "-E", "-dD")
	if err != nil {
		r.t.Fatal(failure)
	}
	var all []fact
	header := ""
	seen := map[string]bool{}
	for line := range strings.Lines(out) {
		if m := regexp.MustCompile(`^# \d+ "(.*?)"`).FindStringSubmatch(line); m != nil {
			header = r.header(m[1])
		}
		m := regexp.MustCompile(`^#define ([A-Za-z_]\w*) \S`).FindStringSubmatch(line)
		if m != nil && header != "" && !strings.HasPrefix(m[1], "SDK_") && !seen[m[1]] {
			seen[m[1]] = true
			all = append(all, fact{Header: header, Kind: constant, Name: m[1]})
		}
	}
	return all
}

// node is a part of what clang makes of a text.
type node struct {
	Kind, Name, TagUsed string
	CompleteDefinition  bool
	Type                struct{ QualType, DesugaredQualType string }
	Inner               []node
}

// types are the sizes and signs of types, the members of structures, and the constants of enumerations. What the SDK calls sdk_ is its own,
// and names that begin with two underscores are nobody's business.
func (r reader) types() []fact {
	out, failure, err := r.run(r.all(), "-fsyntax-only", "-Xclang", "-ast-dump=json")
	if err != nil {
		r.t.Fatal(failure)
	}
	var tree node
	if err := json.Unmarshal([]byte(out), &tree); err != nil {
		r.t.Fatal(err)
	}
	private := func(name string) bool {
		return name == "" || strings.Contains(name, "sdk_") || strings.HasPrefix(name, "__") && !strings.HasPrefix(name, "__res_")
	}
	headers := r.texts()
	var all []fact
	add := func(f fact) {
		for header, text := range headers { // clang's tree names the file of some declarations only
			if f.line(text) > 0 {
				f.Header = header
				all = append(all, f)
			}
		}
	}
	members := func(name string, record node) {
		whole := true
		for _, m := range record.Inner {
			if m.Kind == "FieldDecl" && strings.Contains(m.Name, "sdk_") {
				whole = false
			}
		}
		if whole {
			add(fact{Kind: size, Name: name})
		}
		for _, m := range record.Inner {
			if m.Kind == "FieldDecl" && !private(m.Name) {
				add(fact{Kind: member, Name: name + "/" + m.Name})
			}
		}
	}
	var last node
	for _, n := range tree.Inner {
		switch {
		case n.Kind == "RecordDecl" && n.CompleteDefinition:
			if n.TagUsed == "struct" && !private(n.Name) {
				members("struct."+n.Name, n)
			}
			last = n
		case n.Kind == "EnumDecl":
			for _, e := range n.Inner {
				add(fact{Kind: listed, Name: e.Name})
			}
		case n.Kind != "TypedefDecl" || private(n.Name) || strings.ContainsAny(n.Type.QualType, "(") || strings.Contains(n.Type.QualType, "sdk_"):
		case n.Type.QualType == "struct "+n.Name && last.Name == "": // of a structure without a name of its own
			members(n.Name, last)
		default:
			add(fact{Kind: size, Name: n.Name})
			add(fact{Kind: sign, Name: n.Name})
		}
	}
	return all
}
