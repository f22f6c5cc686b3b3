//go:build e2e

package rehearsal

// Tests of the whole way disturb every moment in the life of a small package, and a third of those in the life of ours.
const (
	stride        = 1
	productStride = 3
)
