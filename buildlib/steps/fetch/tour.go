package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sirupsen/logrus"
)

// tour tries addresses in turn and remembers why each did not do.
type tour struct {
	f       *Fetcher
	ctx     context.Context
	what    file
	reasons []string
	dead    map[string]bool // hosts that do not answer at all: a second address there is not worth the wait
}

func (f *Fetcher) newTour(ctx context.Context, what file) *tour {
	return &tour{f: f, ctx: ctx, what: what, dead: make(map[string]bool)}
}

// find returns the part file from the first address that has the file, or "" when none has. An error is one that no other
// address can cure.
func (t *tour) find(addresses []string) (part, address string, err error) {
	for _, listed := range addresses {
		actual, err := t.f.expand(t.ctx, listed)
		if err != nil {
			if t.ctx.Err() != nil {
				return "", "", context.Cause(t.ctx)
			}
			t.reason(listed, err)
			continue
		}
		for _, address := range actual {
			part, err := t.try(address)
			if err == nil {
				return part, address, nil
			}
			if t.ctx.Err() != nil || t.f.isLocal(err) {
				return "", "", err
			}
			t.reason(address, err)
		}
	}
	return "", "", nil
}

func (t *tour) try(address string) (string, error) {
	host := hostOf(address)
	if t.dead[host] {
		return "", errors.New("not tried: this host did not answer before")
	}
	t.f.Log.WithField("file", Shown(address)).Debug("downloading")
	part, err := t.f.download(t.ctx, address, t.what)
	if silent(err) {
		t.dead[host] = true
	}
	return part, err
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// silent says whether an error means that nobody answers there, and not that the file is missing.
func silent(err error) bool {
	if _, ok := errors.AsType[stallError](err); ok {
		return true
	}
	operation, ok := errors.AsType[*net.OpError](err)
	return ok && operation.Op == "dial"
}

func (t *tour) reason(address string, err error) {
	text := hideAll(err.Error(), address)
	if errors.Is(err, io.ErrUnexpectedEOF) && !strings.Contains(text, "ends after") {
		text = "the connection broke off: " + text
	}
	// One line for each address.
	text = strings.Join(strings.Fields(text), " ")
	t.reasons = append(t.reasons, Shown(address)+": "+text)
	t.f.Log.WithFields(logrus.Fields{"file": Shown(address), "error": text}).Debug("address failed")
}

// expand turns an address of the form apt:<path> into one for each archive that this machine's own apt is configured with, and
// leaves others as they are.
func (f *Fetcher) expand(ctx context.Context, address string) ([]string, error) {
	path, isApt := strings.CutPrefix(address, "apt:")
	if !isApt {
		return []string{address}, nil
	}
	if _, err := host.LookPath(ctx, f.Machine, "apt-get"); err != nil {
		return nil, errors.New("no apt on this machine")
	}
	out, err := f.Machine.Output(ctx, host.Cmd{Argv: []string{"apt-get", "indextargets", "--format", "$(SITE)"}})
	if err != nil {
		return nil, errors.New("apt-get indextargets fails on this machine")
	}
	var found []string
	for _, site := range strings.Fields(out) {
		u, err := url.Parse(site)
		if err != nil {
			return nil, fmt.Errorf("apt's archive %s is not an address", Shown(site))
		}
		if u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "file" {
			continue // cdrom:, mirror+http: and the like are apt's own business
		}
		if full := u.JoinPath(path).String(); !slices.Contains(found, full) {
			found = append(found, full)
		}
	}
	if found == nil {
		return nil, errors.New("apt on this machine has no archive with an http, https or file address")
	}
	return found, nil
}
