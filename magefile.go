//go:build mage

// Builds sendmail for AIX, with SMTP AUTH and STARTTLS, as an installp image. Start with "mage doctor".
package main

import (
	"context"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"github.com/magefile/mage/mg"
	"golang.org/x/term"

	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

//mage:multiline

// Default is what a bare mage runs. It must not take parameters.
var Default = Package

// Aliases are other names of targets.
var Aliases = map[string]any{"emulate": Emulate.Run}

// Package makes the installp image, running only the steps whose inputs changed.
//
// The image lands in build/<release>/<target>/, with its SHA-256 and a build record beside it.
func Package(ctx context.Context) error { return run(ctx, (*build.Project).Package) }

// Build compiles sendmail, after fetching, patching and configuring it.
func Build(ctx context.Context) error { return run(ctx, (*build.Project).Build) }

// Fetch gets the source of the release and verifies it.
//
// SENDMAIL_SOURCE takes a tarball, a directory or a git URL with ?ref= instead of the pinned addresses.
func Fetch(ctx context.Context) error { return run(ctx, (*build.Project).Fetch) }

// Patch applies the release's series of patches, strictly.
func Patch(ctx context.Context) error { return run(ctx, (*build.Project).Patch) }

// Configure composes site.config.m4 from the options, and tells where it is.
func Configure(ctx context.Context) error { return run(ctx, (*build.Project).Configure) }

// Stage installs into a root directory, without root rights, and writes the manifest.
func Stage(ctx context.Context) error { return run(ctx, (*build.Project).Stage) }

// Why tells which input makes a step run: fetch, patch, configure, compile, stage or package.
func Why(
	ctx context.Context,
	step string, // one of fetch, patch, configure, compile, stage, package
) error {
	return run(ctx, func(p *build.Project, ctx context.Context) error { return p.Why(ctx, step) })
}

// Rehearse goes the whole way with a release that can really be had here, and reports.
//
// It is for a machine without AIX, and perhaps without a way to the sendmail site.
func Rehearse(ctx context.Context) error { return run(ctx, (*build.Project).Rehearse) }

// Reproduce makes an image again from its build record, in a clean place, and compares.
func Reproduce(
	ctx context.Context,
	record string, // path of the .record.toml beside an image
) error {
	return run(ctx, func(p *build.Project, ctx context.Context) error { return p.Reproduce(ctx, record) })
}

// Settings shows the effective settings and where each comes from.
func Settings(ctx context.Context) error { return run(ctx, (*build.Project).ShowSettings) }

// Options lists the options that SENDMAIL_WITH can name.
func Options(ctx context.Context) error { return run(ctx, (*build.Project).Options) }

// Doctor shows what this machine has and lacks for the build, and the command that cures each lack.
func Doctor(ctx context.Context) error { return run(ctx, (*build.Project).Doctor) }

// Setup installs what the machine lacks, with its own package manager.
func Setup(ctx context.Context) error { return run(ctx, (*build.Project).Setup) }

// Clean removes everything that was built. Downloads are kept.
func Clean(ctx context.Context) error { return run(ctx, (*build.Project).Clean) }

// Test runs all checks and tests, the build of real source among them.
func Test(ctx context.Context) error { return run(ctx, (*build.Project).Test) }

// Bench measures the build against upstream's own in the same run, and prints the ratios.
func Bench(ctx context.Context) error { return run(ctx, (*build.Project).Bench) }

// Release groups the targets about releases of sendmail.
type Release mg.Namespace

// List shows the releases that can be built, and what is pinned of each.
func (Release) List(ctx context.Context) error { return run(ctx, (*build.Project).Releases) }

// Patches groups the targets that maintain the series of patches.
type Patches mg.Namespace

// Check applies each release's series by us, by GNU patch and by git, and compares.
//
// It does so on a skeleton of the source, made of the patches' own old lines, and on the source where that can be had.
func (Patches) Check(ctx context.Context) error { return run(ctx, (*build.Project).PatchesCheck) }

// Status shows the patches of the release, what upstream did with each, and how it fits.
func (Patches) Status(ctx context.Context) error {
	return run(ctx, (*build.Project).PatchesStatus)
}

// Refresh writes patches anew that do not fit the source exactly, at their true places.
func (Patches) Refresh(ctx context.Context) error {
	return run(ctx, (*build.Project).PatchesRefresh)
}

// New makes a patch of the edits in build/<release>/<target>/source, with a header to fill in.
func (Patches) New(
	ctx context.Context,
	name string, // topic of the patch, such as tls-crl-check
) error {
	return run(ctx, func(p *build.Project, ctx context.Context) error { return p.PatchesNew(ctx, name) })
}

// Check groups the checks of what is written down here.
type Check mg.Namespace

// Advisories checks that each release answers each known advisory, and prints the answers.
//
// An answer names the patch that fixes it, or the places in the source that show why none is needed. Those are looked up, the
// line numbers where the source can be had.
func (Check) Advisories(ctx context.Context) error {
	return run(ctx, (*build.Project).CheckAdvisories)
}

// Image groups the targets that read images, ours and those of AIX.
type Image mg.Namespace

// List shows the filesets of an image and its members.
func (Image) List(
	ctx context.Context,
	image string, // file
) error {
	return run(ctx, func(p *build.Project, ctx context.Context) error { return p.ImageList(ctx, image) })
}

// Verify checks an image: sums, lists, inventories, sizes, owners, scripts, programs.
//
// Errors are what installp or sysck would refuse or do wrong. Notes are what differs from our own images though AIX takes it.
func (Image) Verify(
	ctx context.Context,
	image string, // file
) error {
	return run(ctx, func(p *build.Project, ctx context.Context) error { return p.ImageVerify(ctx, image) })
}

// Extract writes the members of an image into a new directory.
func (Image) Extract(
	ctx context.Context,
	image string, // file
	dir string, // that is not there yet
) error {
	return run(ctx, func(p *build.Project, ctx context.Context) error { return p.ImageExtract(ctx, image, dir) })
}

// Diff shows what differs between two images, and fails if anything does.
func (Image) Diff(
	ctx context.Context,
	before string, // file
	after string, // file
) error {
	return run(ctx, func(p *build.Project, ctx context.Context) error { return p.ImageDiff(ctx, before, after) })
}

// Toc writes the .toc of a directory of images, by which installp -d finds them.
func (Image) Toc(
	ctx context.Context,
	dir string, // with images
) error {
	return run(ctx, func(p *build.Project, ctx context.Context) error { return p.ImageToc(ctx, dir) })
}

// Rehearse installs, updates, removes an image in a directory, scripts and all, as installp would.
//
// It does so under dash, mksh and ksh93, as far as they are here, with stand-ins for AIX's commands, and leaves the disk of each in
// build/rehearsal. The scripts are kept in there by namespaces; where there are none, images of others are refused unless trusted.
func (Image) Rehearse(
	ctx context.Context,
	image string, // file; or several, each to be installed over the one before, with commas between
	trust *bool, // run the scripts even where nothing keeps them in the box
) error {
	return run(ctx, func(p *build.Project, ctx context.Context) error {
		return p.ImageRehearse(ctx, image, trust != nil && *trust)
	})
}

// Cross groups the targets about compiling for AIX on another system.
type Cross mg.Namespace

// Setup builds the linker for AIX, once, into the user's cache.
func (Cross) Setup(ctx context.Context) error { return run(ctx, (*build.Project).CrossSetup) }

// Sysroot tells how to take headers and libraries from an AIX machine, to build with them.
func (Cross) Sysroot(ctx context.Context) error {
	return run(ctx, (*build.Project).CrossSysroot)
}

// Emulate groups the targets about running AIX programs on this machine. "mage emulate" is emulate:run.
type Emulate mg.Namespace

// Run runs an AIX program on this machine, as in: mage emulate "/opt/sendmail/sbin/makemap -l".
//
// Its / is a copy of the staged files, build/<release>/<target>/emulated, which is made where there is none. What you put there stays.
func (Emulate) Run(
	ctx context.Context,
	command string, // the program's path and its arguments, quoted as for a shell
	root *string, // the directory that is to be its / instead
) error {
	return run(ctx, func(p *build.Project, ctx context.Context) error { return p.Emulate(ctx, command, root) })
}

// Setup compiles OpenSSL and SASL, once, for emulated programs that were linked with them.
func (Emulate) Setup(ctx context.Context) error { return run(ctx, (*build.Project).EmulateSetup) }

// ignored are the signals that whoever started this lets it ignore, as nohup does, and as a shell does for what it starts with "&".
// They are asked for here, before mage and run take them.
var ignored = slices.DeleteFunc([]os.Signal{syscall.SIGINT, syscall.SIGHUP}, func(s os.Signal) bool { return !signal.Ignored(s) })

// run does one target's work in the project of the current directory. Mage itself cancels the context only at Ctrl-C; a closed
// terminal or a shutdown must not leave compilers running either. What was ignored stays ignored.
func run(ctx context.Context, do func(*build.Project, context.Context) error) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ignoreAgain()
	host.TightenUmask()
	p, err := build.Open(".", os.Environ(), os.Stdout, checkout.Console{
		Err: os.Stderr, Terminal: term.IsTerminal(int(os.Stderr.Fd())), Verbose: mg.Verbose(),
	})
	if err != nil {
		return err
	}
	return p.Done(do(p, ctx))
}

// ignoreAgain ignores again what was ignored at start. Mage begins to listen for SIGINT only after it has started the target, at some moment that is told by
// the signal not being ignored any more; to ignore it before would be in vain.
func ignoreAgain() {
	if len(ignored) == 0 { // of none, all would be meant
		return
	}
	for patience := time.Now().Add(time.Second); slices.Contains(ignored, os.Signal(syscall.SIGINT)) && signal.Ignored(syscall.SIGINT) && time.Now().Before(patience); {
		time.Sleep(time.Millisecond)
	}
	signal.Ignore(ignored...)
}
