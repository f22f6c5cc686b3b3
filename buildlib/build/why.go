package build

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
)

// Reasons are why a step would run.
type Reasons struct {
	Step    string        `json:"step"`
	First   string        `json:"first"`   // the first step that would run; after it the others are looked at again
	Changes []step.Change `json:"changes"` // what makes it run; none when all is up to date
}

// WriteText shows a line for each reason.
func (r *Reasons) WriteText(w io.Writer) error {
	switch {
	case len(r.Changes) == 0:
		fmt.Fprintf(w, "%s is up to date\n", r.Step)
	case r.First == r.Step:
		fmt.Fprintf(w, "%s would run:\n", r.Step)
	default:
		fmt.Fprintf(w, "%s depends on %s, which would run:\n", r.Step, r.First)
	}
	for _, change := range r.Changes {
		fmt.Fprintf(w, "  %s\n", change)
	}
	return nil
}

// Why finds what would make a step run.
func Why(ctx context.Context, c *checkout.Checkout, name string) (*Reasons, error) {
	b, err := Prepare(ctx, c)
	if err != nil {
		return nil, err
	}
	r := &Reasons{Step: name}
	if r.First, r.Changes, err = b.chain.Why(ctx, name); errors.Is(err, step.ErrUnknown) {
		return nil, &fault.Error{Code: "step-unknown", What: "there is no step " + name, Do: suggestStep(name, b.chain.Names())}
	} else if err != nil {
		return nil, err
	}
	return r, nil
}

func suggestStep(name string, names []string) string {
	if near := fault.Nearest(name, names); near != "" {
		return "did you mean " + near + "?"
	}
	return "the steps are " + strings.Join(names, ", ")
}
