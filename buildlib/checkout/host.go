package checkout

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/remote"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// connection is one to another machine, opened when it is needed, once a run.
type connection struct {
	lock    sync.Mutex
	machine *remote.Machine
}

func (c *connection) close(log logrus.FieldLogger) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.machine != nil {
		c.machine.Close()
		log.WithField("host", c.machine.Name()).WithField("trips", c.machine.Trips()).Debug("connection closed")
		c.machine = nil
	}
}

// Builder is the machine that builds: this one, or the one that the setting host names.
func (c *Checkout) Builder(ctx context.Context) (host.Machine, error) {
	if c.Settings.Host == "" {
		return c.Machine, nil
	}
	return c.Host(ctx)
}

// UseHost has another machine than the setting host names.
func (c *Checkout) UseHost(name string) error {
	if err := remote.CheckName(name); err != nil {
		return &fault.Error{Code: "usage", What: fmt.Sprintf("%q is no machine", name), Err: err, Do: "name it as in: ssh HOST"}
	}
	c.Settings.Host = name
	return nil
}

// Host is the machine that the setting host names.
func (c *Checkout) Host(ctx context.Context) (*remote.Machine, error) {
	c.host.lock.Lock()
	defer c.host.lock.Unlock()
	if c.host.machine != nil {
		return c.host.machine, nil
	}
	log := c.Log.WithField("host", c.Settings.Host)
	log.Debug("connecting")
	m, err := remote.Dial(ctx, remote.Options{
		Name: c.Settings.Host, Here: c.Root, ID: c.hostID(), Root: c.Settings.Sysroot, Local: c.Machine, Environ: c.Environ,
		Trace: func(cmd host.Cmd) {
			log.WithField("command", cmd.String()).WithField("directory", cmd.Dir).Debug("run")
		},
		First: target.Questions(c.request()),
	})
	if err != nil {
		return nil, err
	}
	log.WithField("directory", m.There(c.Root)).Info("connected")
	c.host.machine = m
	return m, nil
}

// hostID tells this checkout from those of other machines, users and directories that may use the same account.
func (c *Checkout) hostID() string {
	name, _ := os.Hostname() // then the directory tells alone
	sum := sha256.Sum256([]byte(fmt.Sprint(name, "\n", os.Getuid(), "\n", c.Root)))
	return hex.EncodeToString(sum[:8])
}

// detectHost describes the machine that the setting host names, which is what is built for.
func (c *Checkout) detectHost(ctx context.Context) (w Workshop, err error) {
	m, err := c.Host(ctx)
	if err != nil {
		return w, err
	}
	system, err := m.Output(ctx, host.Cmd{Argv: []string{"uname", "-s"}})
	if err != nil {
		return w, err
	}
	if system != "AIX" {
		return w, &fault.Error{Code: "host-system", What: c.Settings.Host + " is no AIX machine", Where: c.Settings.origin["host"], Found: "uname -s prints " + system,
			Do: "name one that is; for AIX programs made on this machine, leave host out"}
	}
	w.Machine = m
	if w.Target, err = target.Detect(ctx, m, c.request()); err != nil {
		return w, c.there(err)
	}
	for _, lack := range w.Target.Lacks {
		_ = c.there(lack.Fault)
	}
	if w.Target.Here {
		return w, nil
	}
	return w, &fault.Error{Code: "host-target", What: c.Settings.Host + " is another machine than " + w.Target.String(), Where: c.Settings.origin["target"],
		Do: "leave target out: it is what the machine is; or leave host out, and this machine compiles for it"}
}

// there says in faults of which machine they are.
func (c *Checkout) there(err error) error {
	switch e := err.(type) {
	case *fault.Error:
		e.Where = strings.TrimSuffix(c.Settings.Host+": "+e.Where, ": ")
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			_ = c.there(one)
		}
	}
	return err
}

// HostCleaned is what was removed on the machine that the setting host names.
type HostCleaned struct {
	Host    string   `json:"host"`
	Removed []string `json:"removed"` // there
	Left    []string `json:"left"`    // of other checkouts, or other users of the account
}

// WriteText says what was removed.
func (v *HostCleaned) WriteText(w io.Writer) error {
	var err error
	for _, dir := range v.Removed {
		_, failed := fmt.Fprintf(w, "removed %s:%s\n", v.Host, dir)
		err = errors.Join(err, failed)
	}
	if len(v.Left) > 0 {
		_, failed := fmt.Fprintf(w, "left what other checkouts have there: %q\n", v.Left)
		err = errors.Join(err, failed)
	}
	return err
}

// CleanHost removes what builds of this checkout have left on the machine that the setting host names.
func CleanHost(ctx context.Context, c *Checkout) (*HostCleaned, error) {
	if c.Settings.Host == "" {
		return nil, &fault.Error{Code: "host-none", What: "no machine is set to clean", Where: "setting host", Do: "set SENDMAIL_HOST to what ssh reaches; for this machine there is mage clean"}
	}
	unlock, err := c.LockAll(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	m, err := c.Host(ctx)
	if err != nil {
		return nil, err
	}
	v := &HostCleaned{Host: c.Settings.Host, Removed: []string{}, Left: []string{}}
	removed, left, err := m.Clean(ctx)
	if removed != "" {
		v.Removed = append(v.Removed, removed)
	}
	v.Left = append(v.Left, left...)
	return v, err
}
