package rehearsal

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// scripts are the lines that scripts printed since the last look.
func (s *theatre) scripts() []string {
	var lines []string
	for line := range strings.Lines(s.printed.String()) {
		if line, ok := strings.CutPrefix(line, "script "); ok {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	s.printed.Reset()
	return lines
}

func TestOrderOfScripts(t *testing.T) {
	t.Parallel()
	for _, shell := range shells() {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			s := newTheatre(t, shell)
			old, new := media(t, demo(t, "1.0.0.0")), media(t, demo(t, "1.0.0.1"))
			for _, c := range []struct {
				name string
				do   func() error
				want []string
			}{
				{"install", func() error { return s.Apply(t.Context(), old, preview.Options{}) }, []string{
					"pre_i U in /usr/lpp/demo", "post_i U in /usr/lpp/demo", "config U in /usr/lpp/demo",
					"pre_i M in /lpp/demo", "post_i M in /lpp/demo", "config M in /lpp/demo",
				}},
				{"install again", func() error { return s.Apply(t.Context(), old, preview.Options{}) }, nil},
				{"install a newer level", func() error { return s.Apply(t.Context(), new, preview.Options{}) }, []string{
					"pre_rm U in /usr/lpp/demo, over demo.rte 1.0.0.0", "pre_i U in /usr/lpp/demo, over demo.rte 1.0.0.0",
					"post_i U in /usr/lpp/demo, over demo.rte 1.0.0.0", "config U in /usr/lpp/demo, over demo.rte 1.0.0.0",
					"pre_rm M in /lpp/demo, over demo.rte 1.0.0.0", "pre_i M in /lpp/demo, over demo.rte 1.0.0.0",
					"post_i M in /lpp/demo, over demo.rte 1.0.0.0", "config M in /lpp/demo, over demo.rte 1.0.0.0",
				}},
				{"remove", func() error { return s.Deinstall(t.Context(), preview.Options{Names: []string{"demo"}}) }, []string{
					"pre_d U in /usr/lpp/demo/deinstl",
					"unconfig M in /lpp/demo/deinstl", "unpost_i M in /lpp/demo/deinstl", "unpre_i M in /lpp/demo/deinstl",
					"unconfig U in /usr/lpp/demo/deinstl", "unpost_i U in /usr/lpp/demo/deinstl", "unpre_i U in /usr/lpp/demo/deinstl",
				}},
			} {
				if err := c.do(); err != nil {
					t.Fatalf("%s: %v", c.name, err)
				}
				if err := s.Check(); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
				if diff := cmp.Diff(c.want, s.scripts()); diff != "" {
					t.Errorf("%s: scripts, -want +got:\n%s", c.name, diff)
				}
			}
		})
	}
}
