package checkout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// Kept is what the user's cache holds.
type Kept struct {
	Directory string      `json:"directory"`
	Size      int64       `json:"size"` // in bytes, without what was removed
	Entries   []KeptEntry `json:"entries"`
}

// KeptEntry is one thing in the cache.
type KeptEntry struct {
	What string `json:"what"`
	cache.Entry
	Removed bool `json:"removed"`
}

// CleanCache tells what the user's cache holds, and removes what is old of it if asked to. It makes nothing there.
func CleanCache(ctx context.Context, c *Checkout, remove bool) (*Kept, error) {
	store, err := c.Cache()
	if err != nil {
		return nil, err
	}
	needed, err := c.neededInCache(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := store.Entries(ctx, needed)
	if err != nil {
		return nil, fault.Explain(c.ExplainCache(err))
	}
	v := &Kept{Directory: store.Dir, Entries: []KeptEntry{}}
	var problems []error
	for _, e := range entries {
		k := KeptEntry{What: whatIs(e.Path), Entry: e}
		if remove && ctx.Err() == nil {
			var err error
			k.Removed, err = store.Remove(ctx, e)
			problems = append(problems, fault.Explain(c.ExplainCache(err)))
		}
		if !k.Removed {
			v.Size += e.Size
		}
		v.Entries = append(v.Entries, k)
	}
	return v, errors.Join(append(problems, context.Cause(ctx))...)
}

// neededInCache are the places in the cache that this checkout, its settings and this program would ask for on this machine.
func (c *Checkout) neededInCache(ctx context.Context) ([]string, error) {
	fetcher, err := c.Fetcher()
	if err != nil {
		return nil, err
	}
	releases, err := release.List(c.Path("patches"))
	if err != nil {
		return nil, err
	}
	needed := fetcher.Needed(releases)
	for _, r := range releases {
		if r.Version != c.Settings.Release {
			continue
		}
		source, err := fetcher.Open(r, c.Settings.Source)
		if err != nil {
			return nil, err
		}
		needed = append(needed, source.Needed()...)
	}
	e, err := c.Emulator()
	if err != nil {
		return nil, err
	}
	emulator, err := e.Needed(ctx)
	if err != nil {
		return nil, err
	}
	needed = append(needed, emulator...)
	if c.Settings.Host != "" {
		return needed, nil
	}
	t, err := target.Detect(ctx, c.Machine, c.Wanted(ctx))
	if err != nil || t.OS != target.AIX || t.Here {
		return needed, err
	}
	b, err := c.CrossBuilder()
	if err != nil {
		return nil, err
	}
	toolchain, err := b.Needed(ctx, t, c.Sysroot)
	return append(needed, toolchain...), err
}

// whatIs names what lies at a path in the cache.
func whatIs(path string) string {
	kind, name, _ := strings.Cut(filepath.ToSlash(path), "/")
	what := "unknown"
	switch {
	case kind == "sha256" && strings.HasSuffix(name, ".sig"):
		return "signature"
	case kind == "sha256":
		what = "source"
	case kind == "address":
		what = "what an address had"
	case kind == "objects":
		what = "objects"
	case kind == "part":
		return "unfinished download"
	case kind == "cross" && strings.HasPrefix(name, "binutils"):
		what = "linker for AIX"
	case kind == "cross" && strings.HasPrefix(name, "sysroot"):
		what = "sysroot"
	case kind == "cross" && strings.HasPrefix(name, "aix"):
		what = "toolchain"
	case kind == "emulate" && strings.HasPrefix(name, "loader"):
		what = "loader"
	case kind == "emulate" && strings.HasPrefix(name, "libraries"):
		what = "OpenSSL and SASL"
	}
	switch filepath.Ext(name) {
	case cache.LogSuffix:
		what += ", log"
	case cache.WorkSuffix, cache.HalfSuffix, ".half":
		what += ", unfinished"
	case ".lock":
		what += ", lock of an older version"
	}
	return what
}

// state says in a word what becomes of an entry.
func (e *KeptEntry) state() string {
	switch {
	case e.Removed:
		return "removed"
	case e.Needed:
		return "needed"
	case e.Old:
		return "old"
	case time.Since(e.Used) <= cache.Age:
		return "recent"
	}
	return "not ours"
}

// WriteText writes a table, with one line for all of a kind of which the same is to be said, and how to remove what is old.
func (v *Kept) WriteText(out io.Writer) error {
	fmt.Fprintf(out, "%s: %s\n", fault.Line(v.Directory), size(v.Size))
	type group struct{ what, state string }
	type sum struct {
		count int
		size  int64
		used  time.Time
		path  string
	}
	sums := make(map[group]*sum)
	var groups []group
	var old int64
	for _, e := range v.Entries {
		g := group{e.What, e.state()}
		s := sums[g]
		if s == nil {
			s = new(sum)
			sums[g], groups = s, append(groups, g)
		}
		s.count, s.size, s.path = s.count+1, s.size+e.Size, e.Path
		if e.Used.After(s.used) {
			s.used = e.Used
		}
		if g.state == "old" {
			old += e.Size
		}
	}
	if groups == nil {
		return nil
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nsize\tlast used\t\twhat\twhere")
	for _, g := range groups {
		s := sums[g]
		if s.path = fault.Line(s.path); s.count > 1 {
			s.path = fmt.Sprintf("%d in %s", s.count, filepath.Dir(s.path))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", size(s.size), s.used.UTC().Format(time.DateOnly), g.state, g.what, s.path)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if old > 0 {
		fmt.Fprintf(out, "\n%s is old: nothing here needs it, and nothing used it for a day. \"mage clean:cache -remove=true\" removes it.\n", size(old))
	}
	return nil
}

// size is a number of bytes for a person.
func size(bytes int64) string {
	switch {
	case bytes < 1000:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1000_000:
		return fmt.Sprintf("%.0f kB", float64(bytes)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
}
