package plan

import (
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/packaging"
)

// Values are what filesets.toml and the scripts may name: the places, what was built, and what pre_i looks for.
func (p *Plan) Values() map[string]string {
	values := p.Places()
	values["level"], values["release"], values["made"] = p.Level.String(), p.Release.Version, ""
	if p.SDK {
		values["made"] = "Made on another system than AIX, with sendmail-aix's own headers for it.\n"
	}
	values["needs"] = strings.Join(p.Needs(), "\n")
	return values
}

// Places are the values that configurations and scripts under packaging name as @prefix@ and so on: where things are, and what the
// programs can do.
func (p *Plan) Places() map[string]string {
	layout := p.Site.Layout
	ostype := "linux"
	if p.Target.OS == target.AIX {
		ostype = "aix5"
	}
	return map[string]string{
		"prefix": layout.Prefix, "conf": layout.ConfDir, "state": layout.StateDir, "ostype": ostype,
		"options": strings.Join(p.Site.Options, " "), "map": p.Site.MapType(),
	}
}

// Needs are what the programs need of the system that they are installed on.
func (p *Plan) Needs() []string { return packaging.Needs(p.Target, p.Site.Fragments) }
