package write_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

const (
	// workedExample is the digest of the image that the format description works out; a writer of another hand made it.
	workedExample = "2da0273a1650cf80b484564626d18a5270ebecd874dd798a4d8e006c3ea99e40"
)

func TestWorkedExample(t *testing.T) {
	t.Parallel()
	p := installptest.Example()
	image := installptest.Write(t, p)
	if len(image) != 7168 || installptest.Digest(image) != workedExample {
		t.Errorf("the image has %d bytes and the digest %s, want 7168 and %s:\n%s", len(image), installptest.Digest(image), workedExample, dump(t, image))
	}
	if got, want := p.FileName(), "mailtools.sendmail.8.15.2.0.I"; got != want {
		t.Errorf("FileName() = %s, want %s", got, want)
	}
}

// TestOrderOfInput shuffles filesets, files, links and accounts, and moves to other time zones.
func TestOrderOfInput(t *testing.T) {
	t.Parallel()
	for name, build := range map[string]func() *installp.Package{"example": installptest.Example, "family": installptest.Family} {
		want := installptest.Digest(installptest.Write(t, build()))
		random := rand.New(rand.NewPCG(1, 2))
		for range 20 {
			p := build()
			p.Time = p.Time.In(time.FixedZone("elsewhere", random.IntN(24*3600)-12*3600))
			installptest.Shuffle(random, p.Filesets)
			for i := range p.Filesets {
				installptest.Shuffle(random, p.Filesets[i].Files)
			}
			if got := installptest.Digest(installptest.Write(t, p)); got != want {
				t.Fatalf("%s: shuffled, the digest is %s, want %s", name, got, want)
			}
		}
	}
}

// Several links come in any order.
func TestOrderOfLinks(t *testing.T) {
	t.Parallel()
	links := []string{"/opt/mailtools/sbin/purgestat", "/opt/mailtools/sbin/hoststat", "/opt/mailtools/sbin/mailq"}
	var digests []string
	for i := range links {
		p := installptest.Example()
		p.Filesets[0].Files[2].Links = append(append([]string(nil), links[i:]...), links[:i]...)
		digests = append(digests, installptest.Digest(installptest.Write(t, p)))
	}
	if diff := cmp.Diff([]string{digests[0], digests[0], digests[0]}, digests); diff != "" {
		t.Errorf("digests differ:\n%s", diff)
	}
}
