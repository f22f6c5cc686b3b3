package evidence

import (
	"maps"
	"regexp"
	"slices"
	"time"
)

// The parts of an in-toto statement, version 1, with a predicate of SLSA provenance, version 1.
type (
	intoto struct {
		Type          string     `json:"_type"`
		Subject       []resource `json:"subject"`
		PredicateType string     `json:"predicateType"`
		Predicate     predicate  `json:"predicate"`
	}
	resource struct {
		Name        string            `json:"name,omitempty"`
		URI         string            `json:"uri,omitempty"`
		Digest      map[string]string `json:"digest,omitempty"`
		From        string            `json:"downloadLocation,omitempty"`
		Annotations map[string]string `json:"annotations,omitempty"`
	}
	predicate struct {
		Definition definition `json:"buildDefinition"`
		Run        run        `json:"runDetails"`
	}
	definition struct {
		Type         string            `json:"buildType"`
		External     map[string]string `json:"externalParameters"`
		Internal     map[string]any    `json:"internalParameters"`
		Dependencies []resource        `json:"resolvedDependencies"`
	}
	run struct {
		Builder    builder    `json:"builder"`
		Byproducts []resource `json:"byproducts"`
	}
	builder struct {
		ID      string            `json:"id"`
		Version map[string]string `json:"version"`
	}
)

// LocalBuilder is who builds where nobody is named: a machine for which nothing but a signature vouches.
const LocalBuilder = Project + "/builder/local"

var digestForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Provenance is a statement of how the image was made, by the builder that an address names. It says no more than the record does, in words that
// others read; beside are the files that lie with the image, by their names and hashes.
func (f *Facts) Provenance(id string, beside map[string]string) ([]byte, error) {
	r := f.Record
	source := resource{
		Name: "source tree", URI: f.upstream(), Digest: map[string]string{"sendmail-aix-tree": f.Release.Tree}, Annotations: map[string]string{},
	}
	if len(f.Release.URLs) > 0 {
		source.From = f.Release.URLs[0]
	}
	if !f.Release.IsBare() {
		source.Annotations["tarball_sha256"] = f.Release.SHA256
	}
	dependencies, described := []resource{source}, make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(r.Inputs)) {
		switch value := r.Inputs[name]; {
		case name == "source tree":
		case digestForm.MatchString(value):
			dependencies = append(dependencies, resource{Name: name, Digest: map[string]string{"sha256": value}})
		default:
			described[name] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Sysroot)) {
		dependencies = append(dependencies, resource{Name: "headers and libraries in " + name, Digest: map[string]string{"sha256": r.Sysroot[name]}})
	}
	var byproducts []resource
	for _, name := range slices.Sorted(maps.Keys(beside)) {
		byproducts = append(byproducts, resource{Name: name, Digest: map[string]string{"sha256": beside[name]}})
	}
	return encode(&intoto{
		Type: "https://in-toto.io/Statement/v1", PredicateType: "https://slsa.dev/provenance/v1",
		Subject: []resource{{Name: r.Image, Digest: map[string]string{"sha256": r.SHA256}}},
		Predicate: predicate{
			Definition: definition{
				Type: Project + "/package/v1", External: r.Settings, Dependencies: dependencies,
				Internal: map[string]any{"inputs": described, "tools": r.Tools, "machine": r.Machine, "time": r.Time.UTC().Format(time.RFC3339)},
			},
			Run: run{Builder: builder{ID: id, Version: map[string]string{"sendmail-aix": r.Tools["sendmail-aix"]}}, Byproducts: byproducts},
		},
	})
}
