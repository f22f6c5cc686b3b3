package evidence

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"

	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// The names by which parts of an SBOM point at each other.
const (
	refImage    = "image"
	refSendmail = "sendmail"
)

// SBOM is a CycloneDX 1.6 document: the image, sendmail as patched with its pedigree, the programs, what the machine must have, and the
// advisories with what is said to them.
func (f *Facts) SBOM() ([]byte, error) {
	bom := cdx.NewBOM()
	bom.SerialNumber = f.serial()
	image := cdx.Component{
		BOMRef: refImage, Type: cdx.ComponentTypeApplication, Name: f.Package, Version: f.Level, PackageURL: f.purl(),
		Description: "installp image " + f.Record.Image, Licenses: sendmailLicense(),
		Hashes:     &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: f.Record.SHA256}},
		Properties: &[]cdx.Property{property("image", f.Record.Image), property("target", f.Target)},
	}
	bom.Metadata = &cdx.Metadata{
		Timestamp:  f.Record.Time.UTC().Format(time.RFC3339),
		Lifecycles: &[]cdx.Lifecycle{{Phase: cdx.LifecyclePhaseBuild}},
		Tools: &cdx.ToolsChoice{Components: &[]cdx.Component{{
			Type: cdx.ComponentTypeApplication, Name: "sendmail-aix", Version: f.Record.Tools["sendmail-aix"],
			ExternalReferences: &[]cdx.ExternalReference{{Type: cdx.ERTypeWebsite, URL: Project}},
		}}},
		Component: &image,
	}
	components := []cdx.Component{f.sendmail()}
	required, refs := f.required()
	components = append(components, required...)
	bom.Components = &components
	bom.Dependencies = &[]cdx.Dependency{
		{Ref: refImage, Dependencies: ptr(append([]string{refSendmail}, refs...))},
		{Ref: refSendmail, Dependencies: ptr(refs)},
	}
	bom.Compositions = &[]cdx.Composition{
		// The record lists the other files, which are texts.
		{Aggregate: cdx.CompositionAggregateIncomplete, Assemblies: &[]cdx.BOMReference{refSendmail}},
		{Aggregate: cdx.CompositionAggregateIncomplete, Dependencies: &[]cdx.BOMReference{refImage}},
	}
	if vulnerabilities := f.vulnerabilities(); len(vulnerabilities) > 0 {
		bom.Vulnerabilities = &vulnerabilities
	}
	var b bytes.Buffer
	err := cdx.NewBOMEncoder(&b, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false).EncodeVersion(bom, cdx.SpecVersion1_6)
	return b.Bytes(), err
}

func ptr[T any](v T) *T { return &v }

func property(name, value string) cdx.Property {
	return cdx.Property{Name: "sendmail-aix:" + name, Value: value}
}

// sendmailLicense is the licence by the name that SPDX has for it.
func sendmailLicense() *cdx.Licenses {
	return &cdx.Licenses{{License: &cdx.License{ID: "Sendmail"}}}
}

// serial is made of the image's hash: a UUID of version 8, which is for such.
func (f *Facts) serial() string {
	u := sha256.Sum256([]byte("CycloneDX of " + f.Record.SHA256))
	u[6], u[8] = u[6]&0x0f|0x80, u[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}

// sendmail is sendmail as it is in the image: patched, in programs.
func (f *Facts) sendmail() cdx.Component {
	r := f.Release
	published := cdx.Component{
		Type: cdx.ComponentTypeApplication, Name: "sendmail", Version: r.Version, PackageURL: f.upstream(), CPE: f.cpe(), Licenses: sendmailLicense(),
		Properties: &[]cdx.Property{property("tree", r.Tree)},
	}
	var hashes []cdx.Hash
	if !r.IsBare() {
		hashes = append(hashes, cdx.Hash{Algorithm: cdx.HashAlgoSHA256, Value: r.SHA256})
		if r.SHA512 != "" {
			hashes = append(hashes, cdx.Hash{Algorithm: cdx.HashAlgoSHA512, Value: r.SHA512})
		}
		published.Hashes = &hashes
	}
	var addresses []cdx.ExternalReference
	for _, url := range r.URLs {
		e := cdx.ExternalReference{Type: cdx.ERTypeSourceDistribution, URL: url}
		if hashes != nil {
			e.Hashes = &hashes
		}
		addresses = append(addresses, e)
	}
	if addresses != nil {
		published.ExternalReferences = &addresses
	}
	var patches []cdx.Patch
	for _, p := range f.Series.Patches {
		patches = append(patches, f.patch(p))
	}
	c := cdx.Component{
		BOMRef: refSendmail, Type: cdx.ComponentTypeApplication, Name: "sendmail", Version: r.Version, Scope: cdx.ScopeRequired,
		Description: "sendmail " + r.Version + " with the patches below", Licenses: sendmailLicense(),
		PackageURL: f.upstream(), CPE: f.cpe(), ExternalReferences: published.ExternalReferences,
		Pedigree: &cdx.Pedigree{Ancestors: &[]cdx.Component{published}, Patches: &patches},
	}
	var programs []cdx.Component
	for _, path := range f.Programs {
		programs = append(programs, cdx.Component{
			BOMRef: "file:" + path, Type: cdx.ComponentTypeFile, Name: path,
			Hashes: &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: f.Record.Files[path]}},
		})
	}
	if programs != nil {
		c.Components = &programs
	}
	return c
}

// patch is a patch with what it resolves: the advisories that it names, or else what its subject says.
func (f *Facts) patch(p *patchset.Patch) cdx.Patch {
	var issues []cdx.Issue
	security := func(id string) {
		issues = append(issues, cdx.Issue{ID: id, Type: cdx.IssueTypeSecurity, Name: p.Header.Subject, Source: f.source(id)})
	}
	for _, id := range p.Header.CVE {
		security(id)
	}
	for _, id := range p.Header.Bug {
		if f.knows(id) {
			security(id)
		} else {
			issues = append(issues, cdx.Issue{ID: id, Type: cdx.IssueTypeDefect, Name: p.Header.Subject})
		}
	}
	name := strings.TrimSuffix(p.Name, ".patch")
	if len(issues) == 0 {
		issues = append(issues, cdx.Issue{ID: name, Type: cdx.IssueTypeDefect, Name: p.Header.Subject})
	}
	for i := range issues {
		issues[i].Description = p.Header.Description
	}
	return cdx.Patch{
		Type: cdx.PatchTypeUnofficial, // all are this project's own
		Diff: &cdx.Diff{URL: "patches/" + f.Release.Version + "/" + p.Name}, Resolves: &issues,
	}
}

func (f *Facts) knows(id string) bool {
	for i := range f.Known {
		if f.Known[i].ID == id {
			return true
		}
	}
	return false
}

// source is who gave an advisory its name.
func (f *Facts) source(id string) *cdx.Source {
	if strings.HasPrefix(id, "CVE-") {
		return &cdx.Source{Name: "CVE", URL: "https://www.cve.org/CVERecord?id=" + id}
	}
	return &cdx.Source{Name: "sendmail-aix", URL: Project}
}

// required are what the machine that the image is installed on must have: nothing of it is in the image.
func (f *Facts) required() (components []cdx.Component, refs []string) {
	refs = []string{}
	for _, need := range f.Needs {
		w := strings.Fields(need)
		if len(w) < 3 { // packaging.Needs writes no such line
			continue
		}
		c := cdx.Component{
			BOMRef: "required:" + w[1], Type: cdx.ComponentTypeLibrary, Name: w[1], Scope: cdx.ScopeRequired,
			Description: "required of the machine, not contained in the image",
		}
		properties := []cdx.Property{property("contained", "false"), property("as", w[0]), property("at-least", w[2])}
		if len(w) > 3 {
			properties = append(properties, property("directory", w[3]))
		}
		if len(w) > 4 {
			properties = append(properties, property("rpm", w[4]))
		}
		c.Properties = &properties
		components, refs = append(components, c), append(refs, c.BOMRef)
	}
	return components, refs
}

// justifications are CycloneDX's words for OpenVEX's.
var justifications = map[release.Justification]cdx.ImpactAnalysisJustification{
	release.ComponentAbsent: cdx.IAJCodeNotPresent,
	release.CodeAbsent:      cdx.IAJCodeNotPresent,
	release.CodeUnreached:   cdx.IAJCodeNotReachable,
	release.CodeBeyondReach: cdx.IAJProtectedByMitigatingControl,
	release.Mitigated:       cdx.IAJProtectedByMitigatingControl,
}

// vulnerabilities are all known advisories, each with what is said to it.
func (f *Facts) vulnerabilities() []cdx.Vulnerability {
	var list []cdx.Vulnerability
	for i := range f.Known {
		a := &f.Known[i]
		v := cdx.Vulnerability{
			BOMRef: "advisory:" + a.ID, ID: a.ID, Source: f.source(a.ID), Description: a.Title, Published: a.Published.Format(time.RFC3339),
			Affects: &[]cdx.Affects{{Ref: refSendmail}}, Analysis: &cdx.VulnerabilityAnalysis{State: cdx.IASInTriage},
		}
		if url := reference(a); url != "" {
			v.Advisories = &[]cdx.Advisory{{URL: url}}
		} else {
			v.Properties = &[]cdx.Property{property("reference", a.Reference)}
		}
		if answer := f.answer(a); answer != nil {
			v.Updated = answer.Reviewed.Format(time.RFC3339)
			v.Analysis = analysis(answer)
		}
		list = append(list, v)
	}
	return list
}

func analysis(a *release.Answer) *cdx.VulnerabilityAnalysis {
	v := &cdx.VulnerabilityAnalysis{Detail: a.Evidence, LastUpdated: a.Reviewed.Format(time.RFC3339)}
	switch a.Status {
	case release.Fixed:
		v.State = cdx.IASResolvedWithPedigree
		v.Detail = "fixed by " + a.Patch + ". " + a.Evidence
	case release.NotAffected:
		v.State, v.Justification = cdx.IASNotAffected, justifications[a.Justification]
	case release.Affected:
		v.State, v.Response = cdx.IASExploitable, &[]cdx.ImpactAnalysisResponse{cdx.IARWorkaroundAvailable}
		v.Detail = a.Reason + ". " + a.Evidence
	}
	return v
}
