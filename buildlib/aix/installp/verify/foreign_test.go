package verify_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/diff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/verify"
)

// Several damages are told together, in the order of the image, and not without end.
func TestVerifyTogether(t *testing.T) {
	t.Parallel()
	c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
	c.Member(installptest.Program).Data = "x"
	installptest.Edit(installptest.UsrLib, "inventory", "owner = root", "owner : root")(c)
	installptest.LppName("*prereq bos.rte", "*prerek bos.rte")(c)
	var rules []string
	for _, f := range installptest.Findings(t, c.Image(t)) {
		if !f.Note {
			rules = append(rules, f.ID)
		}
	}
	if diff := cmp.Diff([]string{"5.2/read", "6.3/read", "6.3/size", "W25"}, rules); diff != "" {
		t.Errorf("rules of the errors, -want +got:\n%s", diff)
	}

	installptest.Edit(installptest.UsrLib, "al", "./opt/mailtools\n", strings.Repeat("x\n", 100000))(c)
	if n := len(errorsIn(t, c.Image(t))); n != verify.MaxFindings {
		t.Errorf("%d errors, want %d", n, verify.MaxFindings)
	}
	if _, err := installp.NewReader(bytes.NewReader(c.Image(t))); err == nil || len(err.Error()) > 50000 {
		t.Errorf("NewReader tells %d bytes", len(fmt.Sprint(err)))
	}
}

// The memory does not grow with the image.
func TestMemory(t *testing.T) {
	const size = 64 << 20
	p := installptest.Example()
	p.Filesets[0].Files[2].Size = size
	p.Filesets[0].Files[2].Open = func() (io.ReadCloser, error) { return io.NopCloser(io.LimitReader(zeros{}, size)), nil }
	image := installptest.Write(t, p)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	all := installptest.Findings(t, image)
	runtime.ReadMemStats(&after)
	if len(all) != 0 {
		t.Errorf("findings %v", all)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
		t.Errorf("verifying %d bytes allocates %d", len(image), n)
	}
}

// FuzzVerify puts any text into lpp_name and the control files. What Verify finds no error in, NewReader takes.
func FuzzVerify(f *testing.F) {
	c := installptest.TakeApart(f, installptest.Write(f, installptest.Example()))
	f.Add(c.Member("./lpp_name").Data, c.Libraries[installptest.UsrLib][0].Text, c.Libraries[installptest.UsrLib][2].Text, c.Libraries[installptest.RootLib][2].Text)
	f.Add("4 R S a {\n", "./x\n", "/x:\n", ">0 {")
	f.Fuzz(func(t *testing.T, lppName, applyList, inventory, other string) {
		c := installptest.TakeApart(t, installptest.Write(t, installptest.Example()))
		c.Member("./lpp_name").Data = lppName
		c.Libraries[installptest.UsrLib][0].Text, c.Libraries[installptest.UsrLib][2].Text, c.Libraries[installptest.RootLib][2].Text = applyList, inventory, other
		image := c.Image(t)
		for _, f := range installptest.Findings(t, image) {
			if !f.Note {
				return
			}
		}
		if _, err := installp.NewReader(bytes.NewReader(image)); err != nil {
			t.Errorf("NewReader = %v, but Verify finds no error", err)
		}
		if text, err := diff.Images(installptest.Section(image), installptest.Section(installptest.Write(t, installptest.Example()))); err != nil {
			t.Errorf("Diff = %q, %v", text, err)
		}
	})
}

// FuzzReader: any bytes.
func FuzzReader(f *testing.F) {
	f.Add(installptest.Write(f, installptest.Example()))
	f.Add(installptest.Write(f, installptest.WithProgram(f, installptest.LibraryPath("/usr/lib:/opt:"))))
	f.Fuzz(func(t *testing.T, image []byte) {
		installptest.Findings(t, image)
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
