// Package host runs commands and looks at files on a build machine. It alone starts processes.
package host

import (
	"context"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// Code is the text of this room, to be told from other states of it: in which environment commands run decides what comes of them.
//
//go:embed *.go
var Code embed.FS

// Runner runs commands.
type Runner interface {
	// Run runs a command to its end. A command that fails is a [fault.Error] around an [*ExitError].
	Run(ctx context.Context, c Cmd) error
	// Output runs a command and returns what it wrote to standard output, without blank space at both ends.
	Output(ctx context.Context, c Cmd) (string, error)
	// Find looks for programs as the machine's shell would. A program that is not there has no file: "". The error is that of a machine
	// that does not answer.
	Find(ctx context.Context, names ...string) (files []string, err error)
	// Path is where programs are looked for, in the form of PATH.
	Path() string
}

// Machine is where a build happens: this machine, or another one.
//
// Each method but Path and There may go to another machine, which takes its time: so those for files take many of them at once.
type Machine interface {
	Runner
	// RunAll runs commands one after another, until one fails, as Run does.
	RunAll(ctx context.Context, commands ...Cmd) error
	// Expect says what will be asked, so that a machine elsewhere answers it all at once: the answers stand until the run ends, so nothing that the
	// run itself changes may be among it.
	Expect(ctx context.Context, q Questions) error
	// Stat and Read look at what a program on the machine finds under a name, such as headers and libraries: each name has a text or an
	// error.
	Stat(ctx context.Context, names ...string) []error
	Read(ctx context.Context, names ...string) ([]string, []error)

	// Sums are the SHA-256 of files. Recall gives what find found out of files before, as long as none of them was touched since; a
	// machine that cannot tell calls find.
	Sums(ctx context.Context, files ...string) ([]string, error)
	Recall(ctx context.Context, what string, files []string, find func() (string, error)) (string, error)

	// There is the machine's own name for one of our files or directories. All other methods, but for Send and Fetch, take the machine's
	// names.
	There(here string) string
	// Send makes what is There the same as our files and directories, and Fetch the other way round. What is the same already, or lies
	// on this machine, is left alone.
	Send(ctx context.Context, here ...string) error
	Fetch(ctx context.Context, here ...string) error
	// ReadDir names what is in a directory, sorted, and List describes the whole tree in one.
	ReadDir(ctx context.Context, dir string) ([]string, error)
	List(ctx context.Context, dir string) (tree.Listing, error)
	// Put writes files, and the directories that they need. A file is there whole or not at all.
	Put(ctx context.Context, files ...File) error
	// RemoveAll removes files, and directories with all that is in them. It is no error when they are not there.
	RemoveAll(ctx context.Context, names ...string) error
}

// Questions are what is asked of a machine by Output, Find, Stat, Read, ReadDir and Sums.
type Questions struct {
	Output                          []Cmd // of words and perhaps a text on standard input, and nothing else
	Find, Stat, Read, ReadDir, Sums []string
}

// File is a file to put on a machine, or a directory.
type File struct {
	Name string
	Mode fs.FileMode // permissions, whatever the umask is; with fs.ModeDir it is a directory
	Text string
}

// LookPath finds one program; the error satisfies errors.Is(err, fs.ErrNotExist) when it is not there.
func LookPath(ctx context.Context, m Runner, name string) (string, error) {
	files, err := m.Find(ctx, name)
	if err == nil && files[0] == "" {
		err = fmt.Errorf("%s: not in PATH: %w", name, fs.ErrNotExist)
	}
	if err != nil {
		return "", err
	}
	return files[0], nil
}

// Cmd is a command to run. Argv[0] is looked up in the machine's PATH unless it has a slash.
type Cmd struct {
	Argv   []string
	Dir    string
	Env    []string  // NAME=value pairs added to the built environment; the last of a name wins
	Stdin  io.Reader // nil is empty; with an *os.File the command may read a terminal, see [Local.Run]
	Stdout io.Writer // gets a copy of standard output; may be nil
	Stderr io.Writer // the same for standard error
	Log    string    // file on this side that all output is appended to; "" for none
}

// String shows the command as one would type it.
func (c Cmd) String() string {
	words := make([]string, len(c.Argv))
	for i, w := range c.Argv {
		words[i] = Quote(w)
	}
	return strings.Join(words, " ")
}

// ExitError says how a command ended that did not end well.
type ExitError struct {
	Command string
	Status  int // exit status, or -1 when a signal ended it
}

// Error tells the exit status alone: the fault around it names the command.
func (e *ExitError) Error() string {
	if e.Status < 0 {
		return "ended by a signal"
	}
	return fmt.Sprintf("exit status %d", e.Status)
}
