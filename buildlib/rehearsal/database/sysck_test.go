package database

import "testing"

// An account may be left open, or be a number.
func TestExists(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"root": true, "": true, "200": true, "4294967296": false, "wheel": false} {
		if got := exists(map[string]bool{"root": true}, name); got != want {
			t.Errorf("exists(%q) = %v", name, got)
		}
	}
}
