package packaging

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// realPackage is the project's own plan over realManifest: everything staged has its place, and installp has nothing to object.
func realPackage(t *testing.T) *installp.Package {
	t.Helper()
	p, err := Load("../../../packaging")
	if err != nil {
		t.Fatal(err)
	}
	p.Copyright = "See LICENSE.\n"
	m := manifest(t, realManifest)
	pkg, err := p.Image(Build{
		Manifest: m, Root: fillRoot(t, m), Values: values, Level: vrmf.Level{Version: 8, Release: 15, Modification: 2, Fix: 1},
		Time: time.Unix(1443657600, 0), Needs: []string{"fileset bos.rte 6.1.0.0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := write.Check(pkg); err != nil {
		t.Fatalf("Validate() = %v", err)
	}
	return pkg
}

// TestProjectGolden compares what a person would want to know of the project's own package. Its first line is the digest of the image.
func TestProjectGolden(t *testing.T) {
	t.Parallel()
	pkg := realPackage(t)
	var image bytes.Buffer
	if err := write.Image(&image, pkg); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("sha256 %x\n%s", sha256.Sum256(image.Bytes()), dump(pkg))
	golden := "testdata/golden/package.txt"
	if *update {
		if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got; -update writes it anew):\n%s", golden, diff)
	}
}

func dump(pkg *installp.Package) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s %s, users %v, groups %v, provided %v\n", pkg.Name, pkg.Level, pkg.Users, pkg.Groups, pkg.Provided)
	for _, f := range pkg.Filesets {
		fmt.Fprintf(&b, "\nfileset %s: %s\n", f.Name, f.Text)
		for _, r := range f.Requisites {
			fmt.Fprintf(&b, "  %s\n", r)
		}
		for _, part := range []struct {
			name    string
			scripts installp.Scripts
		}{{"usr", f.Usr}, {"root", f.Root}} {
			for _, step := range slices.Sorted(maps.Keys(part.scripts)) {
				fmt.Fprintf(&b, "  %s %s: %d lines\n", part.name, step, strings.Count(part.scripts[step], "\n"))
			}
		}
		for _, file := range f.Files {
			switch file.Type {
			case installp.Symlink:
				fmt.Fprintf(&b, "  l %s -> %s\n", file.Path, file.Target)
			case installp.Directory:
				fmt.Fprintf(&b, "  d %04o %s:%s %s\n", file.Mode, file.Owner, file.Group, file.Path)
			default:
				volatile := ""
				if file.Volatile {
					volatile = " volatile"
				}
				fmt.Fprintf(&b, "  f %04o %s:%s %s%s\n", file.Mode, file.Owner, file.Group, file.Path, volatile)
			}
		}
	}
	return b.String()
}
