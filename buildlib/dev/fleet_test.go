package dev

import (
	"io"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// What is missing is named before anything is begun.
func TestFleetMissing(t *testing.T) {
	t.Parallel()
	c := &checkout.Checkout{Machine: host.NewLocal([]string{"PATH=" + t.TempDir()})}
	if err := Fleet(t.Context(), c, io.Discard, io.Discard); fault.Code(err) != "fleet-missing" {
		t.Errorf("Fleet() = %v", err)
	}
}
