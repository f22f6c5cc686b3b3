package verbs

import (
	"context"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
)

// An image is named by its file.
var anImage = Arg{Name: "image", Meaning: "file"}

// imageVerbs are those that read images, ours and those of AIX.
var imageVerbs = []Verb{
	{
		Name: "image:list", Help: "shows the filesets of an image and its members", Args: []Arg{anImage},
		Run: printing(func(p *build.Project, ctx context.Context, c *Call) error { return p.ImageList(ctx, c.Args[0]) }),
	},
	{
		Name: "image:verify", Help: "checks an image: sums, lists, inventories, sizes, owners, scripts, programs", Args: []Arg{anImage},
		More: "Errors are what installp or sysck would refuse or do wrong. Notes are what differs from our own images though AIX takes it.",
		Run:  printing(func(p *build.Project, ctx context.Context, c *Call) error { return p.ImageVerify(ctx, c.Args[0]) }),
	},
	{
		Name: "image:extract", Help: "writes the members of an image into a new directory",
		Args: []Arg{anImage, {Name: "dir", Meaning: "directory that does not exist yet"}},
		Run: printing(func(p *build.Project, ctx context.Context, c *Call) error {
			return p.ImageExtract(ctx, c.Args[0], c.Args[1])
		}),
	},
	{
		Name: "image:diff", Help: "shows what differs between two images, and fails if anything does",
		Args: []Arg{{Name: "before", Meaning: "file"}, {Name: "after", Meaning: "file"}},
		Run: printing(func(p *build.Project, ctx context.Context, c *Call) error {
			return p.ImageDiff(ctx, c.Args[0], c.Args[1])
		}),
	},
	{
		Name: "image:toc", Help: "writes the .toc of a directory of images, by which installp -d finds them",
		Args: []Arg{{Name: "dir", Meaning: "directory with images"}},
		Run:  printing(func(p *build.Project, ctx context.Context, c *Call) error { return p.ImageToc(ctx, c.Args[0]) }),
	},
	{
		Name: "image:rehearse", Help: "installs, updates, removes an image in a directory, scripts and all, as installp would",
		More: "It does so under dash, mksh and ksh93, as far as they are here, with stand-ins for AIX's commands, and leaves the disk of each in\n" +
			"build/rehearsal. The scripts are kept in there by namespaces; where there are none, images of others are refused unless trusted.",
		Args:  []Arg{{Name: "image", Meaning: "file; or several, each to be installed over the one before; to mage one word with commas", Split: Commas}},
		Flags: []Flag{{Name: "trust", Meaning: "run the scripts even where nothing keeps them in the box", Kind: Bool}},
		Run: printing(func(p *build.Project, ctx context.Context, c *Call) error {
			return p.ImageRehearse(ctx, strings.Join(c.Args, ","), c.IsSet("trust"))
		}),
	},
}
