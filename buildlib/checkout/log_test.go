package checkout

import (
	"bytes"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/terminal"
)

// On a terminal an entry says first what it is about; what comes from elsewhere does not command it.
func TestLogForPeople(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	console := Console{Err: &out, Width: func() int { return 80 }}
	log, file := newLogger(t.TempDir(), "text", console, terminal.NewStatus(console.Err, console.Width))
	defer file.Close()
	log.WithFields(logrus.Fields{"step": "compile", "directory": "libsm", "elapsed": "2s"}).Info("compiled")
	log.WithField("step", "fetch").Warn("slow\x1b[2J")
	log.Error("broken")
	want := "libsm: compiled" + dim + "  elapsed 2s" + plain + dim + "  step compile" + plain + "\n" +
		yellow + "warning: " + plain + `fetch: slow\x1b[2J` + "\n" + red + "error: " + plain + "broken\n"
	if got := out.String(); got != want {
		t.Errorf("the terminal gets %q, want %q", got, want)
	}
}
