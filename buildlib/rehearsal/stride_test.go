//go:build !e2e

package rehearsal

// How many moments the quick tests go on from one that they disturb to the next.
const (
	stride        = 29
	productStride = 97
)
