package verbs

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/command"
	"github.com/sendmail-aix/sendmail-aix/buildlib/dev"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// to is a verb that runs the steps of a build up to one.
func to(step string) func(context.Context, *Call) (report.Value, error) {
	return func(ctx context.Context, c *Call) (report.Value, error) {
		return build.To(ctx, in(c), step, edits(c))
	}
}

// edits are what is to become of edits, by the flags edited and discard.
func edits(c *Call) build.Edits {
	switch {
	case c.IsSet("edited"):
		return build.KeepEdits
	case c.IsSet("discard"):
		return build.DiscardEdits
	}
	return build.StopAtEdits
}

// commands are what a user is to type.
type commands struct {
	Text string `json:"text"`
}

func (c commands) WriteText(w io.Writer) error {
	_, err := io.WriteString(w, c.Text)
	return err
}

var (
	edited  = Flag{Name: "edited", Meaning: "build edits in build/<release>/<target>/source as they are", Kind: Bool}
	discard = Flag{Name: "discard", Meaning: "throw away edits of source trees in build", Kind: Bool}
)

// buildVerbs are those about a build and what it needs.
var buildVerbs = []Verb{
	{
		Name: "package", Help: "makes the installp image, running only the steps whose inputs changed",
		More: "The image lands in build/<release>/<target>/, with its SHA-256 and a build record beside it.",
		Run:  to("package"),
	},
	{
		Name: "matrix", Help: "makes the images of several releases for several targets, what is the same in them once",
		More: "What is not given is as the settings targets and releases say. A target that fails keeps no other from being made. All images of a target, and\n" +
			"their .toc, are in build/images/<target>, too: the directory that installp -d takes. build/report.html\n" +
			"is a page with a row for each.",
		Args: []Arg{
			{Name: "targets", Meaning: "such as aix6.1-32,aix7.2-64, or all", Bare: true},
			{Name: "releases", Meaning: "such as 8.15.2,8.18.2, or all", Bare: true},
		},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			words := append(c.Args, "", "")
			m, err := build.MakeMatrix(ctx, in(c), words[0], words[1])
			if m == nil {
				return nil, err
			}
			return m, errors.Join(err, matrixPage(c, m))
		},
	},
	{
		Name: "build", Help: "compiles sendmail, after fetching, patching and configuring it",
		Flags: []Flag{edited},
		Run:   to("compile"),
	},
	{
		Name: "fetch", Help: "gets the source of the release and verifies it",
		More:  "SENDMAIL_SOURCE takes a tarball, a directory or a git URL with ?ref= instead of the pinned addresses.",
		Flags: []Flag{discard},
		Run:   to("fetch"),
	},
	{
		Name: "patch", Help: "applies the release's series of patches, strictly",
		Flags: []Flag{discard},
		Run:   to("patch"),
	},
	{Name: "configure", Help: "composes site.config.m4 from the options, and says where it is", Run: to("configure")},
	{
		Name: "stage", Help: "installs into a root directory, without root rights, and writes the manifest",
		Flags: []Flag{edited},
		Run:   to("stage"),
	},
	{
		Name: "why", Help: "shows which input makes a step run",
		Args: []Arg{{Name: "step", Meaning: "one of fetch, patch, configure, compile, stage, package"}},
		Run:  func(ctx context.Context, c *Call) (report.Value, error) { return build.Why(ctx, in(c), c.Args[0]) },
	},
	{
		Name: "rehearse", Help: "runs every step with a release whose source is available here, and reports",
		More: "It is for a machine without AIX, and perhaps without a way to the sendmail site.",
		Run:  func(ctx context.Context, c *Call) (report.Value, error) { return build.Rehearse(ctx, in(c), c.Out) },
	},
	{
		Name: "reproduce", Help: "makes an image again from its build record, in a clean place, and compares",
		Args:  []Arg{{Name: "record", Meaning: "path of the .record.toml beside an image"}},
		Flags: []Flag{discard},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			return build.Reproduce(ctx, in(c), c.Args[0], edits(c))
		},
	},
	{
		Name: "record:diff", Anywhere: true, Help: "shows what differs between two build records, and fails if anything does",
		More: "What the images were made of comes first: settings, inputs, tools, the machine, headers and libraries; then what came out.",
		Args: []Arg{{Name: "before", Meaning: "path of a .record.toml"}, {Name: "after", Meaning: "and of another"}},
		Run: func(_ context.Context, c *Call) (report.Value, error) {
			d, err := record.Compare(c.Args[0], c.Args[1])
			if d == nil {
				return nil, err
			}
			return d, err
		},
	},
	{
		Name: "provenance", Help: "writes beside the image how it was made, as an in-toto statement (SLSA v1)",
		Flags: []Flag{{Name: "builder", Meaning: "address that stands for the machines that build for you; else one that says nothing of them", Kind: String}},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			p, err := build.WriteProvenance(ctx, in(c), c.Flags["builder"])
			if p == nil {
				return nil, err
			}
			return p, err
		},
	},
	reportVerb,
	{Name: "settings", Help: "shows the effective settings and where each comes from", Run: seen(build.Settings)},
	{Name: "options", Help: "lists the options that SENDMAIL_WITH can name", Run: seen(func(_ context.Context, c *checkout.Checkout) (*siteconfig.Listing, error) {
		set, err := siteconfig.Load(c.Path("site.config.m4.d"))
		if err != nil {
			return nil, err
		}
		return set.List(), nil
	})},
	{Name: "doctor", Help: "checks this machine's prerequisites and shows how to get what is missing", Run: seen(build.Doctor)},
	{Name: "setup", Help: "installs what the machine lacks, with its own package manager", Run: func(ctx context.Context, c *Call) (report.Value, error) { return build.Setup(ctx, in(c), c.Out) }},
	{
		Name: "clean:build", Alias: "clean", Help: "removes everything that was built, and keeps downloads",
		Flags: []Flag{discard},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			return build.Clean(ctx, in(c), edits(c))
		},
	},
	{
		Name: "clean:cache", Help: "shows what the user's cache holds, and removes what is old of it if told to",
		More:  "Old is what the settings and this program do not need and nothing has used for a day.",
		Flags: []Flag{{Name: "remove", Meaning: "remove what is old", Kind: Bool}},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			return checkout.CleanCache(ctx, in(c), c.IsSet("remove"))
		},
	},
	{
		Name: "clean:host", Help: "removes what builds have left on the machine that the setting host names",
		Run: seen(checkout.CleanHost),
	},
	{Name: "test:all", Alias: "test", Help: "runs all checks and tests, the build of real source among them", Run: func(ctx context.Context, c *Call) (report.Value, error) {
		return nil, dev.Test(ctx, in(c), c.Out, c.Err)
	}},
	{Name: "test:slow", Help: "runs all tests and lists the ten that took longest", Run: func(ctx context.Context, c *Call) (report.Value, error) {
		return dev.Slow(ctx, in(c), c.Err)
	}},
	{
		Name: "test:report", Help: "lets a headless browser look at pages of report, at 400 and 1280 px, light and dark",
		More: "It needs Chromium, Node.js and npm, and fetches axe-core and the browser's driver. Screenshots are left in build/browser/shots.",
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			return nil, dev.Look(ctx, in(c), c.Out, c.Err)
		},
	},
	{
		Name: "test:fleet", Help: "lets Ansible install, upgrade and remove the package on simulated machines, over ssh",
		More: "It needs ansible-core, an sshd (which need not run), mksh and ksh93.",
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			return nil, dev.Fleet(ctx, in(c), c.Out, c.Err)
		},
	},
	{
		Name: "test:evidence", Help: "has libraries of others read what lies beside an image, and compares with what went in",
		More: "It needs Node.js 20 or later and npm, and fetches CycloneDX's library, another reader of CycloneDX, and OpenVEX's and in-toto's for Go.",
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			s, err := dev.Evidence(ctx, in(c), c.Err, c.Err)
			if s == nil {
				return nil, err
			}
			return s, err
		},
	},
	{
		Name: "bench", Help: "measures the build against upstream's own in the same run, and prints the ratios",
		Flags: []Flag{
			{Name: "times", Meaning: "how often each is done, 5 unless given: the shortest counts", Kind: String},
			{Name: "rows", Meaning: "only these of " + strings.Join(dev.Groups, ", ") + ", with commas between; all but " + strings.Join(dev.OnDemand, " and ") + " unless given", Kind: String},
		},
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			times := 5
			if word, given := c.Flags["times"]; given {
				n, err := strconv.Atoi(word)
				if err != nil || n < 1 {
					return nil, command.Usage("-times="+word+" is no number", "say how often, such as 5")
				}
				times = n
			}
			var rows []string
			if word, given := c.Flags["rows"]; given {
				rows = strings.Split(word, ",")
			}
			for _, name := range rows {
				if !slices.Contains(dev.Groups, name) {
					return nil, command.Usage("there are no rows "+name, "choose from "+strings.Join(dev.Groups, ", "))
				}
			}
			return dev.Bench(ctx, in(c), times, rows)
		},
	},
	{Name: "release:list", Help: "shows the releases that can be built, and what is pinned of each", Run: seen(func(_ context.Context, c *checkout.Checkout) (*release.Listing, error) {
		return release.Show(c.Path("patches"), c.Settings.Release)
	})},
	{Name: "cross:setup", Help: "builds the linker for AIX, once, into the user's cache", Run: seen(build.CrossSetup)},
	{
		Name: "cross:sysroot", Help: "shows how to take headers and libraries from an AIX machine, to build with them",
		Run: func(_ context.Context, c *Call) (report.Value, error) {
			text, err := build.CollectSysroot(in(c))
			return commands{text}, err
		},
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
		Run: func(ctx context.Context, c *Call) (report.Value, error) {
			r := build.Emulation{Words: c.Args, In: c.In, Out: c.Out, Err: c.Err}
			if root, given := c.Flags["root"]; given {
				r.Root = &root
			}
			return nil, build.Emulate(ctx, in(c), r)
		},
	},
	{
		Name: "emulate:setup", Help: "compiles OpenSSL and SASL, once, for emulated programs that were linked with them",
		Run: seen(build.EmulateSetup),
	},
}
