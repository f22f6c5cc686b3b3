package box

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// ErrPower ends an operation as a power cut does: nothing more happens on the disk, not even to clean up.
var ErrPower = errors.New("the power went off")

// Fate is what befalls a box. Whatever changes the disk, installp or a command of a script, passes a moment before it does so; at
// the one that is set, the power goes off, or the disk is full from then on. The zero Fate is a good day.
type Fate struct {
	Moments []string // that have passed, each in a few words
	Power   int      // the number of the moment at which the power goes off, from 1; 0 for never
	Full    int      // the number of the one from which on nothing can be written; 0 for never
	Umask   string   // of whoever calls installp; "" for 022
}

// Moment is passed before something is changed.
func (f *Fate) Moment(what string) error {
	f.Moments = append(f.Moments, what)
	if len(f.Moments) == f.Power {
		return fmt.Errorf("before %s: %w", what, ErrPower)
	}
	return nil
}

// isFull reports whether nothing can be written any more.
func (f *Fate) isFull() bool { return f.Full > 0 && len(f.Moments) >= f.Full }

// Room is asked before something is written.
func (f *Fate) Room(name string) error {
	if f.isFull() {
		return &os.PathError{Op: "write", Path: name, Err: syscall.ENOSPC}
	}
	return nil
}

// gateFile lets the commands of a script take part: before one changes something, it counts a moment there, and the power goes off
// at the one that the file names (rehearsal/standins).
const gateFile = "rehearsal/moments"

// InScript begins the name of each moment that is one of a script's commands.
const InScript = "a command of "

// openGate is called before a script runs.
func (b *Box) openGate() error {
	left := 0 // never
	if b.Fate.Power > len(b.Fate.Moments) {
		left = b.Fate.Power - len(b.Fate.Moments)
	}
	return b.root.WriteFile(gateFile, fmt.Appendf(nil, "%d 0\n", left), 0o644)
}

// closeGate counts the moments that the script had, and reports whether the power went off during one.
func (b *Box) closeGate(script string) error {
	if b.Fate.isFull() {
		return nil // nothing could be counted
	}
	text, err := regular.ReadIn(b.root, gateFile, maxRead)
	if err != nil {
		return err
	}
	_, count, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	passed, err := strconv.Atoi(count)
	if err != nil {
		return fmt.Errorf("reading %s: %w", gateFile, err)
	}
	for range passed {
		if err := b.Fate.Moment(InScript + script); err != nil {
			return err
		}
	}
	return nil
}
