package write_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

var update = flag.Bool("update", false, "write testdata/golden anew")

// TestGolden compares a readable dump of each image. Its first line is the digest of the bytes.
func TestGolden(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]*installp.Package{"example": installptest.Example(), "family": installptest.Family()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			image := installptest.Write(t, p)
			got := fmt.Sprintf("sha256 %s, %d bytes\n%s", installptest.Digest(image), len(image), dump(t, image))
			golden := filepath.Join("testdata", "golden", name+".txt")
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
				t.Errorf("%s, -want +got (go test -update writes it anew):\n%s", golden, diff)
			}
		})
	}
}

// dump shows an image member by member, and its control libraries, too.
func dump(t testing.TB, image []byte) string {
	t.Helper()
	var b strings.Builder
	for r := bff.NewReader(bytes.NewReader(image)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%06o %d:%d %d %s %s\n", h.Mode, h.UID, h.GID, h.Size, h.ModTime.Format("2006-01-02T15:04:05Z"), h.Name)
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(h.Name) != "liblpp.a" {
			b.WriteString(indent("    | ", string(content)))
			continue
		}
		for _, m := range installptest.Library(t, content) {
			fmt.Fprintf(&b, "    %04o %d:%d %d %s %s\n", m.Mode, m.UID, m.GID, m.Size, m.ModTime.Format("2006-01-02T15:04:05Z"), m.Name)
			b.WriteString(indent("        | ", m.Text))
		}
	}
}

// indent puts the prefix before each line; contents of more than 2000 bytes are only counted.
func indent(prefix, text string) string {
	if len(text) > 2000 || !utf8.ValidString(text) {
		return fmt.Sprintf("%s%d bytes\n", prefix, len(text))
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(prefix + strings.TrimSuffix(line, "\n") + "\n")
		if !strings.HasSuffix(line, "\n") {
			b.WriteString(strings.Replace(prefix, "|", "\\", 1) + "no newline at the end\n")
		}
	}
	return b.String()
}
