//go:build mage

// Builds sendmail for AIX, with SMTP AUTH and STARTTLS, as an installp image. Start with "mage doctor".
package main

import (
	"context"

	"github.com/magefile/mage/mg"

	"github.com/sendmail-aix/sendmail-aix/buildlib/verbs"
)

//mage:multiline

// Default is what a bare mage runs. It must not take parameters.
var Default = Package

// Aliases are other names of targets.
var Aliases = map[string]any{"clean": Clean.Build, "emulate": Emulate.Run, "probe": Probe.Host, "test": Test.All}

// run does what a target of targets.go stands for. They are no package to import: mage would ask the go command for that at each start.
func run(ctx context.Context, name string, given ...any) error {
	return verbs.Mage(ctx, mg.Verbose(), name, given...)
}
