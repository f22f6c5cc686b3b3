//go:build e2e

package rehearsal

// Tests of the whole way disturb one in seven moments in the life of a small package, and one in nineteen in the life of ours. With 1 and 1,
// as they were run when scripts or the order of steps changed, they take half an hour.
const (
	stride        = 7
	productStride = 19
)
