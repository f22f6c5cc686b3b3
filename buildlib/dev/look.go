package dev

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Look lets a browser look at the pages that the tests of package page have made: testdata/browser says for what. The browser and Node.js are for
// this alone; the packages of its driver, which package-lock.json pins, come below build.
func Look(ctx context.Context, c *checkout.Checkout, out, errOut io.Writer) error {
	found, missing := tools(ctx, c, "node", "npm", "chromium")
	if missing != "" {
		return &fault.Error{
			Code: "browser-missing", What: "this machine has no browser, or nothing that drives one, to look at pages with", Found: missing,
			Do: "install Node.js 18 or later with npm, and Chromium; on Debian: apt-get install nodejs npm chromium",
		}
	}
	work := c.Path("build", "browser")
	shots := filepath.Join(work, "shots")
	if err := os.MkdirAll(shots, 0o755); err != nil {
		return err
	}
	if err := npm(ctx, c, work, "browser", []string{"look.mjs"}, out, errOut); err != nil {
		return err
	}
	pages, err := filepath.Glob(c.Path("buildlib", "page", "testdata", "*.html"))
	if err != nil {
		return err
	}
	argv := append([]string{"node", "look.mjs", found["chromium"], shots}, pages...)
	if err := c.Machine.Run(ctx, host.Cmd{Argv: argv, Dir: work, Env: goEnv(c), Stdout: out, Stderr: errOut}); err != nil {
		return err
	}
	c.Log.WithField("directory", c.Shown(shots)).Info("screenshots are left to be looked at")
	return nil
}
