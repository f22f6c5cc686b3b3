package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Plan is how to bring what a report says is missing. A plan for a healthy machine is empty.
type Plan struct {
	Packages []string `json:"packages"` // for the machine's package manager, sorted
	Filesets []string `json:"filesets"` // for installp, sorted; they come from media that we do not know, so they are told and never installed
	ByHand   []string `json:"by_hand"`  // cures that no package manager has, a line each
	Manager  string   `json:"manager"`  // program that installs Packages: "apt-get", "dnf", or "" when there is none that we know
}

// IsEmpty reports whether there is nothing to do.
func (p *Plan) IsEmpty() bool { return len(p.Packages)+len(p.Filesets)+len(p.ByHand) == 0 }

// managers that we know the package names for, in order of preference.
var managers = []string{"apt-get", "dnf"}

// Plan makes the plan that cures the report's lacks.
func (r *Report) Plan() *Plan {
	p := &Plan{Manager: r.manager}
	for _, f := range r.Findings {
		if f.Status != Missing {
			continue
		}
		packages, filesets := f.Packages.On(r.OnAIX, p.Manager == "dnf") // Debian's names for a manager that we do not know: most follow them
		if packages+filesets == "" {
			p.ByHand = append(p.ByHand, f.Name+": "+f.Cure)
		}
		p.Packages = append(p.Packages, strings.Fields(packages)...)
		p.Filesets = append(p.Filesets, strings.Fields(filesets)...)
	}
	for _, list := range []*[]string{&p.Packages, &p.Filesets, &p.ByHand} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return p
}

// Commands are the commands that install the packages.
func (p *Plan) Commands() []host.Cmd {
	if len(p.Packages) == 0 || p.Manager == "" {
		return nil
	}
	if p.Manager == "dnf" {
		return []host.Cmd{{Argv: append([]string{"dnf", "install", "-y"}, p.Packages...), Env: proxies()}}
	}
	return []host.Cmd{{Argv: append([]string{"apt-get", "install", "-y", "--no-install-recommends"}, p.Packages...),
		Env: append(proxies(), "DEBIAN_FRONTEND=noninteractive")}}
}

// proxies is what a package manager needs of the environment to get out. The commands of a build see nothing of it.
func proxies() []string {
	var env []string
	for _, name := range []string{"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// WriteText shows that nothing is missing. What Run did about what was, it has shown.
func (p *Plan) WriteText(w io.Writer) error {
	if !p.IsEmpty() {
		return nil
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// String is the plan in lines that a user can type or read.
func (p *Plan) String() string {
	if p.IsEmpty() {
		return "nothing to install: everything needed is here\n"
	}
	var b strings.Builder
	for _, c := range p.Commands() {
		fmt.Fprintln(&b, c)
	}
	if p.Manager == "" && len(p.Packages) > 0 {
		fmt.Fprintln(&b, "install these packages:", strings.Join(p.Packages, " "))
	}
	if len(p.Filesets) > 0 {
		fmt.Fprintln(&b, "installp -acXYgd DIRECTORY", strings.Join(p.Filesets, " "))
	}
	for _, line := range p.ByHand {
		fmt.Fprintln(&b, line)
	}
	return b.String()
}

// Run installs what the plan's package manager can bring and says so on w. An empty plan does nothing. Without root rights,
// or when something is left that no package manager brings, the error is a fault with the exact commands; the packages that can
// be installed are installed before that.
func (p *Plan) Run(ctx context.Context, m host.Runner, w io.Writer) error {
	for _, c := range p.Commands() {
		id, err := m.Output(ctx, host.Cmd{Argv: []string{"id", "-u"}})
		if err != nil {
			return fmt.Errorf("asking who runs this: %w", err)
		}
		if id != "0" {
			return p.withoutRoot()
		}
		if _, err := fmt.Fprintf(w, "installing %s\n$ %s\n", strings.Join(p.Packages, " "), c); err != nil {
			return err
		}
		if err := p.install(ctx, m, c, w); err != nil {
			return err
		}
	}
	return p.leftOver()
}

// oldLists is what apt-get says when it does not know a package, or when an address in its lists is gone.
var oldLists = regexp.MustCompile(`Unable to locate package|has no installation candidate|\b404 +Not Found`)

// install runs one command, with what it prints on w. When the failure is one that newer package lists cure, it gets them and tries again
// once. Any other failure, such as a full disk or the lock of another apt-get, is the user's to cure.
func (p *Plan) install(ctx context.Context, m host.Runner, c host.Cmd, w io.Writer) error {
	c.Stdout, c.Stderr = w, w
	err := m.Run(ctx, c)
	if err == nil || p.Manager != "apt-get" || ctx.Err() != nil {
		return err
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || !oldLists.MatchString(f.Found) {
		return err
	}
	update := host.Cmd{Argv: []string{"apt-get", "update"}, Env: c.Env, Stdout: w, Stderr: w}
	if _, err := fmt.Fprintf(w, "package lists are missing or old\n$ %s\n", update); err != nil {
		return err
	}
	if err := m.Run(ctx, update); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "$ %s\n", c); err != nil {
		return err
	}
	return m.Run(ctx, c)
}

func (p *Plan) withoutRoot() error {
	var lines []string
	for _, c := range p.Commands() {
		lines = append(lines, "sudo "+c.String())
	}
	do := strings.Join(lines, "\n")
	if p.Manager == "apt-get" {
		do = "sudo apt-get update && " + do
	}
	return &fault.Error{Code: "setup-root", What: "installing packages takes root rights", Found: "missing: " + strings.Join(p.Packages, " "),
		Do: "run as root, or:\n" + do}
}

// leftOver is the fault for what the plan could not bring by itself, or nil.
func (p *Plan) leftOver() error {
	rest := &Plan{Filesets: p.Filesets, ByHand: p.ByHand}
	if p.Manager == "" {
		rest.Packages = p.Packages
	}
	if rest.IsEmpty() {
		return nil
	}
	return &fault.Error{Code: "setup-by-hand", What: "some things must be installed by hand", Do: rest.String()}
}
