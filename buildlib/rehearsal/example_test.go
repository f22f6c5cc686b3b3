package rehearsal_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal"
)

// Images are rehearsed one over the other, so each must be newer than the one before. Run, with a machine that has the shells, does it.
func Example() {
	dir, err := os.MkdirTemp("", "rehearsal")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	image := func(fix int) string {
		level := vrmf.Level{Version: 1, Fix: fix}
		name := filepath.Join(dir, "demo."+level.String()+".I")
		f, err := os.Create(name)
		if err != nil {
			panic(err)
		}
		defer f.Close()
		if err := write.Image(f, &installp.Package{
			Name: "demo", Level: level, Time: time.Unix(1700000000, 0),
			Filesets: []installp.Fileset{{Name: "demo.rte", Text: "Demonstration", Copyright: "Nobody's.\n",
				Files: []installp.File{{Path: "/opt/demo", Type: installp.Directory, Mode: 0o755, Owner: "root", Group: "system"}}}},
		}); err != nil {
			panic(err)
		}
		return name
	}
	older, newer := image(1), image(2)
	media, err := rehearsal.Open(context.Background(), older, newer)
	if err != nil {
		panic(err)
	}
	for _, m := range media {
		fmt.Println(m.Image.Package, m.Image.Filesets[0].Level)
	}
	_, err = rehearsal.Open(context.Background(), newer, older)
	fmt.Println(fault.Code(err))
	// Output:
	// demo 1.0.0.1
	// demo 1.0.0.2
	// rehearsal-image
}
