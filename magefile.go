//go:build mage

// Builds sendmail for AIX, with SMTP AUTH and STARTTLS, as an installp image. Start with "mage doctor".
package main

import (
	//mage:import
	"github.com/sendmail-aix/sendmail-aix/buildlib/targets"
)

//mage:multiline

// Default is what a bare mage runs. It must not take parameters.
var Default = targets.Package

// Aliases are other names of targets.
var Aliases = map[string]any{"clean": targets.Clean.Build, "emulate": targets.Emulate.Run}
