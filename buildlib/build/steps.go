package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/compile"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/packaging"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

func (j *job) fetchInputs(ctx context.Context) (map[string]string, error) {
	identity, err := j.source.Identity(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]string{"source": identity, "pinned tree": j.release.Tree}, nil
}

func (j *job) fetch(ctx context.Context) error {
	if err := os.RemoveAll(j.pristine()); err != nil {
		return err
	}
	return j.source.Unpack(ctx, j.pristine())
}

func (j *job) patchInputs(ctx context.Context) (map[string]string, error) {
	in := j.inputs(ctx)
	in.path("pristine source", j.pristine())
	in.value("time", j.time.Format(time.RFC3339))
	var order []string
	for _, patch := range j.series.Patches {
		in.text(j.Shown(filepath.Join(j.series.Dir, patch.Name)), string(patch.Text))
		order = append(order, patch.Name)
	}
	in.value("order of patches", strings.Join(order, " "))
	in.program()
	return in.done()
}

// patch makes a new source tree each time: one that a patch failed on half way, or that was edited by hand, is of no use.
func (j *job) patch(ctx context.Context) error {
	if err := os.RemoveAll(j.patched()); err != nil {
		return err
	}
	if err := tree.Copy(ctx, j.pristine(), j.patched(), j.time); err != nil {
		return err
	}
	return j.series.Apply(ctx, j.patched(), j.time)
}

func (j *job) configureInputs(ctx context.Context) (map[string]string, error) {
	if j.refused != nil {
		return nil, j.refused
	}
	in := j.inputs(ctx)
	in.value("setting with", strings.Join(j.Settings.With, ","))
	in.value("setting prefix", j.Settings.Prefix)
	in.value("target", describe(j.Target))
	for _, fragment := range j.site.Fragments {
		in.text("site.config.m4.d/"+fragment.File, fragment.Body)
	}
	in.text("text of site.config.m4", j.site.Text)
	return in.done()
}

// describe tells all that configuring depends on in one line.
func describe(t *target.Target) string {
	processor := ""
	if t.Processor != "" {
		processor = ", processor " + t.Processor
	}
	return fmt.Sprintf("%s%s, compiler %s, openssl %s, sasl %s", t, processor, t.Compiler, t.OpenSSL, t.SASL)
}

func (j *job) configure(context.Context) error {
	return tree.WriteFile(j.siteFile(), []byte(j.site.Text), 0o644)
}

func (j *job) compileInputs(ctx context.Context) (map[string]string, error) {
	name, err := compile.MachineName(ctx, j.Machine)
	if err != nil {
		return nil, err
	}
	in := j.inputs(ctx)
	in.value("machine", name)
	in.path("source", j.patched())
	in.path("site.config.m4", j.siteFile())
	in.value("target", describe(j.Target))
	for name, program := range j.Target.Programs() {
		in.value("program "+name, program)
		in.content(ctx, name, program)
	}
	if linker, err := host.LookPath(ctx, j.Machine, "ld"); err == nil {
		in.content(ctx, "ld", linker)
	}
	in.value("release of openssl", j.Target.OpenSSL.Release)
	in.value("directories", strings.Join(j.site.Builds, " "))
	in.value("environment", strings.Join(j.Target.Env(), " "))
	in.value("checkout", j.Root) // object directories hold links to the source
	return in.done()
}

func (j *job) compile(ctx context.Context) error {
	if !j.Target.Here {
		return j.Absent
	}
	need := []target.Part{target.PartCompiler, target.PartMake, target.PartM4, target.PartAr}
	for _, fragment := range j.site.Fragments {
		if fragment.Provider != "" && !slices.Contains(need, fragment.Provider) {
			need = append(need, fragment.Provider)
		}
	}
	if err := j.Target.Need(need...); err != nil {
		return err
	}
	if err := j.sdkLacks(ctx); err != nil {
		return err
	}
	in, err := j.compileInputs(ctx)
	if err != nil {
		return err
	}
	b := &compile.Builder{
		Machine: j.Machine, Name: in["machine"], Source: j.patched(), Objects: j.objects(), Site: j.siteFile(), Extra: j.site.Builds,
		Key: fmt.Sprint(in), Env: j.Target.Env(), Jobs: j.Settings.Jobs, LogDir: j.logDir(), Log: j.Log.WithField("step", "compile"),
		Status: j.Status.Show,
	}
	_, err = b.Build(ctx)
	return err
}

// The .mc files that the package's configuration is made of, by the name of the file they make.
var configurations = []string{"sendmail", "submit"}

func (j *job) stageInputs(ctx context.Context) (map[string]string, error) {
	in := j.inputs(ctx)
	in.path("objects", j.objects())
	in.path("configuration macros", filepath.Join(j.patched(), "cf"))
	in.path("licence", filepath.Join(j.patched(), "LICENSE"))
	for _, part := range []target.Part{target.PartM4, target.PartMake} {
		if file := j.Target.Programs()[string(part)]; file != "" {
			in.content(ctx, string(part), file)
		}
	}
	for name, value := range j.places() {
		in.value(name, value)
	}
	for name, text := range j.mc {
		in.text("packaging/"+name+".mc", text)
	}
	for name, text := range j.plan.AddedTexts() {
		in.text("packaging/"+name, text)
	}
	in.program()
	return in.done()
}

func (j *job) stage(ctx context.Context) error {
	work := filepath.Join(j.dir, "stage")
	layout := j.site.Layout
	directories, err := compile.Directories(j.patched(), j.site.Builds)
	if err != nil {
		return err
	}
	macros := layout.Prefix + "/share/cf"
	s := &stage.Stager{
		Machine: j.Machine, Source: j.patched(), Objects: j.objects(), Root: j.staged(), Work: filepath.Join(work, "tools"), LogDir: j.logDir(),
		Env:     j.Target.Env(),
		Places:  []string{layout.Prefix, layout.ConfDir, layout.StateDir},
		Folders: layout.InstallDirs(),
		Extra: []stage.Extra{
			{Path: macros, From: filepath.Join(j.patched(), "cf"), Owner: "root", Group: "system", Mode: 0o444},
			{Path: layout.Prefix + "/share/LICENSE", From: filepath.Join(j.patched(), "LICENSE"), Owner: "root", Group: "system", Mode: 0o444},
		},
	}
	for _, d := range directories {
		s.Directories = append(s.Directories, d.Name)
	}
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(work, 0o755), j.Machine.Send(ctx, j.patched())); err != nil {
		return err
	}
	for _, name := range configurations {
		mc, cf := filepath.Join(work, name+".mc"), filepath.Join(work, name+".cf")
		if err := j.configuration(ctx, name, mc, cf); err != nil {
			return err
		}
		s.Extra = append(s.Extra,
			stage.Extra{Path: macros + "/cf/aix-" + name + ".mc", From: mc, Owner: "root", Group: "system", Mode: 0o444},
			stage.Extra{Path: layout.ConfDir + "/" + name + ".cf.default", From: cf, Owner: "root", Group: "system", Mode: 0o444})
	}
	added, err := j.plan.Extras(work, j.places(), j.site.Options)
	if err != nil {
		return err
	}
	s.Extra = append(s.Extra, added...)
	m, err := s.Stage(ctx)
	if err != nil {
		return err
	}
	return tree.WriteFile(j.manifest(), []byte(m.String()), 0o644)
}

// configuration fills the directories into one of the packaging's .mc files and expands it with the release's own macros.
func (j *job) configuration(ctx context.Context, name, mc, cf string) error {
	filled, err := packaging.Fill("packaging/"+name+".mc", j.mc[name], j.places())
	if err != nil {
		return err
	}
	if err := os.WriteFile(mc, []byte(filled), 0o644); err != nil {
		return err
	}
	layout, macros := j.site.Layout, path.Join(j.Machine.There(j.patched()), "cf")
	out, err := os.Create(cf)
	if err != nil {
		return err
	}
	err = j.Machine.Run(ctx, host.Cmd{
		// _NO_MAKEINFO_ keeps the name of the user and of the machine, and the time, out of the result.
		Argv: []string{j.Target.M4, "-D_NO_MAKEINFO_", "-D_CF_DIR_=" + macros + "/",
			"-DMAIL_SETTINGS_DIR=" + layout.ConfDir + "/", "-DMSP_QUEUE_DIR=" + layout.ClientQueue(), path.Join(macros, "m4/cf.m4"), "-"},
		Dir: macros, Stdin: strings.NewReader(filled), Stdout: out, Log: filepath.Join(j.logDir(), "configuration-"+name+".log"),
	})
	return errors.Join(err, out.Close())
}

// places are the values that configurations and scripts under packaging name as @prefix@ and so on: where things are, and what the
// programs can do.
func (j *job) places() map[string]string {
	layout := j.site.Layout
	ostype := "linux"
	if j.Target.OS == target.AIX {
		ostype = "aix5"
	}
	return map[string]string{
		"prefix": layout.Prefix, "conf": layout.ConfDir, "state": layout.StateDir, "ostype": ostype,
		"options": strings.Join(j.site.Options, " "), "map": j.site.MapType(),
	}
}
