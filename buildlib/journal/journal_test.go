package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

func TestUpdate(t *testing.T) {
	build := t.TempDir()
	if dir := Last(build); dir != "" {
		t.Errorf("Last() = %q of nothing", dir)
	}
	noon := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	old, last := filepath.Join(build, "8.15.2", "host"), filepath.Join(build, "8.17.1.9", "host")
	for dir, at := range map[string]time.Time{old: noon, last: noon.Add(time.Minute), filepath.Join(build, "8.17.1.9", "aix7.2-64"): noon.Add(time.Second)} {
		if err := Update(dir, func(j *Journal) { j.Run = Run{Started: at, Wanted: "package"} }); err != nil {
			t.Fatal(err)
		}
	}
	if got := Last(build); got != last {
		t.Errorf("Last() = %q, want %q", got, last)
	}
	if all := Of(build, "host"); len(all) != 2 || all[0].Run.Wanted != "package" {
		t.Errorf("Of() = %v", all)
	}
	for _, text := range []string{"", "{", "[]", `{"format": 2, "run": {"wanted": "x"}}`} {
		if err := os.WriteFile(filepath.Join(last, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if j := Load(last); j.Run.Wanted != "" || j.Format != format {
			t.Errorf("Load() of %q = %v", text, j)
		}
	}
}

func TestImages(t *testing.T) {
	var j Journal
	for _, sum := range []string{"a", "b", "b", "a", "c"} {
		j.Add(Image{SHA256: sum})
	}
	if len(j.Images) != keptImages || j.Images[0].SHA256 != "c" || j.Images[1].SHA256 != "a" {
		t.Errorf("the images are %v", j.Images)
	}
	if j.Image("a") != &j.Images[1] || j.Image("b") != nil {
		t.Error("Image() finds another one")
	}
}

func TestPut(t *testing.T) {
	got := Put(Put(nil, Span{Name: "fetch"}, Span{Name: "patch"}), Span{Name: "fetch", Seconds: 1}, Span{Name: "stage"})
	if diff := cmp.Diff([]Span{{Name: "fetch", Seconds: 1}, {Name: "patch"}, {Name: "stage"}}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// What was seen of an image is noted of that image alone.
func TestSaw(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.I")
	note := func() error { return Saw(context.Background(), file, func(i *Image) { i.Proof = "runs" }) }
	if err := note(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Saw() of no file: %v", err)
	}
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := note(); err != nil || len(Load(filepath.Dir(file)).Images) != 0 {
		t.Errorf("Saw() of an image that the journal does not know: %v", err)
	}
	const sum = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" // sha256sum
	if err := Update(filepath.Dir(file), func(j *Journal) { j.Add(Image{SHA256: sum}); j.Add(Image{SHA256: "other"}) }); err != nil {
		t.Fatal(err)
	}
	if err := note(); err != nil {
		t.Fatal(err)
	}
	if j := Load(filepath.Dir(file)); j.Image(sum).Proof != "runs" || j.Image("other").Proof != "" {
		t.Errorf("the images are %v", j.Images)
	}
}

func TestProblems(t *testing.T) {
	told := &fault.Error{Code: "a", What: "b", Where: "c", Found: "d", Do: "e", Err: errors.New("f")}
	got := Problems(errors.Join(fmt.Errorf("in a room: %w", told), errors.New("plain")))
	if diff := cmp.Diff([]Problem{{"a", "b", "c", "d", "f", "e"}, {What: "plain"}}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if Problems(nil) != nil {
		t.Error("there are problems of nothing")
	}
}
