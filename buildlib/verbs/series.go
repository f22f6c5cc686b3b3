package verbs

import (
	"context"

	"github.com/sendmail-aix/sendmail-aix/buildlib/adding"
	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
	"github.com/sendmail-aix/sendmail-aix/buildlib/series"
)

// seen is a verb that looks at a checkout.
func seen[V report.Value](look func(context.Context, *checkout.Checkout) (V, error)) func(context.Context, *Call) (report.Value, error) {
	return func(ctx context.Context, c *Call) (report.Value, error) { return look(ctx, in(c)) }
}

// seriesVerbs are those about the releases' patches.
var seriesVerbs = []Verb{
	{
		Name: "patches:check", Help: "applies each series with our code, GNU patch and git, and compares the trees",
		More: "It does so on a skeleton of the source, made of the patches' own old lines, and on the source where that can be had.",
		Run:  seen(series.Check),
	},
	{Name: "patches:status", Help: "shows the patches of the release, what upstream did with each, and how it fits", Run: seen(series.Status)},
	{Name: "patches:refresh", Help: "rewrites patches whose hunks apply at an offset or with fuzz", Run: seen(series.Refresh)},
	{
		Name: "patches:new", Help: "makes a patch of the edits in build/<release>/<target>/source, with a header to fill in",
		Args: []Arg{{Name: "name", Meaning: "topic of the patch, such as tls-crl-check"}},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			return build.NewPatch(ctx, in(c), c.Args[0])
		},
	},
	{
		Name: "patches:edit", Help: "puts the edits in build/<release>/<target>/source into a patch of the series",
		More: "Patches after it that move with the edits are written anew.",
		Args: []Arg{{Name: "patch", Meaning: "file or number of the patch, such as 0004"}},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			return build.EditPatch(ctx, in(c), c.Args[0])
		},
	},
	{
		Name: "release:new", Help: "adds a release: what its source is, and the patches of other releases that fit",
		More: "It writes patches/VERSION, which must not be there yet, and tells what became of each patch and what is left to do.\n" +
			"For example: sendmail-aix release:new 8.16.1 sendmail.8.16.1.tar.gz",
		Args: []Arg{{Name: "version", Meaning: "such as 8.16.1"}, {Name: "source", Meaning: "a tarball, a directory or a git URL with ?ref=; NAME.sig or NAME.asc beside a tarball is its signature"}},
		Flags: []Flag{
			{Name: "from", Meaning: "the release whose patches are tried first; else the one whose source is most like this one", Kind: String},
			{Name: "date", Meaning: "day of the release, as 2020-07-05; else that of its RELEASE_NOTES", Kind: String},
		},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			return adding.Release{Version: c.Args[0], Source: c.Args[1], From: c.Flags["from"], Date: c.Flags["date"]}.Create(ctx, in(c))
		},
	},
	{
		Name: "check:advisories", Help: "checks that each release answers each known advisory, and prints the answers",
		More: "An answer names the patch that fixes it, or the places in the source that show why none is needed. Those are looked up,\n" +
			"the line numbers where the source can be had.",
		Run: seen(series.Advisories),
	},
}
