package build

import (
	"fmt"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/siteconfig"
)

// Newer is what the newest release here would change.
type Newer struct {
	Release string   `json:"release"`
	Patched int      `json:"patched"` // faults of security of the release that is set, of which a patch rids it
	Cured   int      `json:"cured"`   // those of them that the newest release as published does not have
	Options []string `json:"options"` // that the release that is set does not know
}

func (n *Newer) String() string {
	text := fmt.Sprintf("%s: upstream itself has cured %d of the %d faults that patches cure here", n.Release, n.Cured, n.Patched)
	if len(n.Options) > 0 {
		text += "; options " + strings.Join(n.Options, ", ")
	}
	return text
}

// newer compares the release that is set with the newest one, and gives nil when it is that. It is an account and no check: where
// something cannot be read, whoever needs it says so.
func newer(c *checkout.Checkout) *Newer {
	all, err := release.List(c.Path("patches"))
	if err != nil || len(all) == 0 {
		return nil
	}
	set, err := release.Load(c.Path("patches"), c.Settings.Release)
	newest := all[len(all)-1]
	if err != nil || release.Compare(set.Version, newest.Version) >= 0 {
		return nil
	}
	n := &Newer{Release: newest.Version}
	known, _ := release.Advisories(c.Path("patches"))
	has := make(map[string]release.Status)
	theirs, _ := newest.Answers(known, time.Now())
	for _, a := range theirs {
		has[a.ID] = a.Status
	}
	ours, _ := set.Answers(known, time.Now())
	for _, a := range ours {
		if a.Status == release.Fixed {
			n.Patched++
			if has[a.ID] == release.NotAffected {
				n.Cured++
			}
		}
	}
	options, err := siteconfig.Load(c.Path("site.config.m4.d"))
	if err != nil {
		return n
	}
	for _, o := range options.List().Options {
		if o.From != "" && release.Compare(o.From, set.Version) > 0 && release.Compare(o.From, newest.Version) <= 0 {
			n.Options = append(n.Options, o.Option)
		}
	}
	return n
}
