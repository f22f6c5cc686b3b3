package step_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
)

// A step is done when something that it reads has changed, and not otherwise.
func Example() {
	dir, err := os.MkdirTemp("", "step")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	log := logrus.New()
	log.SetOutput(io.Discard)
	out := filepath.Join(dir, "greeting")
	build := func(whom string) {
		chain := step.Chain{
			State: filepath.Join(dir, "state"), Log: log,
			Digest: func(path string) (string, error) { text, err := os.ReadFile(path); return string(text), err },
			Steps: []step.Step{{
				Name: "greet", Reads: []step.Read{{Name: "whom", Value: whom}}, Writes: []string{out},
				Run: func(_ context.Context, read map[string]string) error {
					return os.WriteFile(out, []byte("hello, "+read["whom"]), 0o644)
				},
			}},
		}
		ran, err := chain.Run(context.Background(), "greet")
		if err != nil {
			panic(err)
		}
		fmt.Println(whom, len(ran))
	}
	build("world")
	build("world")
	build("AIX")
	// Output:
	// world 1
	// world 0
	// AIX 1
}
