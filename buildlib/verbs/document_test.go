package verbs

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/build"
	"github.com/sendmail-aix/sendmail-aix/buildlib/checkout"
	"github.com/sendmail-aix/sendmail-aix/buildlib/dev"
	"github.com/sendmail-aix/sendmail-aix/buildlib/doctor"
	"github.com/sendmail-aix/sendmail-aix/buildlib/dossier"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/step"
	"github.com/sendmail-aix/sendmail-aix/buildlib/journal"
	"github.com/sendmail-aix/sendmail-aix/buildlib/report"
	"github.com/sendmail-aix/sendmail-aix/buildlib/signing"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// TestDocuments is the documents of verbs that take a network, much time or a toolchain; the script output_json has those of others.
func TestDocuments(t *testing.T) {
	t.Parallel()
	for golden, test := range map[string]struct {
		verb  string
		value report.Value
		err   error
	}{
		"setup":       {"setup", &doctor.Plan{Packages: []string{"m4"}, ByHand: []string{"sasl: install it"}, Manager: "apt-get"}, nil},
		"cross_setup": {"cross:setup", &build.Made{Directories: []string{"/home/me/.cache/sendmail-aix/cross/binutils-1"}}, nil},
		"report": {"report", &dossier.Dossier{
			Page: "build/report.html", Release: "8.15.2", Target: "aix7.2-64",
			Verdicts: []dossier.Verdict{{Name: "build", State: dossier.Bad, Text: "the step compile failed"}, {Name: "proof", State: dossier.NotRun, Text: "nobody has"}},
			Failure:  &dossier.Failure{Step: "compile", Problems: []journal.Problem{{Code: "command-failed", What: "command failed: sh Build", Do: "read the log"}}},
			Imports:  []dossier.Library{{From: "libc.a(shr_64.o)", Programs: 1, Symbols: []dossier.Symbol{{Name: "abort", Evidence: []string{"go"}}}}},
		}, nil},
		"clean_host": {"clean:host", &checkout.HostCleaned{
			Host: "box61", Removed: []string{"/home/me/.sendmail-aix/0a0b"}, Left: []string{},
		}, nil},
		"emulate_run": {"emulate:run", nil, &fault.Error{Code: "command-failed", What: "command failed: makemap", Where: "in build/emulated"}},
		"provenance": {"provenance", &build.Provenance{
			Provenance: "build/8.15.2/aix7.2-64/sendmail.8.15.2.1.provenance.json", Image: "build/8.15.2/aix7.2-64/sendmail.8.15.2.1.I",
			SHA256: "0a", Builder: "https://example.com/builders/aix",
		}, nil},
		"test_evidence": {"test:evidence", &dev.Seen{
			Image: "build/8.15.2/aix7.2-64/sendmail.8.15.2.1.I", SHA256: "0a", Upstream: "cpe:2.3:a:sendmail:sendmail:8.15.2:*:*:*:*:*:*:*", Patches: []string{"patches/8.15.2/0001-a.patch"},
			Vulnerabilities: []string{"CVE-2023-51765"}, Programs: 10, Products: []string{"pkg:generic/sendmail@8.15.2"}, Builder: "https://example.com/builders/aix",
		}, nil},
		"record_diff": {"record:diff", &record.Difference{
			Before: "a.record.toml", After: "b.record.toml", Changes: []step.Change{{What: "sysroot", Name: "usr/include", Was: "0a", Now: "0b"}},
		}, &fault.Error{Code: "record-differs", Finding: true, What: "the records differ", Where: "b.record.toml"}},
		"sign": {"sign", &signing.Signed{
			Image: "sendmail.8.15.2.1.I", Sums: "sendmail.8.15.2.1.sums", Signature: "sendmail.8.15.2.1.sums.sig", Files: []string{"sendmail.8.15.2.1.I"},
		}, nil},
		"sign_aix": {"sign", &signing.SignedForAIX{
			Image: "signed/sendmail.8.15.2.1.I", SHA256: "0b", Before: "0a", Record: "signed/sendmail.8.15.2.1.record.toml", Key: "signed/sendmail-aix.pem", OnAIX: signing.KeyOnAIX,
		}, nil},
		"check_signature": {"check:signature", &signing.Checked{
			Image: "sendmail.8.15.2.1.I", Signature: "sendmail.8.15.2.1.sums.sig", Good: true, By: "build@example.com",
			Files: []signing.File{{Name: "sendmail.8.15.2.1.I", State: signing.Other}},
		}, &fault.Error{Code: "signature-files", Finding: true, What: "the files are not those that were signed", Where: "sendmail.8.15.2.1.I"}},
		"bench": {"bench", &dev.Measured{Release: "8.15.2", Jobs: 2, Compiler: "gcc 12.2.0", Rows: []dev.Row{
			{What: "once more", Them: "sh ./Build", Us: "mage build", Theirs: 5, Ours: 0.5, Unit: "s", Ratio: 10},
		}}, nil},
	} {
		t.Run(golden, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			if err := report.Write(&b, report.JSON, test.verb, test.value, test.err); err != nil {
				t.Fatal(err)
			}
			same(t, golden, b.String())
		})
	}
}

// same holds a document to a golden file.
func same(t *testing.T, golden, got string) {
	t.Helper()
	file := filepath.Join("testdata", golden+".json")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if diff := cmp.Diff(string(want), got); err != nil || diff != "" {
		t.Errorf("%s: %v, -want +got:\n%s", file, err, diff)
	}
}
