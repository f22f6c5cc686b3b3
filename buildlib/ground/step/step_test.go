package step

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// house is a chain of two steps over real files: "double" writes the text of in twice, "shout" writes that in capitals.
type house struct {
	dir    string
	option string
	ran    []string
	fail   error
	*Chain
}

func newHouse(t *testing.T) *house {
	h := &house{dir: t.TempDir()}
	log := logrus.New()
	log.SetOutput(io.Discard)
	path := func(name string) string { return filepath.Join(h.dir, name) }
	h.write(t, "in", "a")
	h.Chain = &Chain{State: path("state"), Digest: digest, Log: log, Steps: []Step{
		{
			Name:   "double",
			Reads:  []Read{{Name: "file in", Of: func(context.Context) (string, error) { return digest(path("in")) }}},
			Writes: []string{path("doubled")},
			Run: func(context.Context, map[string]string) error {
				h.ran = append(h.ran, "double")
				text, err := os.ReadFile(path("in"))
				if err != nil {
					return err
				}
				return tree.WriteFile(path("doubled"), append(text, text...), 0o644)
			},
		},
		{
			Name: "shout",
			Reads: []Read{
				{Name: "doubled", Path: path("doubled")}, {Name: "constant", Value: "1"},
				{Name: "setting option", Of: func(context.Context) (string, error) { return h.option, nil }},
			},
			Writes: []string{path("shouted")},
			Run: func(_ context.Context, read map[string]string) error {
				h.ran = append(h.ran, "shout")
				text, err := os.ReadFile(path("doubled"))
				if err != nil || h.fail != nil {
					return errors.Join(err, h.fail)
				}
				return tree.WriteFile(path("shouted"), []byte(strings.ToUpper(string(text))+read["setting option"]), 0o644)
			},
		},
	}}
	return h
}

func digest(path string) (string, error) {
	text, err := regular.Read(path, 1000)
	return fmt.Sprintf("%x", sha256.Sum256(text)), err
}

func (h *house) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestRunSkipsWhatIsUpToDate(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(t *testing.T, h *house)
		want   []string // steps that run after the change
		first  string
		why    []string
	}{
		{"nothing", func(*testing.T, *house) {}, nil, "shout", nil},
		{"times", func(t *testing.T, h *house) {
			if err := os.Chtimes(filepath.Join(h.dir, "in"), time.Unix(0, 0), time.Unix(0, 0)); err != nil {
				t.Fatal(err)
			}
		}, nil, "shout", nil},
		{"first input", func(t *testing.T, h *house) { h.write(t, "in", "b") }, []string{"double", "shout"},
			"double", []string{"input file in changed from ca978112ca1b to 3e23e8160039"}},
		{"setting", func(_ *testing.T, h *house) { h.option = "!" }, []string{"shout"},
			"shout", []string{"input setting option is new: !"}},
		{"output edited", func(t *testing.T, h *house) { h.write(t, "doubled", "xx") }, []string{"double"},
			"double", []string{"output doubled changed from 961b6dd3ede3 to 5dde896887f6"}},
		{"output lost", func(t *testing.T, h *house) {
			if err := os.Remove(filepath.Join(h.dir, "shouted")); err != nil {
				t.Fatal(err)
			}
		}, []string{"shout"}, "shout", []string{"output shouted is gone"}},
		{"output a FIFO", func(t *testing.T, h *house) {
			name := filepath.Join(h.dir, "doubled")
			if err := errors.Join(os.Remove(name), exec.Command("mkfifo", name).Run()); err != nil {
				t.Fatal(err)
			}
		}, []string{"double"}, "double", []string{"output doubled is gone"}},
		{"output a link to itself", func(t *testing.T, h *house) {
			name := filepath.Join(h.dir, "doubled")
			if err := errors.Join(os.Remove(name), os.Symlink("doubled", name)); err != nil {
				t.Fatal(err)
			}
		}, []string{"double"}, "double", []string{"output doubled is gone"}},
		{"record half written", func(t *testing.T, h *house) { h.write(t, "state/shout.json", `{"inputs":`) }, []string{"shout"},
			"shout", []string{"never completed"}},
		{"record a FIFO", func(t *testing.T, h *house) {
			name := filepath.Join(h.dir, "state/shout.json")
			if err := errors.Join(os.Remove(name), exec.Command("mkfifo", name).Run()); err != nil {
				t.Fatal(err)
			}
		}, []string{"shout"}, "shout", []string{"never completed"}},
		{"record a directory", func(t *testing.T, h *house) {
			name := filepath.Join(h.dir, "state/shout.json")
			if err := errors.Join(os.Remove(name), os.MkdirAll(filepath.Join(name, "full"), 0o755)); err != nil {
				t.Fatal(err)
			}
		}, []string{"shout"}, "shout", []string{"never completed"}},
		{"record of terabytes", func(t *testing.T, h *house) {
			if err := os.Truncate(filepath.Join(h.dir, "state/shout.json"), 1<<40); err != nil {
				t.Fatal(err)
			}
		}, []string{"shout"}, "shout", []string{"never completed"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := newHouse(t)
			if ran, err := h.Run(t.Context(), "shout"); len(ran) != 2 || err != nil {
				t.Fatalf("Run() = %v, %v, want 2 steps run", ran, err)
			}
			h.ran = nil
			test.change(t, h)
			first, changes, err := h.Why(t.Context(), "shout")
			var why []string
			for _, c := range changes {
				why = append(why, c.String())
			}
			if first != test.first || !slices.Equal(why, test.why) || err != nil {
				t.Errorf("Why() = %s, %q, %v, want %s, %q", first, why, err, test.first, test.why)
			}
			if _, err := h.Run(t.Context(), "shout"); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, h.ran); diff != "" {
				t.Errorf("steps that ran (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRunAfterFailure(t *testing.T) {
	h := newHouse(t)
	h.fail = errors.New("disk full")
	if _, err := h.Run(t.Context(), "shout"); !errors.Is(err, h.fail) {
		t.Fatalf("Run() = %v, want %v", err, h.fail)
	}
	h.fail, h.ran = nil, nil
	if _, err := h.Run(t.Context(), "shout"); err != nil || !slices.Equal(h.ran, []string{"shout"}) {
		t.Errorf("second Run() = %v, ran %q, want only shout to run", err, h.ran)
	}
}

// A step that fails after it had once succeeded must not look up to date when its inputs go back to what they were.
func TestFailureForgetsTheOldSuccess(t *testing.T) {
	h := newHouse(t)
	if _, err := h.Run(t.Context(), "shout"); err != nil {
		t.Fatal(err)
	}
	h.option, h.fail = "!", errors.New("interrupted")
	if _, err := h.Run(t.Context(), "shout"); !errors.Is(err, h.fail) {
		t.Fatalf("Run() = %v, want %v", err, h.fail)
	}
	h.option, h.fail, h.ran = "", nil, nil
	if _, err := h.Run(t.Context(), "shout"); err != nil || !slices.Equal(h.ran, []string{"shout"}) {
		t.Errorf("Run() = %v, ran %q, want shout to run again", err, h.ran)
	}
}

func TestRunUpTo(t *testing.T) {
	h := newHouse(t)
	if ran, err := h.Run(t.Context(), "double"); len(ran) != 1 || err != nil {
		t.Errorf("Run(double) = %v, %v, want 1", ran, err)
	}
	if _, err := h.Run(t.Context(), "dubble"); !errors.Is(err, ErrUnknown) {
		t.Errorf("Run(dubble) = %v, want %v", err, ErrUnknown)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Run(ctx, "shout"); !errors.Is(err, context.Canceled) {
		t.Errorf("Run(cancelled) = %v, want %v", err, context.Canceled)
	}
}

// A record that a user hands over may lack any of its parts.
func TestCompareWithNothing(t *testing.T) {
	some := map[string]string{"m4": "1.4"}
	if diff := cmp.Diff([]Change{{"tool", "m4", "", "1.4"}}, Compare("tool", nil, some)); diff != "" {
		t.Errorf("Compare(nil, some) (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Change{{"tool", "m4", "1.4", ""}}, Compare("tool", some, nil)); diff != "" {
		t.Errorf("Compare(some, nil) (-want +got):\n%s", diff)
	}
}

// TestKnow: what a step tells of its output is not looked at once more in that run, and in the next it is.
func TestKnow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	doubled, looked := h.Steps[0].Writes[0], 0
	double, look := h.Steps[0].Run, h.Digest
	h.Steps[0].Run = func(ctx context.Context, read map[string]string) error {
		err := double(ctx, read)
		sum, sumErr := look(doubled)
		h.Know(doubled, sum)
		return errors.Join(err, sumErr)
	}
	h.Digest = func(path string) (string, error) {
		if path == doubled {
			looked++
		}
		return look(path)
	}
	for i, want := range []int{0, 1} {
		if _, err := h.Run(t.Context(), "shout"); err != nil || looked != want {
			t.Errorf("after run %d: %v, and the output was looked at %d times, want %d", i+1, err, looked, want)
		}
	}
	if got := strings.Join(h.ran, " "); got != "double shout" {
		t.Errorf("the steps %s ran, want each once", got)
	}
}
