package remote

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// overSSH opens one connection with the user's own ssh program, for all sessions to share. The user's configuration, agent and known_hosts
// decide about it; passwords and questions about keys are between the program and the terminal.
//
// The session that opens it only waits for the end of its input. So the connection is there for as long as we are, and no longer.
func overSSH(ctx context.Context, o Options) (line, func(), error) {
	if _, err := host.LookPath(ctx, o.Local, "ssh"); err != nil {
		return nil, nil, &fault.Error{Code: "host-ssh", What: "there is no ssh here", Where: o.at(""), Found: "no ssh in PATH",
			Do: "install an OpenSSH client (Debian: openssh-client)"}
	}
	// The path of a socket is short. That of a directory for temporary files may be long.
	dir, err := os.MkdirTemp("/tmp", "sendmail-aix-")
	if err != nil {
		return nil, nil, err
	}
	socket := filepath.Join(dir, "ssh")
	// Ctrl-C is for us, who end what runs there in order; the terminal sends it to all.
	run := func(ctx context.Context, in *os.File, out, errOut io.Writer, words ...string) error {
		argv := append([]string{"sh", "-c", `trap "" INT; exec ssh "$@"`, "ssh", "-T", "-S", socket, "-o", "ControlPersist=no"}, words...)
		return o.Local.Run(ctx, host.Cmd{Argv: argv, Env: o.Environ, Stdin: in, Stdout: out, Stderr: errOut})
	}
	holder, err := hold(ctx, func(ctx context.Context, in *os.File, out, errOut io.Writer, command string) error {
		return run(ctx, in, out, errOut, "-o", "ControlMaster=yes", o.Name, command)
	})
	hangUp := func() {
		holder.end()
		_ = os.RemoveAll(dir) // nothing of worth is there
	}
	if err != nil {
		hangUp()
		if ctx.Err() != nil {
			return nil, nil, context.Cause(ctx)
		}
		return nil, nil, explain(o, holder.said.String())
	}
	return func(ctx context.Context, command string, in *os.File, out, errOut io.Writer) error {
		return run(ctx, in, out, errOut, "-o", "ControlMaster=no", "-o", "BatchMode=yes", o.Name, command)
	}, hangUp, nil
}

// holder is the session that holds the connection.
type holder struct {
	in    *os.File
	ended chan struct{}
	kill  context.CancelFunc
	said  tail
}

// hold opens the connection and waits until it is there.
func hold(ctx context.Context, run func(ctx context.Context, in *os.File, out, errOut io.Writer, command string) error) (*holder, error) {
	in, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	life, kill := context.WithCancel(context.WithoutCancel(ctx))
	h := &holder{in: ours, ended: make(chan struct{}), kill: kill}
	mark := "sx" + rand.Text()
	out := newStream()
	go func() {
		_ = run(life, in, out, &h.said, "echo "+mark+"; exec cat >/dev/null") // why it failed it has said
		_ = in.Close()
		out.end()
		close(h.ended)
	}()
	defer context.AfterFunc(ctx, kill)()
	if _, err = out.until(mark, io.Discard); err != nil {
		kill()
		<-h.ended
	}
	return h, err
}

func (h *holder) end() {
	if h == nil {
		return
	}
	_ = h.in.Close() // of a pipe
	(&session{ended: h.ended, kill: h.kill}).wait()
}

var (
	noKexOffer     = regexp.MustCompile(`no matching key exchange method found\. Their offer: (\S+)`)
	noHostKeyOffer = regexp.MustCompile(`no matching host key type found\. Their offer: (\S+)`)
	keyChanged     = regexp.MustCompile(`REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed`)
	oldSignature   = regexp.MustCompile(`no mutual signature (algorithm|supported)`)
)

// explain makes of what ssh says why there is no connection.
func explain(o Options, said string) error {
	kex, key := noKexOffer.FindStringSubmatch(said), noHostKeyOffer.FindStringSubmatch(said)
	switch {
	case kex != nil || key != nil || oldSignature.MatchString(said):
		exchange := "diffie-hellman-group14-sha1"
		if kex != nil && !strings.Contains(kex[1], exchange) {
			exchange = kex[1]
		}
		kind := "ssh-rsa"
		if key != nil && !strings.Contains(key[1], kind) {
			kind = key[1]
		}
		return &fault.Error{Code: "host-old", What: "ssh here does not trust what the server there can do", Where: o.at(""), Found: said,
			Do: "add to ~/.ssh/config, for this machine alone:\nHost " + o.Name + "\n  KexAlgorithms +" + exchange + "\n  HostKeyAlgorithms +" + kind +
				"\n(a key of type RSA needs PubkeyAcceptedAlgorithms +ssh-rsa as well); better, install a newer openssh.base there"}
	case keyChanged.MatchString(said):
		return &fault.Error{Code: "host-key", What: "the machine that answers has another key than the one that ssh knows", Where: o.at(""), Found: said,
			Do: "find out whether it was installed anew; if so, remove the old key as ssh says, log in once with \"ssh " + o.Name + "\", and compare the new one"}
	}
	return &fault.Error{Code: "host-unreachable", What: "ssh does not reach the machine", Where: o.at(""), Found: said,
		Do: "try \"ssh " + o.Name + " true\" until it works: this project uses the same configuration"}
}

// errNoName is for names that ssh would take for something else.
var errNoName = errors.New("expected a name as ssh takes it, of letters, digits and . _ - @ : [ ] %, that begins with a letter, a digit or [")

var plainName = regexp.MustCompile(`^[A-Za-z0-9\[][A-Za-z0-9._@:\[\]%-]*$`)

// CheckName refuses what is no name of a machine: ssh takes a word that begins with a dash for an option.
func CheckName(name string) error {
	if name != "" && !plainName.MatchString(name) {
		return errNoName
	}
	return nil
}
