package packaging_test

import (
	"fmt"

	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/packaging"
)

// What the package holds stands in packaging/filesets.toml and the files beside it. Their texts name places, which are filled in.
func Example() {
	plan, err := packaging.Load("../../../packaging")
	if err != nil {
		panic(err)
	}
	fmt.Println(plan.Package)

	text, err := packaging.Fill("example", "PATH=@prefix@/sbin:/usr/bin\n", map[string]string{"prefix": "/opt/sendmail"})
	fmt.Print(text, err, "\n")

	_, err = packaging.Fill("example", "@prefiks@\n", map[string]string{"prefix": "/opt/sendmail"})
	fmt.Println(err != nil)
	// Output:
	// sendmail
	// PATH=/opt/sendmail/sbin:/usr/bin
	// <nil>
	// true
}
