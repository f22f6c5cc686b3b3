package verbs

import (
	"context"

	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
)

// printing is a verb that prints by itself yet.
func printing(do func(p *build.Project, ctx context.Context, c *Call) error) func(context.Context, *Call) (report.Value, error) {
	return func(ctx context.Context, c *Call) (report.Value, error) {
		p := build.On(c.Checkout, c.Out, c.Err)
		return nil, p.Printed(do(p, ctx, c))
	}
}

// simple is one of those without arguments.
func simple(do func(p *build.Project, ctx context.Context) error) func(context.Context, *Call) (report.Value, error) {
	return printing(func(p *build.Project, ctx context.Context, _ *Call) error { return do(p, ctx) })
}

// buildVerbs are those about a build and what it needs.
var buildVerbs = []Verb{
	{
		Name: "package", Help: "makes the installp image, running only the steps whose inputs changed",
		More: "The image lands in build/<release>/<target>/, with its SHA-256 and a build record beside it.",
		Run:  simple((*build.Project).Package),
	},
	{Name: "build", Help: "compiles sendmail, after fetching, patching and configuring it", Run: simple((*build.Project).Build)},
	{
		Name: "fetch", Help: "gets the source of the release and verifies it",
		More: "SENDMAIL_SOURCE takes a tarball, a directory or a git URL with ?ref= instead of the pinned addresses.",
		Run:  simple((*build.Project).Fetch),
	},
	{Name: "patch", Help: "applies the release's series of patches, strictly", Run: simple((*build.Project).Patch)},
	{Name: "configure", Help: "composes site.config.m4 from the options, and says where it is", Run: simple((*build.Project).Configure)},
	{Name: "stage", Help: "installs into a root directory, without root rights, and writes the manifest", Run: simple((*build.Project).Stage)},
	{
		Name: "why", Help: "shows which input makes a step run",
		Args: []Arg{{Name: "step", Meaning: "one of fetch, patch, configure, compile, stage, package"}},
		Run:  printing(func(p *build.Project, ctx context.Context, c *Call) error { return p.Why(ctx, c.Args[0]) }),
	},
	{
		Name: "rehearse", Help: "runs every step with a release whose source is available here, and reports",
		More: "It is for a machine without AIX, and perhaps without a way to the sendmail site.",
		Run:  simple((*build.Project).Rehearse),
	},
	{
		Name: "reproduce", Help: "makes an image again from its build record, in a clean place, and compares",
		Args: []Arg{{Name: "record", Meaning: "path of the .record.toml beside an image"}},
		Run:  printing(func(p *build.Project, ctx context.Context, c *Call) error { return p.Reproduce(ctx, c.Args[0]) }),
	},
	{Name: "settings", Help: "shows the effective settings and where each comes from", Run: simple((*build.Project).ShowSettings)},
	{Name: "options", Help: "lists the options that SENDMAIL_WITH can name", Run: simple((*build.Project).Options)},
	{Name: "doctor", Help: "checks this machine's prerequisites and shows how to get what is missing", Run: simple((*build.Project).Doctor)},
	{Name: "setup", Help: "installs what the machine lacks, with its own package manager", Run: simple((*build.Project).Setup)},
	{Name: "clean:build", Alias: "clean", Help: "removes everything that was built, and keeps downloads", Run: simple((*build.Project).Clean)},
	{
		Name: "clean:cache", Help: "shows what the user's cache holds, and removes what is old of it if told to",
		More:  "Old is what the settings and this program do not need and nothing has used for a day.",
		Flags: []Flag{{Name: "remove", Meaning: "remove what is old", Kind: Bool}},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			return build.CleanCache(ctx, c.Checkout, c.IsSet("remove"))
		},
	},
	{Name: "test", Help: "runs all checks and tests, the build of real source among them", Run: simple((*build.Project).Test)},
	{Name: "bench", Help: "measures the build against upstream's own in the same run, and prints the ratios", Run: simple((*build.Project).Bench)},
	{Name: "release:list", Help: "shows the releases that can be built, and what is pinned of each", Run: simple((*build.Project).Releases)},
	{Name: "cross:setup", Help: "builds the linker for AIX, once, into the user's cache", Run: simple((*build.Project).CrossSetup)},
	{
		Name: "cross:sysroot", Help: "shows how to take headers and libraries from an AIX machine, to build with them",
		Run: simple((*build.Project).CrossSysroot),
	},
	{
		Name: "emulate:run", Alias: "emulate", Help: "runs an AIX program on this machine",
		More: "For example: mage emulate \"/opt/sendmail/sbin/makemap -l\"\n\n" +
			"Its / is a copy of the staged files, build/<release>/<target>/emulated, which is made where there is none. What you put there stays.",
		Args: []Arg{{
			Name: "command", Meaning: "the program's path and its arguments",
			Split: splitWords, Word: "quoted as for a shell", Verbatim: true,
		}},
		Flags: []Flag{{Name: "root", Meaning: "the directory that is to be its / instead", Kind: String}},
		Run: printing(func(p *build.Project, ctx context.Context, c *Call) error {
			root, given := c.Flags["root"]
			if !given {
				return p.Emulate(ctx, c.Args, nil)
			}
			return p.Emulate(ctx, c.Args, &root)
		}),
	},
	{
		Name: "emulate:setup", Help: "compiles OpenSSL and SASL, once, for emulated programs that were linked with them",
		Run: simple((*build.Project).EmulateSetup),
	},
}
