package epkg

import (
	"slices"
	"testing"
)

func TestPrerequisites(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]Prerequisite{
		"# levels\n\na.b 1.2.3.4 1.2.3.5\n":  {{"a.b", "1.2.3.4", "1.2.3.5"}},
		"a.b 1.2.3.4":                        {{"a.b", "1.2.3.4", ""}},
		"a.b 1.2.3.4 1.2.3.5 x\nc.d 1.1.1.1": {{"a.b", "1.2.3.4", "1.2.3.5"}, {"c.d", "1.1.1.1", ""}},
		"a.b 1.2.3.4 1.2.3.5 x y":            nil,
		"a.b 1.2.3.4 x":                      nil,
		"a.b":                                nil,
		"a.b 1.2.3":                          nil,
		"":                                   nil,
	} {
		if got, ok := prerequisites(text); ok != (want != nil) || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", text, got, ok)
		}
	}
}
