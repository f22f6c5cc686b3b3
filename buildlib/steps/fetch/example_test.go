package fetch_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
)

// A source may be a directory that somebody unpacked. It is taken when it is the release, to the byte, and else refused.
func Example() {
	dir, err := os.MkdirTemp("", "fetch")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	source := filepath.Join(dir, "sendmail-1.2.3")
	write := func(text string) {
		if err := os.MkdirAll(filepath.Join(source, "sendmail"), 0o755); err != nil {
			panic(err)
		}
		if err := os.WriteFile(filepath.Join(source, "sendmail/main.c"), []byte(text), 0o644); err != nil {
			panic(err)
		}
	}
	write("int main(void) { return 0; }\n")
	listing, err := tree.List(context.Background(), source)
	if err != nil {
		panic(err)
	}
	r := &release.Release{Version: "1.2.3", Date: time.Date(2015, 7, 3, 0, 0, 0, 0, time.UTC), Tree: listing.Hash(), Files: listing.String()}

	log := logrus.New()
	log.SetOutput(io.Discard)
	f := &fetch.Fetcher{Cache: &cache.Cache{Dir: filepath.Join(dir, "cache")}, Log: log}
	unpack := func(to string) error {
		s, err := f.Open(r, source)
		if err != nil {
			return err
		}
		return s.Unpack(context.Background(), filepath.Join(dir, to))
	}
	fmt.Println(unpack("pristine"))
	write("int main(void) { return 1; }\n")
	fmt.Println(fault.Code(unpack("changed")))
	// Output:
	// <nil>
	// source-mismatch
}
