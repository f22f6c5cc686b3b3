package rpm_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/rpm"
)

func TestRead(t *testing.T) {
	t.Parallel()
	built := time.Unix(1e9, 0).UTC()
	p, err := rpm.Read(bytes.NewReader(installptest.WgetRPM()))
	want := &rpm.Package{
		Name: "wget", Version: "1.9.1", Release: "1", Arch: "ppc", OS: "aix5.1", Summary: "Gets files", Built: built,
		Requires: []string{"/bin/sh", "libc.a(shr.o)", "gettext >= 0.10"}, Provides: []string{"wget"},
		Files: []rpm.File{
			{"/opt/freeware/bin/wget", 0o100755, "root", "system", 1000, built, ""},
			{"/usr/bin/wget", 0o120777, "root", "system", 24, built, "../../opt/freeware/bin/wget"},
		},
	}
	if diff := cmp.Diff(want, p); err != nil || diff != "" {
		t.Errorf("%v, -want +got:\n%s", err, diff)
	}
	// Newer ones keep directories apart.
	p, err = rpm.Read(bytes.NewReader(installptest.RPM(
		installptest.RPMTag{Tag: 1000, Texts: []string{"a"}}, installptest.RPMTag{Tag: 1001, Texts: []string{"1"}}, installptest.RPMTag{Tag: 1003, Numbers: []uint32{2}},
		installptest.RPMTag{Tag: 1117, Texts: []string{"b", "c"}}, installptest.RPMTag{Tag: 1116, Numbers: []uint32{0, 7}}, installptest.RPMTag{Tag: 1118, Texts: []string{"/opt/"}},
	)))
	if err != nil || *p.Epoch != 2 || len(p.Files) != 2 || p.Files[0].Name != "/opt/b" || p.Level() != "1-" {
		t.Errorf("Read = %+v, %v", p, err)
	}
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	whole := installptest.WgetRPM()
	large := slices.Clone(whole)
	large[96+8] = 0xff // entries of the signature header
	for name, data := range map[string][]byte{
		"nothing": nil, "text": bytes.Repeat([]byte("text "), 50), "cut in the lead": whole[:50], "cut in a header": whole[:200], "a huge header": large,
		"without a name": installptest.RPM(),
	} {
		if _, err := rpm.Read(bytes.NewReader(data)); !errors.Is(err, rpm.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("broken")
	if _, err := rpm.Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("Read = %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(installptest.WgetRPM())
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := rpm.Read(bytes.NewReader(data)); err == nil && p.Name == "" {
			t.Error("no name, and no error")
		}
	})
}
