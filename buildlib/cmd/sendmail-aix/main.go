// Sendmail-aix builds sendmail for AIX, with SMTP AUTH and STARTTLS, as an installp image. It works in a checkout, without mage or Go.
package main

import (
	"os"

	"github.com/sendmail-aix/sendmail-aix/buildlib/verbs"
)

func main() { os.Exit(verbs.Main()) }
