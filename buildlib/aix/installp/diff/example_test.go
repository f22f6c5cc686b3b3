package diff_test

import (
	"fmt"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/diff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

// What a person would name; nothing for two images that are the same.
func ExampleImages() {
	all, err := diff.Images(installptest.Small("Mail", "#!/usr/bin/ksh\nexit 0\n"), installptest.Small("Sendmail", "#!/usr/bin/ksh\numask 022\nexit 0\n"))
	fmt.Print(all.String(), err)
	// Output:
	// fileset mailtools.sendmail.rte
	//   title Mail -> Sendmail
	//   --- a/usr post_i
	//   +++ b/usr post_i
	//   @@ -1,2 +1,3 @@
	//    #!/usr/bin/ksh
	//   +umask 022
	//    exit 0
	// <nil>
}
