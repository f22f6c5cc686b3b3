package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/version"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/packaging"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

func (j *job) recordFile() string { return strings.TrimSuffix(j.image(), ".I") + ".record.toml" }

func (j *job) packageInputs(ctx context.Context) (map[string]string, error) {
	in := j.inputs(ctx)
	in.path("staged files", j.staged())
	in.path("manifest", j.manifest())
	for name, text := range j.plan.Texts() {
		in.text("packaging/"+name, text)
	}
	for name, value := range j.values() {
		in.value(name, value)
	}
	in.value("time", j.time.Format(time.RFC3339))
	in.value("setting packager", j.Settings.Packager)
	in.text("copyright", j.copyright())
	in.program()
	return in.done()
}

// values are what filesets.toml and the scripts may name: the places, the level, and what pre_i looks for.
func (j *job) values() map[string]string {
	values := j.places()
	values["level"] = j.level.String()
	values["needs"] = strings.Join(packaging.Needs(j.Target, j.site.Fragments), "\n")
	return values
}

func (j *job) pack(ctx context.Context) error {
	manifest, err := readManifest(j.manifest())
	if err != nil {
		return err
	}
	pkg, err := j.plan.Image(packaging.Build{
		Manifest: manifest, Root: j.staged(), Values: j.values(), Level: j.level, Time: j.time, Needs: packaging.Needs(j.Target, j.site.Fragments), Copyright: j.copyright(),
	})
	if err != nil {
		return err
	}
	if err := j.makeImage(ctx, pkg); err != nil {
		return err
	}
	sum, err := digest(ctx, j.image())
	if err != nil {
		return err
	}
	if err := tree.WriteFile(j.image()+".sha256", []byte(sum+"  "+filepath.Base(j.image())+"\n"), 0o644); err != nil {
		return err
	}
	r, err := j.record(ctx, manifest, sum)
	if err != nil {
		return err
	}
	text, err := r.Marshal()
	if err != nil {
		return err
	}
	if err := tree.WriteFile(j.recordFile(), text, 0o644); err != nil {
		return err
	}
	return j.removeHalves()
}

// writeImage writes an image that appears whole or not at all.
func writeImage(pkg *installp.Package, file string) error {
	out, err := tree.Begin(file, 0o644)
	if err != nil {
		return err
	}
	defer out.Discard()
	if err := write.Image(out, pkg); err != nil {
		return err
	}
	return out.Commit()
}

// removeHalves takes away what runs that were killed left half written of images of other revisions. The images themselves stay: a
// run has told where they are, and an update is rehearsed with two.
func (j *job) removeHalves() error {
	halves, err := filepath.Glob(filepath.Join(j.dir, ".*.half"))
	problems := []error{err}
	for _, file := range halves {
		problems = append(problems, os.RemoveAll(file))
	}
	return errors.Join(problems...)
}

// maxManifest is more than a manifest ever has, in bytes.
const maxManifest = 64 << 20

func readManifest(file string) (stage.Manifest, error) {
	text, err := regular.Read(file, maxManifest)
	if err != nil {
		return nil, err
	}
	return stage.ParseManifest(string(text))
}

func (j *job) copyright() string {
	text := fmt.Sprintf("sendmail %s, packaged by sendmail-aix.\nIt may be used and copied under the Sendmail License, which is installed as\n%s/share/LICENSE.\n",
		j.release.Version, j.site.Layout.Prefix)
	if j.SDK {
		text += "Made on another system than AIX, with sendmail-aix's own headers for it.\n"
	}
	return text
}

// record collects what decided this image.
func (j *job) record(ctx context.Context, manifest stage.Manifest, sum string) (*record.Record, error) {
	inputs, err := j.recordInputs(ctx)
	if err != nil {
		return nil, err
	}
	tools, err := j.tools(ctx)
	if err != nil {
		return nil, err
	}
	r := &record.Record{
		Image: filepath.Base(j.image()), SHA256: sum, Time: j.time,
		Settings: j.Settings.Values(), Inputs: inputs, Tools: tools, Files: fileSums(manifest),
	}
	r.Settings["target"] = j.Target.String()
	return r, nil
}

// fileSums lists the hashes of the manifest's files, and the text of its links.
func fileSums(m stage.Manifest) map[string]string {
	sums := make(map[string]string)
	for _, e := range m {
		switch e.Type {
		case stage.File:
			sums[e.Path] = e.SHA256
		case stage.Link:
			sums[e.Path] = "-> " + e.Target
		}
	}
	return sums
}

// recordInputs lists the hashes of everything in the checkout, and of the source, that this build is made from.
func (j *job) recordInputs(ctx context.Context) (map[string]string, error) {
	in := j.inputs(ctx)
	in.value("source tree", j.release.Tree)
	in.value("target", describe(j.Target))
	for _, patch := range j.series.Patches {
		in.text(j.Shown(filepath.Join(j.series.Dir, patch.Name)), string(patch.Text))
	}
	for _, fragment := range j.site.Fragments {
		in.text("site.config.m4.d/"+fragment.File, fragment.Body)
	}
	for name, text := range j.plan.Texts() {
		in.text("packaging/"+name, text)
	}
	for name, text := range j.mc {
		in.text("packaging/"+name+".mc", text)
	}
	// The code that did it, where the checkout has it. A compiled orchestrator need not be this code.
	if _, err := os.Stat(j.Path("buildlib")); err == nil {
		in.path("buildlib", j.Path("buildlib"))
	}
	return in.done()
}

// tools asks the programs that take part in a build for their versions. A program that does not say counts as unknown: it is for
// a person to read.
func (j *job) tools(ctx context.Context) (map[string]string, error) {
	tools := map[string]string{
		"sendmail-aix": version.Number, "compiler": j.Target.Compiler.String(), "processor": j.Target.Flags().Processor, "openssl": j.Target.OpenSSL.Release, "sasl": j.Target.SASL.API,
	}
	asked := map[string][]string{
		"m4": {j.Target.M4, "--version"}, "make": {j.Target.Make, "--version"}, "ar": {j.Target.Ar, "--version"},
		"ld": {"ld", "--version"}, "libc": {"ldd", "--version"}, "system": {"uname", "-srvm"},
	}
	if j.Settings.Packager == checkout.PackagerMkinstallp {
		asked["mkinstallp"] = []string{"lslpp", "-Lcq", insttools}
	}
	for name, argv := range asked {
		out, err := j.Machine.Output(ctx, host.Cmd{Argv: argv})
		first, _, _ := strings.Cut(out, "\n")
		if err != nil || first == "" {
			first = "unknown"
		}
		tools[name] = first
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return tools, nil
}
