package target

import (
	"strings"
	"testing"

	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// TestStandIns pins what the stand-ins of a simulated box print, as documents and dumps of real machines have it.
func TestStandIns(t *testing.T) {
	t.Parallel()
	m := box(t, "7.2-tl5")
	for _, test := range []struct{ command, want string }{
		{"uname", "AIX"},
		{"uname -a", "AIX aixbox 2 7 00C95D924C00"},
		{"uname -vr", "2 7"},
		{"uname -p", "powerpc"},
		{"oslevel", "7.2.0.0"},
		{"oslevel -r", "7200-05"},
		{"oslevel -s", "7200-05-03-2148"},
		{"lslpp -Lcq bos.rte", "bos:bos.rte:7.2.5.1: : :C: :Base Operating System Runtime: : : : : : :0:0:/:"},
		{"rpm -q cyrus-sasl", "cyrus-sasl-2.1.28-1"},
		{"rpm -q --qf %{VERSION}\\n cyrus-sasl", "2.1.28"},
		{"bootinfo -K", "64"},
		{"getconf KERNEL_BITMODE", "64"},
	} {
		got, err := m.Output(t.Context(), host.Cmd{Argv: strings.Fields(test.command)})
		if err != nil || got != test.want {
			t.Errorf("%s: %q, %v; want %q", test.command, got, err, test.want)
		}
	}
	for _, command := range []string{"lslpp -Lcq bos.nothing", "rpm -q nothing", "oslevel -x"} {
		if out, err := m.Output(t.Context(), host.Cmd{Argv: strings.Fields(command)}); err == nil {
			t.Errorf("%s: %q, want it to fail", command, out)
		}
	}
	all, err := m.Output(t.Context(), host.Cmd{Argv: []string{"lslpp", "-Lc", "bos.adt.*"}})
	if err != nil || strings.Count(all, "\n") != 3 || !strings.HasPrefix(all, "#Package Name:Fileset:Level") {
		t.Errorf("lslpp -Lc bos.adt.*: %v\n%s", err, all)
	}
}

// TestStandInCompiler compiles, archives and links a program with options that only AIX knows.
func TestStandInCompiler(t *testing.T) {
	t.Parallel()
	m := box(t, "7.2-tl5")
	if _, err := host.LookPath(t.Context(), m, "gcc"); err != nil {
		t.Skip("there is no gcc here (mage setup brings it)")
	}
	dir := t.TempDir()
	for _, argv := range [][]string{
		{"sh", "-c", "echo 'int answer(void) { return 0; }' >a.c; echo 'int answer(void); int main(void) { return answer(); }' >b.c"},
		{"xlc", "-q64", "-O2", "-qstrict", "-D_AIX5=50300", "-I/usr/include", "-c", "a.c", "b.c"},
		{"ar", "-X64", "crv", "liba.a", "a.o"},
		{"ranlib", "-X64", "liba.a"},
		{"xlc", "-q64", "-o", "b", "-blibpath:/usr/lib:/lib", "-L/usr/lib", "b.o", "liba.a"},
		{"strip", "-X64", "b"},
		{"installbsd", "-c", "-o", "root", "-g", "system", "-m", "555", "b", "c"},
		{"sh", "-c", "./c"},
	} {
		if err := m.Run(t.Context(), host.Cmd{Argv: argv, Dir: dir}); err != nil {
			t.Fatal(err)
		}
	}
}
