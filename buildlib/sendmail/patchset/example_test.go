package patchset_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/patchset"
)

// A series is a directory with patches and their order. Each has a header, and says by git's names which contents it is made for. It is applied
// exactly or not at all.
func Example() {
	dir, err := os.MkdirTemp("", "series")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	for name, text := range map[string]string{
		"patches/series": "0001-greet-aix.patch\n",
		"patches/0001-greet-aix.patch": `Subject: greet AIX
Description: It is AIX that is greeted here.
Author: A. Maintainer <maintainer@example.org>
Origin: this project
Forwarded: not-needed
Applies-To: AIX

diff --git a/greeting b/greeting
index da323e9cb2ee79f84d3dc456e784127fb1de888c..6ba3bbf46a20f2c6cceaea5b73ee9dc818c1ee88 100644
--- a/greeting
+++ b/greeting
@@ -1,3 +1,3 @@
 to whom it may concern
-hello, world
+hello, AIX
 good bye
`,
		"source/greeting": "to whom it may concern\nhello, world\ngood bye\n",
		"other/greeting":  "an older letter\nto whom it may concern\nhello, world\ngood bye\n",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			panic(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			panic(err)
		}
	}
	s, err := patchset.Load(filepath.Join(dir, "patches"))
	if err != nil {
		panic(err)
	}
	fmt.Println(s.Patches[0].Header.Subject, "-", s.Patches[0].Kind())

	if err := s.Apply(context.Background(), filepath.Join(dir, "source"), time.Now()); err != nil {
		panic(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "source/greeting"))
	fmt.Print(string(text), err, "\n")

	err = s.Apply(context.Background(), filepath.Join(dir, "other"), time.Now())
	fmt.Println(fault.Code(err))
	// Output:
	// greet AIX - AIX
	// to whom it may concern
	// hello, AIX
	// good bye
	// <nil>
	// patch-offset
}
