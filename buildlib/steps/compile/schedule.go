package compile

import (
	"cmp"
	"context"
	"fmt"
	"slices"
)

// schedule calls do for every directory once those it needs are done, at most limit at a time. Of those that are ready the one
// with the most work behind it goes first: that is the library everything waits for, then the largest program. Tell gets how many are done, and
// the name of one that runs.
func schedule(ctx context.Context, directories []Directory, limit int, do func(context.Context, Directory) error, tell func(done int, name string)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	waiting := slices.Clone(directories)
	urgency := urgencies(directories)
	slices.SortStableFunc(waiting, func(a, b Directory) int { return cmp.Compare(urgency[b.Name], urgency[a.Name]) })
	done := make(map[string]bool)
	type result struct {
		name string
		err  error
	}
	results := make(chan result)
	var running []string
	var failure error
	for {
		for failure == nil && len(running) < max(1, limit) {
			i := slices.IndexFunc(waiting, func(d Directory) bool {
				return !slices.ContainsFunc(d.Needs, func(need string) bool { return !done[need] })
			})
			if i < 0 {
				break
			}
			d := waiting[i]
			waiting = slices.Delete(waiting, i, i+1)
			running = append(running, d.Name)
			go func() { results <- result{d.Name, do(ctx, d)} }()
		}
		if len(running) == 0 {
			if failure == nil && len(waiting) > 0 {
				return fmt.Errorf("directories wait for each other: %v", waiting)
			}
			return failure
		}
		tell(len(done), running[len(running)-1])
		r := <-results
		running = slices.DeleteFunc(running, func(name string) bool { return name == r.name })
		done[r.name] = r.err == nil
		if r.err != nil && failure == nil {
			failure = r.err
			cancel(failure) // the others' work is of no use now; what they have finished is kept
		}
	}
}

// urgencies is, for each directory, its own weight and that of the longest chain of directories that wait for it.
func urgencies(directories []Directory) map[string]int64 {
	urgency, waits := make(map[string]int64, len(directories)), make(map[string][]string)
	for _, d := range directories {
		for _, need := range d.Needs {
			waits[need] = append(waits[need], d.Name)
		}
	}
	for range directories { // a chain has no more links than there are directories, even in a tree that waits in a circle
		same := true
		for _, d := range directories {
			behind := int64(0)
			for _, other := range waits[d.Name] {
				behind = max(behind, urgency[other])
			}
			now := min(d.Weight+behind, 1<<40)
			same, urgency[d.Name] = same && now == urgency[d.Name], now
		}
		if same {
			break
		}
	}
	return urgency
}
