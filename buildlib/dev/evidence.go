package dev

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// Seen is what readers that are not ours have read of what lies beside an image.
type Seen struct {
	Image           string   `json:"image"`
	SHA256          string   `json:"sha256"`
	Upstream        string   `json:"upstream"` // its CPE
	Patches         []string `json:"patches"`
	Vulnerabilities []string `json:"vulnerabilities"`
	Programs        int      `json:"programs"`
	Products        []string `json:"products"` // of OpenVEX
	Builder         string   `json:"builder"`  // of the provenance
}

// WriteText says which library has read what.
func (s *Seen) WriteText(w io.Writer) error {
	_, err := fmt.Fprintf(w, `CycloneDX 1.6  valid, strictly (@cyclonedx/cyclonedx-library)
               upstream %s, %d patches, %d vulnerabilities, %d programs (@appthreat/cdx-proto)
OpenVEX        %d statements about %s (go-vex, packageurl-go)
provenance     by %s (in-toto/attestation)
%s  %s
`, s.Upstream, len(s.Patches), len(s.Vulnerabilities), s.Programs, len(s.Vulnerabilities), strings.Join(s.Products, ", "), s.Builder, s.SHA256, s.Image)
	return err
}

// Evidence makes an image, and has the libraries of others read what lies beside it: testdata/evidence says which. Node.js is for this alone; what npm
// brings, which package-lock.json pins, comes below build, and the Go libraries are those of a module of its own.
func Evidence(ctx context.Context, c *checkout.Checkout, out, errOut io.Writer) (*Seen, error) {
	version, err := c.Machine.Output(ctx, host.Cmd{Argv: []string{"node", "--version"}})
	major := 0
	if _, scan := fmt.Sscanf(version, "v%d.", &major); err != nil || scan != nil || major < 20 {
		return nil, &fault.Error{
			Code: "evidence-node", What: "this machine has no Node.js that reads what lies beside an image", Found: version,
			Do: "install Node.js 20 or later with npm; Debian 12's own is older. Without it, the tests check by Go alone",
		}
	}
	b, _, err := build.Obtainable(ctx, c)
	if err != nil {
		return nil, err
	}
	made, err := b.Attest(ctx, "")
	if err != nil {
		return nil, err
	}
	work := c.Path("build", "evidence")
	if err := npm(ctx, c, work, "evidence/node", []string{"read.mjs"}, out, errOut); err != nil {
		return nil, err
	}
	ask := func(dir string, answer any, argv ...string) error {
		text, err := c.Machine.Output(ctx, host.Cmd{Argv: argv, Dir: dir, Env: goEnv(c), Stderr: errOut})
		if err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), answer)
	}
	var sbom struct {
		Upstream []struct {
			CPE string `json:"cpe"`
		} `json:"upstream"`
		Patches []struct {
			Patch string `json:"patch"`
		} `json:"patches"`
		Vulnerabilities []string `json:"vulnerabilities"`
		Programs        int      `json:"programs"`
	}
	var said struct {
		Products   []string `json:"products"`
		Statements []string `json:"statements"`
		Subject    string   `json:"subject"`
		Builder    string   `json:"builder"`
	}
	if err := ask(work, &sbom, "node", "read.mjs", b.SBOM()); err != nil {
		return nil, err
	}
	if err := ask(c.Path("testdata", "evidence", "go"), &said, "go", "run", ".", b.VEX(), b.Provenance()); err != nil {
		return nil, err
	}
	s := &Seen{
		Image: made.Image, SHA256: made.SHA256, Patches: []string{}, Vulnerabilities: sbom.Vulnerabilities, Programs: sbom.Programs, Products: said.Products, Builder: said.Builder,
	}
	for _, u := range sbom.Upstream {
		s.Upstream = u.CPE
	}
	for _, p := range sbom.Patches {
		s.Patches = append(s.Patches, p.Patch)
	}
	var patches, advisories []string
	for _, p := range b.Series.Patches {
		patches = append(patches, "patches/"+b.Release.Version+"/"+p.Name)
	}
	for _, a := range b.Known {
		advisories = append(advisories, a.ID)
	}
	wrong := ""
	switch {
	case len(sbom.Upstream) != 1:
		wrong = fmt.Sprintf("%d upstreams, not one", len(sbom.Upstream))
	case !slices.Equal(s.Patches, patches):
		wrong = fmt.Sprintf("patches %q, not %q", s.Patches, patches)
	case !slices.Equal(sbom.Vulnerabilities, advisories):
		wrong = fmt.Sprintf("vulnerabilities %q, not %q", sbom.Vulnerabilities, advisories)
	case !slices.Equal(said.Statements, advisories):
		wrong = fmt.Sprintf("statements about %q, not %q", said.Statements, advisories)
	case said.Subject != filepath.Base(made.Image):
		wrong = fmt.Sprintf("the provenance of %q", said.Subject)
	}
	if wrong != "" {
		return s, &fault.Error{Code: "evidence-read", Finding: true, What: "others read something else of what lies beside the image than it says", Where: made.Image, Found: wrong, Do: "look at the room evidence"}
	}
	return s, nil
}

// npm puts a directory of testdata with files of Node.js's into work, and brings the packages that its lock pins, whose scripts are not run.
func npm(ctx context.Context, c *checkout.Checkout, work, from string, files []string, out, errOut io.Writer) error {
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	for _, name := range append([]string{".npmrc", "package.json", "package-lock.json"}, files...) {
		text, err := os.ReadFile(c.Path("testdata", filepath.FromSlash(from), name))
		if err != nil {
			return err
		}
		if err := tree.WriteFile(filepath.Join(work, name), text, 0o644); err != nil {
			return err
		}
	}
	return c.Machine.Run(ctx, host.Cmd{
		Argv: []string{"npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"}, Dir: work, Env: goEnv(c), Stdout: out, Stderr: errOut,
	})
}
