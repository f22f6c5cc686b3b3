// Package imageverbs is what images can be asked for, ours and those of AIX: the verbs that need no checkout, and the command aiximage.
package imageverbs

import (
	"context"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/command"
	"github.com/sendmail-aix/sendmail-aix/buildlib/imagetool"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/ops"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

var (
	anImage   = command.Arg{Name: "image", Meaning: "file; - is standard input"}
	anyImages = command.Arg{Name: "image", Meaning: "file, or directory with images; - is standard input"}
)

// All are the verbs that read images, ours and those of AIX. They need no checkout, and but for the rehearsal, which works in that, no settings.
var All = []command.Verb{
	{
		Name: "image:list", Anywhere: true, Help: "shows the filesets of an image and its members", Args: []command.Arg{anyImages},
		Run: list,
	},
	{
		Name: "image:verify", Anywhere: true, Help: "checks an image: sums, lists, inventories, sizes, owners, scripts, programs", Args: []command.Arg{anyImages},
		More: "Errors are what installp or sysck would refuse or do wrong. Notes are what differs from our own images though AIX takes it.\n" +
			"The status is 1 when there are errors, or when a digest lies beside the image, as IMAGE.sha256, and is that of another one,\n" +
			"or when the signature, a block at the image's end or IMAGE.sig beside it, is not by the key that is given.",
		Flags: []command.Flag{{Name: "key", Meaning: "file of the public key, or certificate, that the signature must be by", Kind: command.String}},
		Run:   verify,
	},
	{
		Name: "image:inspect", Anywhere: true, Help: "shows what programs and libraries are, import and export", Args: []command.Arg{anImage},
		More: "The file is an XCOFF program, object or AIX archive, or an image with some in it. The status is 1 when imports are missing of what was asked for.",
		Flags: []command.Flag{
			{Name: "member", Meaning: "one of the image or archive alone, such as /opt/x/lib/libx.a, or libx.a(shr.o) with its own", Kind: command.String},
			{Name: "level", Meaning: "of AIX, such as aix7.1: tell what it is known to lack", Kind: command.String},
			{Name: "against", Meaning: "directory of libraries, such as a copy of /usr/lib: tell what they do not have", Kind: command.String},
		},
		Run: func(ctx context.Context, c *command.Call) (report.Value, error) {
			i, err := imagetool.Inspect(ctx, c.In, c.Args[0], imagetool.Inspection{Member: c.Flags["member"], Level: c.Flags["level"], Against: c.Flags["against"]})
			if i == nil {
				return nil, err
			}
			return i, err
		},
	},
	{
		Name: "image:extract", Anywhere: true, Help: "writes the members of an image into a new directory",
		More:  "Links, devices and what could lead out of the directory are left out and listed; the status is 1 then. Set-id bits and access lists are left out, too.",
		Args:  []command.Arg{anImage, {Name: "dir", Meaning: "directory that does not exist yet"}},
		Flags: []command.Flag{{Name: "members", Meaning: "only these, with commas between, and what is below them", Kind: command.String}},
		Run: func(ctx context.Context, c *command.Call) (report.Value, error) {
			var members []string
			if c.Flags["members"] != "" {
				members = strings.Split(c.Flags["members"], ",")
			}
			e, err := imagetool.Extract(ctx, c.In, c.Args[0], c.Args[1], members...)
			if e == nil {
				return nil, err
			}
			return e, err
		},
	},
	{
		Name: "image:diff", Anywhere: true, Help: "shows what differs between two images, and fails if anything does",
		More: "The status is 0 when they are the same to the byte, 1 when they differ, and 2 when one cannot be read.",
		Args: []command.Arg{{Name: "before", Meaning: "file; - is standard input"}, {Name: "after", Meaning: "file"}},
		Run: func(ctx context.Context, c *command.Call) (report.Value, error) {
			return imagetool.Diff(ctx, c.In, c.Args[0], c.Args[1])
		},
	},
	{
		Name: "image:toc", Anywhere: true, Help: "writes the .toc of a directory of images, by which installp -d finds them",
		Args: []command.Arg{{Name: "dir", Meaning: "directory with images"}},
		Run: func(ctx context.Context, c *command.Call) (report.Value, error) {
			return imagetool.WriteToc(ctx, c.Args[0])
		},
	},
	{
		Name: "image:rehearse", Help: "installs, updates, removes an image in a directory, scripts and all, as installp would",
		More: "It does so under dash, mksh and ksh93, as far as they are here, with stand-ins for AIX's commands, and leaves the disk of each\n" +
			"there. The scripts are kept in there by namespaces; where there are none, images of others are refused unless trusted.",
		Args: []command.Arg{{Name: "image", Meaning: "file; or several, each to be installed over the one before", Split: command.Commas, Word: "with commas between"}},
		Flags: []command.Flag{
			{Name: "trust", Meaning: "run the scripts even where nothing keeps them in the box", Kind: command.Bool},
			{Name: "dir", Meaning: "the directory, empty or missing; else build/rehearsal in a checkout, and elsewhere one for temporary files", Kind: command.String},
			{Name: "cuts", Meaning: "let the power go off so many times in each operation; a clean-up and the same again must lead to the same", Kind: command.String},
		},
		Run: rehearse,
	},
	{
		Name: "image:cleanup", Anywhere: true, Help: "does installp -C on the disk of a rehearsal: what was interrupted is undone",
		Args: []command.Arg{{Name: "disk", Meaning: "as image:rehearse has named it"}},
		Run:  onDisk(func(ctx context.Context, _ *command.Call, in *ops.Installp) error { return in.Cleanup(ctx) }),
	},
	{
		Name: "image:reject", Anywhere: true, Help: "does installp -r on the disk of a rehearsal: applied updates are taken back",
		Args: []command.Arg{{Name: "disk", Meaning: "as image:rehearse has named it"}, {Name: "filesets", Meaning: "their names, or all", Split: command.Commas, Word: "with commas between"}},
		Run: onDisk(func(ctx context.Context, c *command.Call, in *ops.Installp) error {
			o := preview.Options{Names: c.Args[1:], Dependents: true}
			if c.Args[1] == "all" {
				o.Names = nil
			}
			return in.Reject(ctx, o)
		}),
	},
}

func list(ctx context.Context, c *command.Call) (report.Value, error) {
	l, err := imagetool.List(ctx, c.In, c.Args...)
	for _, one := range l.Images {
		for _, warning := range one.Warnings {
			c.Log.WithField("file", one.Image).Warn(warning)
		}
	}
	return l, err
}

func verify(ctx context.Context, c *command.Call) (report.Value, error) {
	v, err := imagetool.Verify(ctx, c.In, c.Flags["key"], c.Args...)
	for _, one := range v.Images {
		if one.Digest == imagetool.NoDigest {
			c.Log.WithField("file", one.Image).
				Info("no digest lies beside the image: texts that have no checksum inside it were not compared")
		}
	}
	return v, err
}

// Main is the command aiximage: it does what the process was told to, and returns the exit status.
func Main() int {
	debug.SetGCPercent(40) // it lives for a second, on machines whose memory is others': a package of 15,000 files is to take less than 40 MiB
	return aiximage.Process()
}

var aiximage = command.Program{
	Name: "aiximage", About: "Reads installp images: those of sendmail-aix, of AIX, and of others.", Verbs: slices.Concat(All, command.About), Group: "image:",
}
