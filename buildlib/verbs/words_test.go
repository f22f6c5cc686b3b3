package verbs

import (
	"slices"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

func TestSplitWords(t *testing.T) {
	t.Parallel()
	if got, err := splitWords(`/bin/x 'a  b' -c`); err != nil || !slices.Equal(got, []string{"/bin/x", "a  b", "-c"}) {
		t.Errorf("splitWords() = %q, %v", got, err)
	}
	if _, err := splitWords("x $y"); fault.Code(err) != "emulate-command" || !strings.Contains(err.Error(), "$ is not quoted") {
		t.Errorf("splitWords(): error %v", err)
	}
}
