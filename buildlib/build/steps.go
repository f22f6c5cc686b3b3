package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/cross"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/ctext"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/objects"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/program"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/remote"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/compile"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/stage"
)

// steps are the steps of a build: what each reads, what it writes, and what it does.
func (b *Build) steps() []step.Step {
	return []step.Step{
		{Name: "fetch", Run: b.fetch, Writes: []string{b.Pristine()}, Reads: []step.Read{
			{Name: "source", Of: b.means.Source.Identity}, {Name: "pinned tree", Value: b.Release.Tree},
		}},
		{Name: "patch", Run: b.patch, Writes: []string{b.Patched()}, Reads: b.patchReads()},
		{Name: "configure", Run: b.configure, Writes: []string{b.SiteFile()}, Reads: b.configureReads()},
		{Name: "compile", Run: b.compile, Writes: []string{b.Objects()}, Reads: b.compileReads()},
		{Name: "stage", Run: b.stage, Writes: []string{b.Staged(), b.Manifest()}, Reads: b.stageReads()},
		{Name: "package", Run: b.pack, Writes: []string{b.Image(), b.Image() + ".sha256", b.Record(), b.SBOM(), b.VEX()}, Reads: b.packageReads()},
	}
}

// text is a text that was read when the plan was made: what is edited meanwhile makes the next run do the step again.
func text(name, text string) step.Read {
	sum := sha256.Sum256([]byte(text))
	return step.Read{Name: name, Value: hex.EncodeToString(sum[:])}
}

// texts are several, by their names in a directory of the checkout.
func texts(dir string, all map[string]string) (reads []step.Read) {
	for name, content := range all {
		reads = append(reads, text(dir+"/"+name, content))
	}
	return reads
}

// values are those of a map, by their names.
func values(all map[string]string) (reads []step.Read) {
	for name, value := range all {
		reads = append(reads, step.Read{Name: name, Value: value})
	}
	return reads
}

// content is a program that a step runs: one that is replaced under its name and version is another one.
func (b *Build) content(name, file string) step.Read {
	return step.Read{Name: "content of " + name, Of: func(ctx context.Context) (string, error) {
		return program.Digest(ctx, b.means.Machine, file, name == string(target.PartCompiler))
	}}
}

// expectContent prepares for what content asks.
func (b *Build) expectContent(ctx context.Context) error {
	programs := b.Target.Programs()
	compiler := programs[string(target.PartCompiler)]
	if compiler == "" {
		return nil
	}
	files := slices.Sorted(maps.Values(programs))
	if linker, err := host.LookPath(ctx, b.means.Machine, target.Linker); err == nil {
		files = append(files, linker)
	}
	return program.Expect(ctx, b.means.Machine, compiler, files...)
}

// thisProgram is for steps whose result depends on this program's own code in more than what goes in as text.
func thisProgram() step.Read {
	return step.Read{Name: "this program", Of: func(context.Context) (string, error) { return ownSum() }}
}

// ownSum is looked at once: what a process runs does not change.
var ownSum = sync.OnceValues(func() (string, error) {
	file, err := os.Executable()
	if err != nil {
		return "", err
	}
	return regular.Sum(context.Background(), file)
})

func (b *Build) fetch(ctx context.Context, _ map[string]string) error {
	if b.edits != DiscardEdits {
		if err := stopAtEdits(ctx, b.checkout, b.Pristine(), func() (tree.Listing, error) { return tree.ParseListing(b.Release.Files) },
			"make them in "+b.checkout.Shown(b.Patched())+`, which is what is compiled; "mage fetch -discard=true" throws these away`); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(b.Pristine()); err != nil {
		return err
	}
	if err := b.means.Source.Unpack(ctx, b.Pristine()); err != nil {
		return err
	}
	return b.noteMade(ctx, b.Pristine())
}

// patches are the series, patch by patch.
func (b *Build) patches() (reads []step.Read, order []string) {
	for _, patch := range b.Series.Patches {
		reads = append(reads, text(b.checkout.Shown(filepath.Join(b.Series.Dir, patch.Name)), string(patch.Text)))
		order = append(order, patch.Name)
	}
	return reads, order
}

func (b *Build) patchReads() []step.Read {
	reads, order := b.patches()
	return append(reads,
		step.Read{Name: "pristine source", Path: b.Pristine()},
		step.Read{Name: "time", Value: b.Time.Format(time.RFC3339)},
		step.Read{Name: "order of patches", Value: strings.Join(order, " ")},
		step.Read{Name: "edits", Of: func(context.Context) (string, error) { return map[Edits]string{KeepEdits: "kept"}[b.edits], nil }},
		thisProgram())
}

// fragments are the fragments of site.config.m4 that are in effect.
func (b *Build) fragments() (reads []step.Read) {
	for _, fragment := range b.Site.Fragments {
		reads = append(reads, text("site.config.m4.d/"+fragment.File, fragment.Body))
	}
	return reads
}

func (b *Build) configureReads() []step.Read {
	return append(b.fragments(),
		step.Read{Name: "setting with", Value: b.Settings["with"]},
		step.Read{Name: "setting prefix", Value: b.Settings["prefix"]},
		step.Read{Name: "target", Of: func(context.Context) (string, error) { return b.Describe(), b.Refused }},
		text("text of site.config.m4", b.Site.Text))
}

func (b *Build) configure(context.Context, map[string]string) error {
	switch log := b.checkout.Log.WithField("step", "configure"); {
	case b.HostMap != "":
		log.WithField("option", b.HostMap).Info(`this host has what the option takes: it is on; with = "-` + b.HostMap + `" leaves it out`)
	case b.Target.OS == target.Host && b.Site.MapType() == "none":
		log.Warn(`this sendmail has no type of maps, so neither makemap nor a database of aliases: "mage options" lists those that bring one, and "mage setup" what they take`)
	}
	return tree.WriteFile(b.SiteFile(), []byte(b.Site.Text), 0o644)
}

// codeToCompile is what the step that compiles reads of this program itself.
const codeToCompile = "this program's code to compile with"

func (b *Build) compileReads() []step.Read {
	reads := []step.Read{
		{Name: "machine", Of: func(ctx context.Context) (string, error) {
			if err := b.expectContent(ctx); err != nil {
				return "", err
			}
			return compile.MachineName(ctx, b.means.Machine)
		}},
		{Name: "source", Path: b.Patched()},
		{Name: "site.config.m4", Path: b.SiteFile()},
		{Name: "target", Value: b.Describe()},
		{Name: "release of openssl", Value: b.Target.OpenSSL.Release},
		{Name: "directories", Value: strings.Join(b.Site.Builds, " ")},
		{Name: "environment", Value: strings.Join(b.Target.Env(), " ")},
		{Name: "checkout", Value: b.checkout.Root}, // object directories hold links to the source
	}
	rooms := []fs.FS{compile.Code, objects.Code, ctext.Code, host.Code}
	if _, elsewhere := b.means.Machine.(*remote.Machine); elsewhere {
		rooms = append(rooms, remote.Code)
	}
	reads = append(reads, code(codeToCompile, rooms...))
	for name, program := range b.Target.Programs() {
		reads = append(reads, step.Read{Name: "program " + name, Value: program}, b.content(name, program))
	}
	return append(reads, step.Read{Name: "content of ld", Of: func(ctx context.Context) (string, error) {
		linker, err := host.LookPath(ctx, b.means.Machine, target.Linker)
		if err != nil {
			return "", nil // a compiler may have one of its own
		}
		return program.Digest(ctx, b.means.Machine, linker, false)
	}})
}

func (b *Build) compile(ctx context.Context, read map[string]string) error {
	if !b.Target.Here {
		return b.Absent
	}
	need := []target.Part{target.PartCompiler, target.PartMake, target.PartM4, target.PartAr}
	for _, fragment := range b.Site.Fragments {
		if fragment.Provider != "" && !slices.Contains(need, fragment.Provider) {
			need = append(need, fragment.Provider)
		}
	}
	if err := b.Target.Need(need...); err != nil {
		return err
	}
	if b.Lacks != nil {
		return b.Lacks
	}
	builder := &compile.Builder{
		Machine: b.means.Machine, Name: read["machine"], Source: b.Patched(), Objects: b.Objects(), Site: b.SiteFile(), Extra: b.Site.Builds,
		Key: fmt.Sprint(read), Env: b.Target.Env(), Jobs: b.Jobs, LogDir: b.LogDir(), Log: b.checkout.Log.WithField("step", "compile"),
		Status: b.checkout.Status.Show, Ended: b.diary.piece,
	}
	builder.Kept = b.kept(read)
	builder.Makes = b.makes(read)
	_, err := builder.Build(ctx)
	return err
}

// aComment is a line of site.config.m4 that says nothing to m4.
var aComment = regexp.MustCompile(`(?m)^dnl( .*)?\n`)

// makes stands for what decides what Build makes, besides the source and the machine: it runs m4 and make, and no compiler. In comments of site.config.m4
// targets differ that are built alike.
func (b *Build) makes(read map[string]string) string {
	of := []string{aComment.ReplaceAllString(b.Site.Text, ""), read["environment"], read["machine"], read["directories"], read[codeToCompile]}
	for _, part := range []target.Part{target.PartM4, target.PartMake} {
		of = append(of, read["program "+string(part)], read["content of "+string(part)])
	}
	return fmt.Sprintf("%q", of)
}

// kept is where objects are kept from one build to another, for a compiler that says what it reads; nil where there is no such place.
func (b *Build) kept(read map[string]string) *objects.Store {
	kind := b.Target.Compiler.Kind
	local, isHere := b.means.Machine.(*host.Local)
	store, err := b.checkout.Cache()
	if kind != target.GCC && kind != target.Clang || !isHere || err != nil {
		return nil
	}
	s := &objects.Store{
		Machine: local, Env: b.Target.Env(), Compiler: read["content of "+string(target.PartCompiler)], Clang: kind == target.Clang,
		Headers: kind == target.GCC && b.Target.OS == target.Host, Secret: []string{b.Patched(), b.Objects(), b.checkout.Root},
	}
	if tc := b.means.Toolchain; tc != nil {
		s.Compiler, s.Levels = tc.Compiler, cross.Levels
		if tc.SDK {
			s.Root = tc.Dir()
			if b.several {
				s.Varies = filepath.Join(tc.Root, b.Target.OpenSSL.Prefix, "include/openssl")
			}
		}
	}
	s.Dir = store.Place("objects/"+string(kind), s.Compiler)
	return s
}

func (b *Build) stageReads() []step.Read {
	reads := slices.Concat([]step.Read{
		{Name: "objects", Path: b.Objects()},
		{Name: "source", Path: b.Patched()},
		thisProgram(),
	}, values(b.Places()), texts("packaging", b.Packaging.AddedTexts()))
	for _, part := range []target.Part{target.PartM4, target.PartMake} {
		if file := b.Target.Programs()[string(part)]; file != "" {
			reads = append(reads, b.content(string(part), file))
		}
	}
	return reads
}

func (b *Build) stage(ctx context.Context, _ map[string]string) error {
	work := filepath.Join(b.Dir, "stage")
	layout := b.Site.Layout
	directories, err := compile.Directories(b.Patched(), b.Site.Builds)
	if err != nil {
		return err
	}
	s := &stage.Stager{
		Machine: b.means.Machine, Source: b.Patched(), Objects: b.Objects(), Root: b.Staged(), Work: filepath.Join(work, "tools"), LogDir: b.LogDir(),
		Env:     b.Target.Env(),
		Places:  []string{layout.Prefix, layout.ConfDir, layout.StateDir},
		Folders: layout.InstallDirs(),
		M4:      []string{b.Target.M4, "-DMAIL_SETTINGS_DIR=" + layout.ConfDir + "/", "-DMSP_QUEUE_DIR=" + layout.ClientQueue()},
	}
	for _, d := range directories {
		s.Directories = append(s.Directories, d.Name)
	}
	if err := errors.Join(os.RemoveAll(work), os.MkdirAll(work, 0o755), b.means.Machine.Send(ctx, b.Patched())); err != nil {
		return err
	}
	if s.Extra, err = b.Packaging.Extras(b.Patched(), work, b.Places(), b.Site.Options); err != nil {
		return err
	}
	m, err := s.Stage(ctx)
	if err != nil {
		return err
	}
	return tree.WriteFile(b.Manifest(), []byte(m.String()), 0o644)
}

// Reasons are why a step would run.
type Reasons struct {
	Step    string        `json:"step"`
	First   string        `json:"first"`   // the first step that would run; after it the others are looked at again
	Changes []step.Change `json:"changes"` // what makes it run; none when all is up to date
}

// WriteText shows a line for each reason.
func (r *Reasons) WriteText(w io.Writer) error {
	switch {
	case len(r.Changes) == 0:
		fmt.Fprintf(w, "%s is up to date\n", r.Step)
	case r.First == r.Step:
		fmt.Fprintf(w, "%s would run:\n", r.Step)
	default:
		fmt.Fprintf(w, "%s depends on %s, which would run:\n", r.Step, r.First)
	}
	for _, change := range r.Changes {
		fmt.Fprintf(w, "  %s\n", change)
	}
	return nil
}

// Why finds what would make a step run.
func Why(ctx context.Context, c *checkout.Checkout, name string) (*Reasons, error) {
	b, err := Prepare(ctx, c)
	if err != nil {
		return nil, err
	}
	r := &Reasons{Step: name}
	if r.First, r.Changes, err = b.chain.Why(ctx, name); errors.Is(err, step.ErrUnknown) {
		return nil, &fault.Error{Code: "step-unknown", What: "there is no step " + name, Do: suggestStep(name, b.chain.Names())}
	} else if err != nil {
		return nil, err
	}
	return r, nil
}

func suggestStep(name string, names []string) string {
	if near := fault.Nearest(name, names); near != "" {
		return "did you mean " + near + "?"
	}
	return "the steps are " + strings.Join(names, ", ")
}

// code is for steps that take long and whose result depends on this program's own code: the text of the rooms that decide it, which each program
// made of it carries. So a program that is built anew, another one (mage's, sendmail-aix), or a change in another room makes no step run.
func code(name string, rooms ...fs.FS) step.Read {
	return step.Read{Name: name, Of: func(context.Context) (string, error) { return codeDigest(rooms...) }}
}

// codeDigest tells the code of rooms from any other. Tests are no part of it.
func codeDigest(rooms ...fs.FS) (string, error) {
	h := sha256.New()
	for _, room := range rooms {
		err := fs.WalkDir(room, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(room, name)
			fmt.Fprintf(h, "%q %d\n%s", name, len(text), text)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
