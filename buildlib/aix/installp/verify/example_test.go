package verify_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
)

// A damaged image is told of with rule, place and offset.
func ExampleImage() {
	image, err := io.ReadAll(installptest.Small("Mail", "#!/usr/bin/ksh\nexit 0\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	image = bytes.Replace(image, []byte("*prereq"), []byte("*prerek"), 1)
	findings, err := verify.Image(io.NewSectionReader(bytes.NewReader(image), 0, int64(len(image))))
	for _, f := range findings {
		fmt.Println(f)
	}
	fmt.Println(err)
	// Output:
	// error 5.2: ./lpp_name, line 4 at offset 383: a requisite is not one that lpp_name can hold
	//     found: "*prerek bos.rte 6.1.0.0": the type "prerek" is none of prereq, coreq, ifreq, instreq
	//     do:    correct the requisites of the fileset
	// <nil>
}

// BenchmarkVerify checks the same 10 MB, checksums included.
func BenchmarkVerify(b *testing.B) {
	const files, size = 100, 100_000
	content := strings.Repeat("0123456789abcdefghi\n", size/20)
	p := installptest.Example()
	for i := range files {
		p.Filesets[0].Files = append(p.Filesets[0].Files, installptest.File(fmt.Sprintf("/opt/mailtools/sbin/f%03d", i), 0o555, "bin", "bin", content))
	}
	image := installptest.Write(b, p)
	b.SetBytes(int64(len(image)))
	for b.Loop() {
		if all := installptest.Findings(b, image); len(all) > 0 {
			b.Fatal(all)
		}
	}
}
