// Command evidence reads an OpenVEX document and an in-toto statement by the libraries of those who specify them, and says what these have read as
// JSON. It is a module of its own, for mage test:evidence: nothing of it is part of the product.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	provenance "github.com/in-toto/attestation/go/predicates/provenance/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"github.com/openvex/go-vex/pkg/vex"
	"github.com/package-url/packageurl-go"
	"google.golang.org/protobuf/encoding/protojson"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: evidence OPENVEX PROVENANCE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(vexFile, provenanceFile string) error {
	doc, err := vex.Open(vexFile)
	if err != nil {
		return err
	}
	var said struct {
		Products   []string `json:"products"`
		Statements []string `json:"statements"`
		Subject    string   `json:"subject"`
		Builder    string   `json:"builder"`
		Inputs     int      `json:"inputs"`
	}
	seen := make(map[string]bool)
	for i := range doc.Statements {
		s := &doc.Statements[i]
		if err := s.Validate(); err != nil {
			return fmt.Errorf("%s: %w", s.Vulnerability.Name, err)
		}
		said.Statements = append(said.Statements, string(s.Vulnerability.Name))
		for _, p := range s.Products {
			ids := []string{p.ID}
			for _, sub := range p.Subcomponents {
				ids = append(ids, sub.ID)
			}
			for _, id := range ids {
				purl, err := packageurl.FromString(id)
				if err != nil || purl.ToString() != id {
					return fmt.Errorf("%s is not a purl in its canonical form, %s: %v", id, purl.ToString(), err)
				}
				if !seen[id] {
					said.Products = append(said.Products, id)
				}
				seen[id] = true
			}
		}
	}
	text, err := os.ReadFile(provenanceFile)
	if err != nil {
		return err
	}
	var statement intoto.Statement
	if err := protojson.Unmarshal(text, &statement); err != nil {
		return err
	}
	if err := statement.Validate(); err != nil {
		return err
	}
	predicate, err := protojson.Marshal(statement.GetPredicate())
	if err != nil {
		return err
	}
	var p provenance.Provenance
	if err := protojson.Unmarshal(predicate, &p); err != nil {
		return err
	}
	if err := p.Validate(); err != nil {
		return err
	}
	said.Subject = statement.GetSubject()[0].GetName()
	said.Builder = p.GetRunDetails().GetBuilder().GetId()
	said.Inputs = len(p.GetBuildDefinition().GetResolvedDependencies())
	return json.NewEncoder(os.Stdout).Encode(said)
}
