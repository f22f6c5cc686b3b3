package rehearsal

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/box"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/database"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/ops"
	"github.com/sendmail-aix/sendmail-aix/buildlib/rehearsal/preview"
)

// update is an update image of demo.rte, of type S. This project makes none; for the rehearsal this writes one as the format
// description has it: one fileset, with its control libraries below the fileset's level.
type update struct {
	at        string
	usr, root []installp.File
	scripts   map[string]string // by suffix, for both parts
}

const updateTime = 1443657600

func (u *update) media(t testing.TB) *preview.Media {
	t.Helper()
	var image bytes.Buffer
	w := bff.NewWriter(&image, time.Unix(updateTime, 0))
	add := func(h *bff.Header, content string) {
		t.Helper()
		h.Size = int64(len(content))
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); content != "" && err != nil {
			t.Fatal(err)
		}
	}
	home := "./usr/lpp/demo/demo.rte/" + u.at
	lppName := "4 R S demo {\ndemo.rte " + u.at + " 01 N B en_US An update\n[\n*prereq bos.rte 6.1.0.0\n%\n/opt/demo 8\n" +
		"%\n%\nIV00001 1 Something is mended\n%\n%\n]\n}\n"
	directory := func(name string) { add(&bff.Header{Name: name, Mode: bff.TypeDir | 0o755}, "") }
	directory("./")
	add(&bff.Header{Name: "./lpp_name", Mode: bff.TypeRegular | 0o644}, lppName)
	for _, dir := range []string{"./usr", "./usr/lpp", "./usr/lpp/demo", "./usr/lpp/demo/demo.rte", home} {
		directory(dir)
	}
	var list strings.Builder
	for _, f := range u.usr {
		fmt.Fprintf(&list, ".%s\n", f.Path)
	}
	for _, f := range u.root {
		fmt.Fprintf(&list, "%s/inst_root%s\n", home, f.Path)
	}
	add(&bff.Header{Name: home + "/liblpp.a", Mode: bff.TypeRegular | 0o644}, u.library(t, list.String(), u.usr, "Nobody's.\n"))
	directory(home + "/inst_root")
	list.Reset()
	for _, f := range u.root {
		fmt.Fprintf(&list, ".%s\n", f.Path)
	}
	add(&bff.Header{Name: home + "/inst_root/liblpp.a", Mode: bff.TypeRegular | 0o644}, u.library(t, list.String(), u.root, ""))
	for _, f := range u.usr {
		add(&bff.Header{Name: "." + f.Path, Mode: bff.TypeRegular | f.Mode}, content(t, f))
	}
	for _, f := range u.root {
		add(&bff.Header{Name: home + "/inst_root" + f.Path, Mode: bff.TypeRegular | f.Mode}, content(t, f))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "demo.rte."+u.at+".U")
	if err := os.WriteFile(name, image.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	m, err := preview.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func content(t testing.TB, f installp.File) string {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// library is the control library of one part.
func (u *update) library(t testing.TB, list string, files []installp.File, copyright string) string {
	t.Helper()
	var inventory strings.Builder
	for _, f := range files {
		text := content(t, f)
		s := installp.Stanza{Path: f.Path, Owner: f.Owner, Group: f.Group, Mode: f.Mode, Class: "apply,inventory,demo.rte",
			Size: f.Size, Checksum: database.Checksum([]byte(text)), Volatile: f.Volatile}
		inventory.WriteString(s.String())
	}
	texts := map[string]string{"al": list, "inventory": inventory.String(), "size": "/opt/demo 8\n"}
	if copyright != "" {
		texts["copyright"] = copyright
	}
	for suffix, text := range u.scripts {
		texts[suffix] = text
	}
	var names []string
	for suffix := range texts {
		names = append(names, suffix)
	}
	slices.Sort(names)
	var b bytes.Buffer
	w := ar.NewWriter(&b, ar.Small)
	for _, suffix := range names {
		h := &ar.Header{Name: "demo.rte." + suffix, Mode: 0o755, Size: int64(len(texts[suffix])), ModTime: time.Unix(updateTime, 0)}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(texts[suffix])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// mended changes the program and a file of the root part, and brings a new file to each part.
func mended(at string) *update {
	u := &update{
		at: at,
		usr: []installp.File{
			file("/opt/demo/bin/demo", 0o2555, "bin", "demo", "the program, mended in "+at+"\n"),
			file("/opt/demo/new-in-"+at, 0o444, "root", "system", "new\n"),
		},
		root: []installp.File{
			file("/etc/opt/demo/demo.conf.default", 0o444, "root", "system", "# mended in "+at+"\n"),
			file("/etc/opt/demo/new-in-"+at, 0o400, "root", "system", "new\n"),
		},
		scripts: map[string]string{},
	}
	for _, step := range []string{"pre_u", "post_u", "config_u", "unconfig_u", "unpost_u", "unpre_u"} {
		u.scripts[step] = told(installp.Step(step), "")
	}
	return u
}

// Base level, two updates over it: applied, rejected, applied again, committed, and then there is no way back. Each part of that
// leaves lppchk silent.
func TestUpdates(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	for _, shell := range shells() {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			s := newTheatre(t, shell)
			base, one, two := media(t, plainDemo(t, "1.0.0.0")), mended("1.0.0.5").media(t), mended("1.0.0.7").media(t)
			rte := preview.Options{Names: []string{"demo.rte"}}
			var looks [3][]string // of each level
			for _, c := range []struct {
				name string
				do   func() error
				code string
				look int // the box is as at that level; -1 for none
				want []string
			}{
				{"no base level", func() error { return s.Apply(t.Context(), one, preview.Options{}) }, "rehearsal-failed", -1, nil},
				{"base level", func() error { return s.Apply(t.Context(), base, preview.Options{}) }, "", 0, []string{
					"pre_i U", "post_i U", "config U", "pre_i M", "post_i M", "config M"}},
				{"update", func() error { return s.Apply(t.Context(), one, preview.Options{}) }, "", 1, []string{
					"pre_u U", "post_u U", "config_u U", "pre_u M", "post_u M", "config_u M"}},
				{"the same again", func() error { return s.Apply(t.Context(), one, preview.Options{}) }, "", 1, nil},
				{"second update", func() error { return s.Apply(t.Context(), two, preview.Options{}) }, "", 2, []string{
					"pre_u U", "post_u U", "config_u U", "pre_u M", "post_u M", "config_u M"}},
				{"reject the second", func() error { return s.Reject(t.Context(), rte) }, "", 1, []string{
					"unconfig_u M", "unpost_u M", "unpre_u M", "unconfig_u U", "unpost_u U", "unpre_u U"}},
				{"reject the first", func() error { return s.Reject(t.Context(), rte) }, "", 0, []string{
					"unconfig_u M", "unpost_u M", "unpre_u M", "unconfig_u U", "unpost_u U", "unpre_u U"}},
				{"reject the base level", func() error { return s.Reject(t.Context(), rte) }, "rehearsal-failed", 0, nil},
				{"update again", func() error { return s.Apply(t.Context(), one, preview.Options{}) }, "", 1, []string{
					"pre_u U", "post_u U", "config_u U", "pre_u M", "post_u M", "config_u M"}},
				{"commit", func() error { return s.Commit(t.Context(), rte) }, "", -1, nil},
				{"reject what is committed", func() error { return s.Reject(t.Context(), rte) }, "rehearsal-failed", -1, nil},
				{"update and commit", func() error { return s.Apply(t.Context(), two, preview.Options{Commit: true}) }, "", -1, []string{
					"pre_u U", "post_u U", "config_u U", "pre_u M", "post_u M", "config_u M"}},
				{"reject what was committed at once", func() error { return s.Reject(t.Context(), rte) }, "rehearsal-failed", -1, nil},
				{"remove", func() error { return s.Deinstall(t.Context(), preview.Options{Names: []string{"demo"}}) }, "", -1, []string{
					"unconfig_u M", "unpost_u M", "unconfig_u M", "unpost_u M", "unconfig M", "unpost_i M", "unpre_u M", "unpre_u M", "unpre_i M",
					"unconfig_u U", "unpost_u U", "unconfig_u U", "unpost_u U", "unconfig U", "unpost_i U", "unpre_u U", "unpre_u U", "unpre_i U",
				}},
			} {
				if err := c.do(); fault.Code(err) != c.code {
					t.Fatalf("%s: %v", c.name, err)
				}
				if err := s.Check(); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
				var ran []string
				for _, line := range s.scripts() {
					fields := strings.Fields(line)
					if fields[0] != "pre_d" {
						ran = append(ran, fields[0]+" "+fields[1])
					}
				}
				if diff := cmp.Diff(c.want, ran); diff != "" {
					t.Errorf("%s: scripts, -want +got:\n%s", c.name, diff)
				}
				if c.look < 0 {
					continue
				}
				if look := s.look(t); looks[c.look] == nil {
					looks[c.look] = look
				} else if diff := cmp.Diff(looks[c.look], look); diff != "" {
					t.Errorf("%s: not as it was at that level, -want +got:\n%s", c.name, diff)
				}
			}
		})
	}
}

// What an update saves is where IBM's manual page of inusave says.
func TestSavedFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	s := newTheatre(t, "dash")
	for _, m := range []*preview.Media{media(t, plainDemo(t, "1.0.0.0")), mended("1.0.0.5").media(t)} {
		if err := s.Apply(t.Context(), m, preview.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	const usr, root = "/usr/lpp/demo/demo.rte/1.0.0.5.save", "/lpp/demo/demo.rte/1.0.0.5.save"
	for _, c := range []struct{ name, want string }{
		{usr + "/update.1", "the program of level 1.0.0.0\n"},
		{root + "/update.1", "# of level 1.0.0.0\n"},
	} {
		if got, err := s.Read(c.name); err != nil || string(got) != c.want {
			t.Errorf("%s holds %q, %v, want %q", c.name, got, err, c.want)
		}
	}
	list, err := s.Read(usr + "/update.list")
	if err != nil || !strings.HasPrefix(string(list), "update.1 /opt/demo/bin/demo\n/opt/demo/bin/demo:\n          owner = bin\n") ||
		strings.Contains(string(list), path.Base("/opt/demo/new-in-1.0.0.5")) {
		t.Errorf("update.list: %v\n%s", err, list)
	}
	if err := s.Commit(t.Context(), preview.Options{}); err != nil {
		t.Fatal(err)
	}
	if s.Has(usr) || s.Has(root) {
		t.Error("commit leaves the save directories")
	}
}

// An update, and its rejection, survive a power cut at every moment.
func TestPowerCutOfUpdates(t *testing.T) {
	if testing.Short() {
		t.Skip("takes its time")
	}
	t.Parallel()
	base, one := media(t, plainDemo(t, "1.0.0.0")), mended("1.0.0.5").media(t)
	installed := newQuickTheatre(t, "dash")
	if err := installed.Apply(t.Context(), base, preview.Options{}); err != nil {
		t.Fatal(err)
	}
	updated := installed.clone(t)
	if err := updated.Apply(t.Context(), one, preview.Options{}); err != nil {
		t.Fatal(err)
	}
	rte := preview.Options{Names: []string{"demo.rte"}}
	for _, o := range []operation{
		{command: "update", start: installed.Installp, do: func(ctx context.Context, in *ops.Installp) error { return in.Apply(ctx, one, preview.Options{}) }},
		{command: "commit", start: updated.Installp, do: func(ctx context.Context, in *ops.Installp) error { return in.Commit(ctx, rte) }},
		{command: "rejection", start: updated.Installp, do: func(ctx context.Context, in *ops.Installp) error {
			err := in.Reject(ctx, rte)
			if all, _ := in.Shown(); len(all) > 0 && fault.Code(err) != "" && all[0].Level == parseLevel(t, "1.0.0.0") {
				return nil // the clean-up has completed it
			}
			return err
		}},
	} {
		o.start.Fate = box.Fate{}
		t.Run(o.command, func(t *testing.T) {
			t.Parallel()
			o.survivePowerCuts(t, stride)
		})
	}
}
