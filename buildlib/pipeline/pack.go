package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/packaging"
	"github.com/sendmail-aix/sendmail-aix/buildlib/record"
	"github.com/sendmail-aix/sendmail-aix/buildlib/stage"
	"github.com/sendmail-aix/sendmail-aix/buildlib/target"
)

func (j *job) recordFile() string { return strings.TrimSuffix(j.image(), ".I") + ".record.toml" }

func (j *job) packageInputs(context.Context) (map[string]string, error) {
	var in inputs
	in.file("staged files", j.staged())
	in.file("manifest", j.manifest())
	for _, name := range j.plan.Inputs() {
		in.file("packaging/"+name, j.path("packaging", name))
	}
	in.value("level", j.level.String())
	in.value("time", j.time.Format("2006-01-02T15:04:05Z"))
	in.value("requisites", strings.Join(j.requisites(), "; "))
	return in.done()
}

func (j *job) pack(ctx context.Context) error {
	manifest, err := readManifest(j.manifest())
	if err != nil {
		return err
	}
	pkg, err := j.plan.Image(packaging.Build{
		Manifest: manifest, Root: j.staged(), Values: j.vars(), Level: j.level, Time: j.time, Requisites: j.requisites(), Copyright: j.copyright(),
	})
	if err != nil {
		return err
	}
	if err := j.removeOldImages(); err != nil {
		return err
	}
	out, err := renameio.NewPendingFile(j.image(), renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer out.Cleanup() //nolint:errcheck // after a success there is nothing to clean up, after a failure there is a better error
	if err := errors.Join(pkg.Write(out), out.CloseAtomicallyReplace()); err != nil {
		return err
	}
	sum, err := digest(j.image())
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(j.image()+".sha256", []byte(sum+"  "+filepath.Base(j.image())+"\n"), 0o644); err != nil {
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
	return renameio.WriteFile(j.recordFile(), text, 0o644)
}

// removeOldImages takes away the images of other revisions: what lies in the directory is what the settings say.
func (j *job) removeOldImages() error {
	var problems []error
	for _, pattern := range []string{"*.I", "*.I.sha256", "*.record.toml"} {
		old, err := filepath.Glob(filepath.Join(j.dir, pattern))
		problems = append(problems, err)
		for _, file := range old {
			problems = append(problems, os.Remove(file))
		}
	}
	return errors.Join(problems...)
}

func readManifest(file string) (stage.Manifest, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return stage.ParseManifest(string(text))
}

// requisites are what the programs need on the target. Programs of the host need nothing that installp could name.
func (j *job) requisites() []string {
	if j.target.OS != target.AIX {
		return nil
	}
	lines := []string{fmt.Sprintf("*prereq bos.rte %d.%d.0.0", j.target.Level.Version, j.target.Level.Release)}
	for _, fragment := range j.fragments {
		// Only IBM's own filesets can be named. RPM packages of the Toolbox are unknown to installp.
		if fragment.Provider == target.PartOpenSSL && j.target.OpenSSL.Kind == target.Base {
			if api := j.target.OpenSSL.API; strings.Count(api, ".") == 2 {
				lines = append(lines, "*prereq openssl.base "+api+".0")
			} else if api != "" {
				lines = append(lines, "*prereq openssl.base "+api+".0.0")
			}
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}

func (j *job) copyright() string {
	return fmt.Sprintf("sendmail %s, packaged by sendmail-aix.\nIt may be used and copied under the Sendmail License, which is installed as\n%s/share/LICENSE.\n",
		j.release.Version, j.site.Layout.Prefix)
}

// record collects what decided this image.
func (j *job) record(ctx context.Context, manifest stage.Manifest, sum string) (*record.Record, error) {
	inputs, err := j.recordInputs()
	if err != nil {
		return nil, err
	}
	r := &record.Record{
		Image: filepath.Base(j.image()), SHA256: sum, Time: j.time,
		Settings: j.settings.Values(), Inputs: inputs, Tools: j.tools(ctx), Files: fileSums(manifest),
	}
	r.Settings["target"] = j.target.String()
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
func (j *job) recordInputs() (map[string]string, error) {
	var in inputs
	in.value("source tree", j.release.Tree)
	in.value("target", describe(j.target))
	for _, patch := range j.series.Patches {
		in.file(j.shown(filepath.Join(j.series.Dir, patch.Name)), filepath.Join(j.series.Dir, patch.Name))
	}
	for _, fragment := range j.site.Fragments {
		in.file(fragment.Path, j.path(fragment.Path))
	}
	for _, name := range j.plan.Inputs() {
		in.file("packaging/"+name, j.path("packaging", name))
	}
	for _, name := range configurations {
		in.file("packaging/"+name+".mc", j.path("packaging", name+".mc"))
	}
	return in.done()
}

// tools asks the programs that take part in a build for their versions. A program that does not say counts as unknown: it is for
// a person to read.
func (j *job) tools(ctx context.Context) map[string]string {
	tools := map[string]string{"compiler": j.target.Compiler.String()}
	for name, argv := range map[string][]string{
		"m4": {j.target.M4, "--version"}, "make": {j.target.Make, "--version"}, "ar": {j.target.Ar, "--version"},
		"ld": {"ld", "--version"}, "system": {"uname", "-srvm"},
	} {
		out, err := j.machine.Output(ctx, host.Cmd{Argv: argv, Stdin: strings.NewReader("")})
		first, _, _ := strings.Cut(out, "\n")
		if err != nil || first == "" {
			first = "unknown"
		}
		tools[name] = first
	}
	return tools
}
