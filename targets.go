//go:build mage

// Code generated from the table of package verbs by its test, run with -update. DO NOT EDIT.

package main

import (
	"context"

	"github.com/magefile/mage/mg"
)

// The groups of targets.
type (
	Check   mg.Namespace
	Clean   mg.Namespace
	Cross   mg.Namespace
	Emulate mg.Namespace
	Image   mg.Namespace
	Patches mg.Namespace
	Probe   mg.Namespace
	Record  mg.Namespace
	Release mg.Namespace
	Test    mg.Namespace
)

// Package makes the installp image, running only the steps whose inputs changed.
//
// The image lands in build/<release>/<target>/, with its SHA-256 and a build record beside it.
func Package(ctx context.Context) error { return run(ctx, "package") }

// Matrix makes the images of several releases for several targets, what is the same in them once.
//
// What is not given is as the settings targets and releases say. A target that fails keeps no other from being made. All images of a target, and
// their .toc, are in build/images/<target>, too: the directory that installp -d takes. build/report.html
// is a page with a row for each.
//
// <targets>   such as aix6.1-32,aix7.2-64, or all
// <releases>  such as 8.15.2,8.18.2, or all
func Matrix(ctx context.Context, targets string, releases string) error {
	return run(ctx, "matrix", targets, releases)
}

// Build compiles sendmail, after fetching, patching and configuring it.
func Build(ctx context.Context,
	edited *bool, // build edits in build/<release>/<target>/source as they are
) error {
	return run(ctx, "build", edited)
}

// Fetch gets the source of the release and verifies it.
//
// SENDMAIL_SOURCE takes a tarball, a directory or a git URL with ?ref= instead of the pinned addresses.
func Fetch(ctx context.Context,
	discard *bool, // throw away edits of source trees in build
) error {
	return run(ctx, "fetch", discard)
}

// Patch applies the release's series of patches, strictly.
func Patch(ctx context.Context,
	discard *bool, // throw away edits of source trees in build
) error {
	return run(ctx, "patch", discard)
}

// Configure composes site.config.m4 from the options, and says where it is.
func Configure(ctx context.Context) error { return run(ctx, "configure") }

// Stage installs into a root directory, without root rights, and writes the manifest.
func Stage(ctx context.Context,
	edited *bool, // build edits in build/<release>/<target>/source as they are
) error {
	return run(ctx, "stage", edited)
}

// Why shows which input makes a step run.
//
// <step>  one of fetch, patch, configure, compile, stage, package
func Why(ctx context.Context, step string) error { return run(ctx, "why", step) }

// Rehearse runs every step with a release whose source is available here, and reports.
//
// It is for a machine without AIX, and perhaps without a way to the sendmail site.
func Rehearse(ctx context.Context) error { return run(ctx, "rehearse") }

// Reproduce makes an image again from its build record, in a clean place, and compares.
//
// <record>  path of the .record.toml beside an image
func Reproduce(ctx context.Context, record string,
	discard *bool, // throw away edits of source trees in build
) error {
	return run(ctx, "reproduce", record, discard)
}

// Diff shows what differs between two build records, and fails if anything does.
//
// What the images were made of comes first: settings, inputs, tools, the machine, headers and libraries; then what came out.
//
// <before>  path of a .record.toml
// <after>   and of another
func (Record) Diff(ctx context.Context, before string, after string) error {
	return run(ctx, "record:diff", before, after)
}

// Provenance writes beside the image how it was made, as an in-toto statement (SLSA v1).
func Provenance(ctx context.Context,
	builder *string, // address that stands for the machines that build for you; else one that says nothing of them
) error {
	return run(ctx, "provenance", builder)
}

// Report tells of an image, or of the last run, and writes one HTML page of it.
//
// The page, build/report.html, needs nothing besides itself: no script, no network. It has the verdicts, the open advisories, what has
// changed since the last image of the target, the time line of the build, patches, imports with their evidence, sizes, and what a removal
// leaves; of a run that failed, the step, the lines that matter and what to do. Without an image it is about the last run in this checkout.
func Report(ctx context.Context,
	page *string, // file to write the page to instead
) error {
	return run(ctx, "report", page)
}

// Settings shows the effective settings and where each comes from.
func Settings(ctx context.Context) error { return run(ctx, "settings") }

// Options lists the options that SENDMAIL_WITH can name.
func Options(ctx context.Context) error { return run(ctx, "options") }

// Doctor checks this machine's prerequisites and shows how to get what is missing.
func Doctor(ctx context.Context) error { return run(ctx, "doctor") }

// Setup installs what the machine lacks, with its own package manager.
func Setup(ctx context.Context) error { return run(ctx, "setup") }

// Build removes everything that was built, and keeps downloads.
func (Clean) Build(ctx context.Context,
	discard *bool, // throw away edits of source trees in build
) error {
	return run(ctx, "clean:build", discard)
}

// Cache shows what the user's cache holds, and removes what is old of it if told to.
//
// Old is what the settings and this program do not need and nothing has used for a day.
func (Clean) Cache(ctx context.Context,
	remove *bool, // remove what is old
) error {
	return run(ctx, "clean:cache", remove)
}

// Host removes what builds have left on the machine that the setting host names.
func (Clean) Host(ctx context.Context) error { return run(ctx, "clean:host") }

// All runs all checks and tests, the build of real source among them.
func (Test) All(ctx context.Context) error { return run(ctx, "test:all") }

// Slow runs all tests and lists the ten that took longest.
func (Test) Slow(ctx context.Context) error { return run(ctx, "test:slow") }

// Report lets a headless browser look at pages of report, at 400 and 1280 px, light and dark.
//
// It needs Chromium, Node.js and npm, and fetches axe-core and the browser's driver. Screenshots are left in build/browser/shots.
func (Test) Report(ctx context.Context) error { return run(ctx, "test:report") }

// Fleet lets Ansible install, upgrade and remove the package on simulated machines, over ssh.
//
// It needs ansible-core, an sshd (which need not run), mksh and ksh93.
func (Test) Fleet(ctx context.Context) error { return run(ctx, "test:fleet") }

// Evidence has libraries of others read what lies beside an image, and compares with what went in.
//
// It needs Node.js 20 or later and npm, and fetches CycloneDX's library, another reader of CycloneDX, and OpenVEX's and in-toto's for Go.
func (Test) Evidence(ctx context.Context) error { return run(ctx, "test:evidence") }

// Bench measures the build against upstream's own in the same run, and prints the ratios.
func Bench(ctx context.Context,
	times *string, // how often each is done, 5 unless given: the shortest counts
	rows *string, // only these of host, aix, matrix, series, images, tests, first, with commas between; all but tests and first unless given
) error {
	return run(ctx, "bench", times, rows)
}

// List shows the releases that can be built, and what is pinned of each.
func (Release) List(ctx context.Context) error { return run(ctx, "release:list") }

// Setup builds the linker for AIX, once, into the user's cache.
func (Cross) Setup(ctx context.Context) error { return run(ctx, "cross:setup") }

// Sysroot shows how to take headers and libraries from an AIX machine, to build with them.
func (Cross) Sysroot(ctx context.Context) error { return run(ctx, "cross:sysroot") }

// Run runs an AIX program on this machine.
//
// For example: mage emulate "/opt/sendmail/sbin/makemap -l"
//
// Its / is a copy of the staged files, build/<release>/<target>/emulated, which is made where there is none. What you put there stays.
//
// <command>  the program's path and its arguments; all in one word, quoted as for a shell
func (Emulate) Run(ctx context.Context, command string,
	root *string, // the directory that is to be its / instead
) error {
	return run(ctx, "emulate:run", command, root)
}

// Setup compiles OpenSSL and SASL, once, for emulated programs that were linked with them.
func (Emulate) Setup(ctx context.Context) error { return run(ctx, "emulate:setup") }

// Check applies each series with our code, GNU patch and git, and compares the trees.
//
// It does so on a skeleton of the source, made of the patches' own old lines, and on the source where that can be had.
func (Patches) Check(ctx context.Context) error { return run(ctx, "patches:check") }

// Status shows the patches of the release, what upstream did with each, and how it fits.
func (Patches) Status(ctx context.Context) error { return run(ctx, "patches:status") }

// Refresh rewrites patches whose hunks apply at an offset or with fuzz.
func (Patches) Refresh(ctx context.Context) error { return run(ctx, "patches:refresh") }

// New makes a patch of the edits in build/<release>/<target>/source, with a header to fill in.
//
// <name>  topic of the patch, such as tls-crl-check
func (Patches) New(ctx context.Context, name string) error { return run(ctx, "patches:new", name) }

// Edit puts the edits in build/<release>/<target>/source into a patch of the series.
//
// Patches after it that move with the edits are written anew.
//
// <patch>  file or number of the patch, such as 0004
func (Patches) Edit(ctx context.Context, patch string) error { return run(ctx, "patches:edit", patch) }

// New adds a release: what its source is, and the patches of other releases that fit.
//
// It writes patches/VERSION, which must not be there yet, and tells what became of each patch and what is left to do.
// For example: sendmail-aix release:new 8.16.1 sendmail.8.16.1.tar.gz
//
// <version>  such as 8.16.1
// <source>   a tarball, a directory or a git URL with ?ref=; NAME.sig or NAME.asc beside a tarball is its signature
func (Release) New(ctx context.Context, version string, source string,
	from *string, // the release whose patches are tried first; else the one whose source is most like this one
	date *string, // day of the release, as 2020-07-05; else that of its RELEASE_NOTES
) error {
	return run(ctx, "release:new", version, source, from, date)
}

// Advisories checks that each release answers each known advisory, and prints the answers.
//
// An answer names the patch that fixes it, or the places in the source that show why none is needed. Those are looked up,
// the line numbers where the source can be had.
func (Check) Advisories(ctx context.Context) error { return run(ctx, "check:advisories") }

// List shows the filesets of an image and its members.
//
// <image>  file, or directory with images; - is standard input
func (Image) List(ctx context.Context, image string) error { return run(ctx, "image:list", image) }

// Verify checks an image: sums, lists, inventories, sizes, owners, scripts, programs.
//
// Errors are what installp or sysck would refuse or do wrong. Notes are what differs from our own images though AIX takes it.
// The status is 1 when there are errors, or when a digest lies beside the image, as IMAGE.sha256, and is that of another one,
// or when the signature, a block at the image's end or IMAGE.sig beside it, is not by the key that is given.
//
// <image>  file, or directory with images; - is standard input
func (Image) Verify(ctx context.Context, image string,
	key *string, // file of the public key, or certificate, that the signature must be by
) error {
	return run(ctx, "image:verify", image, key)
}

// Inspect shows what programs and libraries are, import and export.
//
// The file is an XCOFF program, object or AIX archive, or an image with some in it. The status is 1 when imports are missing of what was asked for.
//
// <image>  file; - is standard input
func (Image) Inspect(ctx context.Context, image string,
	member *string, // one of the image or archive alone, such as /opt/x/lib/libx.a, or libx.a(shr.o) with its own
	level *string, // of AIX, such as aix7.1: tell what it is known to lack
	against *string, // directory of libraries, such as a copy of /usr/lib: tell what they do not have
) error {
	return run(ctx, "image:inspect", image, member, level, against)
}

// Extract writes the members of an image into a new directory.
//
// Links, devices and what could lead out of the directory are left out and listed; the status is 1 then. Set-id bits and access lists are left out, too.
//
// <image>  file; - is standard input
// <dir>    directory that does not exist yet
func (Image) Extract(ctx context.Context, image string, dir string,
	members *string, // only these, with commas between, and what is below them
) error {
	return run(ctx, "image:extract", image, dir, members)
}

// Diff shows what differs between two images, and fails if anything does.
//
// The status is 0 when they are the same to the byte, 1 when they differ, and 2 when one cannot be read.
//
// <before>  file; - is standard input
// <after>   file
func (Image) Diff(ctx context.Context, before string, after string) error {
	return run(ctx, "image:diff", before, after)
}

// Toc writes the .toc of a directory of images, by which installp -d finds them.
//
// <dir>  directory with images
func (Image) Toc(ctx context.Context, dir string) error { return run(ctx, "image:toc", dir) }

// Rehearse installs, updates, removes an image in a directory, scripts and all, as installp would.
//
// It does so under dash, mksh and ksh93, as far as they are here, with stand-ins for AIX's commands, and leaves the disk of each
// there. The scripts are kept in there by namespaces; where there are none, images of others are refused unless trusted.
//
// <image>  file; or several, each to be installed over the one before; all in one word, with commas between
func (Image) Rehearse(ctx context.Context, image string,
	trust *bool, // run the scripts even where nothing keeps them in the box
	dir *string, // the directory, empty or missing; else build/rehearsal in a checkout, and elsewhere one for temporary files
	cuts *string, // let the power go off so many times in each operation; a clean-up and the same again must lead to the same
) error {
	return run(ctx, "image:rehearse", image, trust, dir, cuts)
}

// Cleanup does installp -C on the disk of a rehearsal: what was interrupted is undone.
//
// <disk>  as image:rehearse has named it
func (Image) Cleanup(ctx context.Context, disk string) error { return run(ctx, "image:cleanup", disk) }

// Reject does installp -r on the disk of a rehearsal: applied updates are taken back.
//
// <disk>      as image:rehearse has named it
// <filesets>  their names, or all; all in one word, with commas between
func (Image) Reject(ctx context.Context, disk string, filesets string) error {
	return run(ctx, "image:reject", disk, filesets)
}

// Sign signs an image with what lies beside it, or makes the copy that AIX verifies.
//
// With -key, NAME.sums lists the image, its digest, record, CycloneDX, OpenVEX and provenance, as far as they are there, and
// NAME.sums.sig is ssh-keygen's signature of that list. With -aix, the directory signed gets a copy with a Digital Signature Block
// at its end, and the public key.
//
// <image>  file, such as sendmail.8.15.2.1.I
func Sign(ctx context.Context, image string,
	key *string, // file of a private key of OpenSSH, or of the public one whose private one ssh-agent has
	aix *string, // file of a private RSA key of 2048 bits, as openssl makes it
	public *string, // with -aix: where AIX finds the public key, else /etc/security/certificates/sendmail-aix.pem; or pem or der: in the image
) error {
	return run(ctx, "sign", image, key, aix, public)
}

// Signature checks that an image and what lies beside it are what a signer has signed.
//
// The status is 1 when the signature is not by one of the signers, when a file is missing or is not the one that was signed, and when
// one is there that was not signed.
//
// <image>    file, with NAME.sums and NAME.sums.sig beside it
// <signers>  file of those whose signatures count, in the form of allowed_signers in ssh-keygen(1)
func (Check) Signature(ctx context.Context, image string, signers string,
	by *string, // the one of them that counts
) error {
	return run(ctx, "check:signature", image, signers, by)
}

// Host asks the machine that the setting host names what only an AIX machine knows.
//
// It runs probe.sh there, and shows what that prints, to be kept in a file. What it holds stands at its top.
func (Probe) Host(ctx context.Context,
	image *string, // an image in the checkout, whose programs are tried there
	tests *string, // directory in the checkout with sendmail's own tests of a system, such as build/8.15.2/aix7.2-64/pristine/test
) error {
	return run(ctx, "probe:host", image, tests)
}

// Script shows the shell script that asks an AIX machine what only such a machine knows.
//
// It is probe.sh of the checkout. On the machine, run "sh probe.sh image.I >probe.txt"; the image may be left out. It changes nothing
// and needs no root. What probe.txt holds stands at its top.
func (Probe) Script(ctx context.Context) error { return run(ctx, "probe:script") }

// Compare compares what an AIX machine said with what is stated here of AIX.
//
// It says what is confirmed, what is contradicted, with the line to change, and what is new. The status is 1 when something is contradicted.
//
// <probe>  file that probe.sh printed; all in one word, with commas between
func (Probe) Compare(ctx context.Context, probe string) error {
	return run(ctx, "probe:compare", probe)
}

// Version shows the version of this program.
func Version(ctx context.Context) error { return run(ctx, "version") }
