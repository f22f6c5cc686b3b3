// Package version says which version of sendmail-aix this is.
package version

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
)

// Number is the version by the rules of semantic versioning. Between two releases it is the next one with "-dev" behind it. It stands in
// build records, and on top of CHANGELOG.md once it is released.
const Number = "0.1.0-dev"

// Info is the version of the running program.
type Info struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // of the repository, when the go command put it into the program
	Modified bool   `json:"modified"`           // whether it was built of more than that
	Go       string `json:"go"`
}

// This returns what is known of the running program.
func This() *Info {
	v := &Info{Version: Number, Go: runtime.Version()}
	if build, ok := debug.ReadBuildInfo(); ok {
		for _, s := range build.Settings {
			switch s.Key {
			case "vcs.revision":
				v.Revision = s.Value
			case "vcs.modified":
				v.Modified = s.Value == "true"
			}
		}
	}
	return v
}

// WriteText writes the version in one line.
func (v *Info) WriteText(w io.Writer) error {
	line := "sendmail-aix " + v.Version + " " + v.Go
	if v.Revision != "" {
		line += " " + v.Revision
	}
	if v.Modified {
		line += " modified"
	}
	_, err := fmt.Fprintln(w, line)
	return err
}
