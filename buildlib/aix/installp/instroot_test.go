package installp_test

import (
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
)

// A package has one inst_root; in an update each fileset has one, below its level as the image writes it.
func TestInstRoot(t *testing.T) {
	t.Parallel()
	level := vrmf.Level{Version: 1, Fix: 5}
	library := installp.Library{Member: installp.Member{}}
	library.Name = "./usr/lpp/demo/demo.doc/01.00.0000.0005/inst_root/liblpp.a"
	for _, c := range []struct{ kind, rte, doc string }{
		{installp.TypeInstall, "./usr/lpp/demo/inst_root", "./usr/lpp/demo/inst_root"},
		{"S", "./usr/lpp/demo/demo.rte/1.0.0.5/inst_root", "./usr/lpp/demo/demo.doc/01.00.0000.0005/inst_root"},
	} {
		image := &installp.Image{Type: c.kind, Package: "demo", Libraries: []installp.Library{library}, Filesets: []installp.Info{
			{Name: "demo.rte", Level: level, LevelText: "1.0.0.5"}, {Name: "demo.doc", Level: level, LevelText: "01.00.0000.0005"},
		}}
		if rte, doc := image.InstRoot(&image.Filesets[0]), image.InstRoot(&image.Filesets[1]); rte != c.rte || doc != c.doc {
			t.Errorf("type %s: %s and %s, want %s and %s", c.kind, rte, doc, c.rte, c.doc)
		}
	}
	library.Name = "./usr/lpp/demo/demo.rte/1.0.0.5/inst_root/liblpp.a"
	image := &installp.Image{Type: "S", Package: "demo", Libraries: []installp.Library{library}, Filesets: []installp.Info{{Name: "demo.rte", Level: level, LevelText: "01.00.0000.0005"}}}
	if got := image.InstRoot(&image.Filesets[0]); got != "./usr/lpp/demo/demo.rte/1.0.0.5/inst_root" {
		t.Errorf("where the image writes the level otherwise than lpp_name: %s", got)
	}
}
