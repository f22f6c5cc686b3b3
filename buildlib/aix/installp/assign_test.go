package installp

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each control file goes to its fileset; what goes to none is told of, and is wrong where something is not installed then.
func TestAssign(t *testing.T) {
	t.Parallel()
	part := func() *Part { return &Part{Control: map[string]string{}, Offsets: map[string]int64{}} }
	for name, test := range map[string]struct {
		part  int
		names []string
		want  []string // told
		given map[string][]string
	}{
		"by the longer name":    {UsrPart, []string{"a.b.al", "a.b.c.al", "a.b.c.d"}, nil, map[string][]string{"a.b usr": {"al"}, "a.b.c usr": {"al", "d"}}},
		"the root part":         {RootPart, []string{"a.b.al"}, nil, map[string][]string{"a.b root": {"al"}}},
		"no root part":          {RootPart, []string{"a.b.c.al"}, []string{"note 0: lpp_name gives the fileset a.b.c no root part"}, nil},
		"twice":                 {UsrPart, []string{"a.b.x", "a.b.x"}, []string{"0: a second control file of this name"}, map[string][]string{"a.b usr": {"x"}}},
		"what all may have":     {UsrPart, []string{"lpp.README", "productid"}, nil, nil},
		"nobody's":              {UsrPart, []string{"x.y", "odd"}, []string{noteOfNone, noteOfNone}, nil},
		"nobody's script":       {UsrPart, []string{"x.pre_i"}, []string{noteOfNone[len("note "):]}, nil},
		"nobody's update":       {UsrPart, []string{"x.unpre_u"}, []string{noteOfNone[len("note "):]}, nil},
		"nobody's apply list":   {UsrPart, []string{"x.al"}, []string{noteOfNone[len("note "):]}, nil},
		"nobody's inventory":    {UsrPart, []string{"inventory"}, []string{noteOfNone[len("note "):]}, nil},
		"the sizes of nobody":   {UsrPart, []string{"x.size"}, []string{noteOfNone}, nil},
		"the fileset's name":    {UsrPart, []string{"a.b"}, []string{noteOfNone}, nil},
		"one that begins alike": {UsrPart, []string{"a.bc.al"}, []string{noteOfNone[len("note "):]}, nil},
	} {
		image := &Image{Filesets: []Info{{Name: "a.b", Usr: part(), Root: part()}, {Name: "a.b.c", Usr: part()}}}
		var problems []string
		for i, file := range test.names {
			image.assign(test.part, &ControlFile{Name: file, Text: "./x\n", Offset: int64(i + 7)}, told(&problems))
		}
		if diff := cmp.Diff(test.want, problems); diff != "" {
			t.Errorf("%s, -want +told:\n%s", name, diff)
		}
		given := map[string][]string{}
		for i := range image.Filesets {
			f := &image.Filesets[i]
			for part, p := range map[string]*Part{" usr": f.Usr, " root": f.Root} {
				for _, suffix := range []string{"al", "d", "x"} {
					if text, there := p.control()[suffix]; there && text == "./x\n" && p.Offsets[suffix] == int64(7+slices.Index(test.names, f.Name+"."+suffix)) {
						given[f.Name+part] = append(given[f.Name+part], suffix)
					}
				}
			}
		}
		if test.given == nil {
			test.given = map[string][]string{}
		}
		if diff := cmp.Diff(test.given, given); diff != "" {
			t.Errorf("%s, -want +given:\n%s", name, diff)
		}
	}
}

const noteOfNone = "note 0: the control file belongs to no fileset of lpp_name"

func (p *Part) control() map[string]string {
	if p == nil {
		return nil
	}
	return p.Control
}
