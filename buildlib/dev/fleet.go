package dev

import (
	"context"
	"io"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Fleet lets Ansible install the package on simulated machines, over ssh: the scripts fleet and fleet_relay. Ansible and sshd are for this alone.
func Fleet(ctx context.Context, c *checkout.Checkout, out, errOut io.Writer) error {
	if _, missing := tools(ctx, c, "ansible-playbook", "sshd", "ssh", "unshare", "mksh", "ksh93"); missing != "" {
		return &fault.Error{
			Code: "fleet-missing", What: "this machine cannot play a fleet of machines", Found: missing,
			Do: `install them; on Debian: apt-get install ansible-core openssh-server openssh-client mksh ksh93u+m (the server need not run)`,
		}
	}
	return c.Machine.Run(ctx, host.Cmd{
		Argv: []string{"go", "test", "-count=1", "-v", "-timeout", "20m", "-run", "^TestScripts$/^fleet", "./buildlib/e2e"}, Dir: c.Root, Env: goEnv(c), Stdout: out, Stderr: errOut,
	})
}

// tools finds the programs that one check alone needs; missing says which are not there, "" that all are.
func tools(ctx context.Context, c *checkout.Checkout, names ...string) (found map[string]string, missing string) {
	found = make(map[string]string)
	var absent []string
	for _, name := range names {
		file, err := host.LookPath(ctx, c.Machine, name)
		if err != nil {
			absent = append(absent, name)
		}
		found[name] = file
	}
	if absent != nil {
		missing = "missing: " + strings.Join(absent, ", ")
	}
	return found, missing
}
