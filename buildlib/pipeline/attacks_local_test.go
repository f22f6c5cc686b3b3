//go:build e2e

package pipeline_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// printLongAddress compiles daemon.c as the build did, but for a system whose socket addresses are longer than those of AIX and Linux,
// and with AddressSanitizer, and has its anynet_ntoa print one. No client can send such an address.
func printLongAddress(t *testing.T, v *victim, _ string) outcome {
	built := filepath.Dir(v.build.image())
	objects, err := filepath.Glob(filepath.Join(built, "objects", "obj.*"))
	if err != nil || len(objects) != 1 {
		t.Fatalf("objects %v, error %v, want one directory", objects, err)
	}
	source, program := filepath.Join(built, "source"), filepath.Join(t.TempDir(), "print")
	cc := exec.CommandContext(t.Context(), "cc", "-w", "-O1", "-g", "-fsanitize=address", "-include", "testdata/longaddress.h",
		"-I"+filepath.Join(objects[0], "sendmail"), "-I"+filepath.Join(source, "sendmail"), "-I"+filepath.Join(source, "include"),
		"testdata/longaddress.c", filepath.Join(source, "sendmail", "daemon.c"), filepath.Join(objects[0], "libsm", "libsm.a"),
		// The rest of the program is not there.
		"-ffunction-sections", "-fdata-sections", "-no-pie", "-Wl,--gc-sections,--unresolved-symbols=ignore-all,-z,lazy", "-o", program)
	if out, err := cc.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cc, err, out)
	}
	says, err := exec.CommandContext(t.Context(), program).CombinedOutput()
	if err == nil && bytes.HasPrefix(says, []byte("Family 99: 41:41:")) {
		return bounded
	}
	overflow := bytes.Contains(says, []byte("global-buffer-overflow")) && bytes.Contains(says, []byte("in anynet_ntoa"))
	if exit := new(exec.ExitError); errors.As(err, &exit) && overflow {
		return overflows
	}
	t.Fatalf("%v\n%s", err, says)
	return ""
}

// relay asks the configuration that is packaged whether a stranger may send mail to another stranger.
func relay(t *testing.T, v *victim, _ string) outcome {
	configuration := filepath.Join(filepath.Dir(v.build.image()), "root/etc/opt/sendmail/sendmail.cf.default")
	text, err := os.ReadFile(configuration)
	if err != nil {
		t.Fatal(err)
	}
	v.site.write(t, "packaged.cf", string(text))
	v.site.give(t, "packaged.cf")
	cmd := v.site.command(t.Context(), v.site.sendmail, "-bt", "-C", v.site.path("packaged.cf"),
		"-O", "ServiceSwitchFile="+v.site.path("switch"), "-O", "HostsFile="+v.site.path("hosts"))
	cmd.Env = append(cmd.Env, v.site.preload())
	cmd.Stdin = strings.NewReader(
		".D{client_name}stranger.test\n.D{client_resolve}OK\n.D{client_addr}192.0.2.1\ncheck_rcpt you@elsewhere.test\n")
	says, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, says)
	}
	for line := range strings.SplitSeq(string(says), "\n") {
		if returns, found := strings.CutPrefix(line, "check_rcpt       returns: "); found {
			if strings.HasPrefix(returns, "$# error ") && strings.Contains(returns, "Relaying denied") {
				return noRelay
			}
			return relays
		}
	}
	t.Fatalf("check_rcpt returned nothing:\n%s", says)
	return ""
}

// inherit delivers to a program that lists which files it has found open.
func inherit(t *testing.T, v *victim, _ string) outcome {
	v.site.write(t, "list.sh", "cat >/dev/null\nls -l /proc/self/fd >box/$1\n")
	v.site.give(t, "list.sh")
	d, to := v.daemon("LOCAL_RULE_0\nR$* < @ list.test $* > $*\t$#list $@ "+mailHost+" $: $1\n"+
		"MAILER_DEFINITIONS\nMlist, P=/bin/sh, F=lsDFMu, S=EnvFromL, R=EnvToL, T=DNS/RFC822/X-Unix, D="+v.site.dir+
		", A=sh "+v.site.path("list.sh")+" $u\n"), recipient(t)
	s := d.open(t)
	s.say(t, 250, "EHLO client.test")
	s.say(t, 250, "MAIL FROM:<someone@"+mailHost+">")
	s.say(t, 250, "RCPT TO:<"+to+"@list.test>")
	s.say(t, 354, "DATA")
	s.say(t, 250, "Subject: "+to+"\r\n\r\nHello.\r\n.")
	files := make(map[string]string)
	for line := range strings.SplitSeq(d.box(t, to), "\n") {
		if before, file, found := strings.Cut(line, " -> "); found {
			files[before[strings.LastIndex(before, " ")+1:]] = file
		}
	}
	t.Logf("open: %v", files)
	for _, number := range []string{"0", "1", "2"} {
		if files[number] == "" {
			t.Fatalf("the program had no file %s", number)
		}
		delete(files, number)
	}
	for _, file := range files {
		if !strings.HasPrefix(file, "/proc/") { // what is listed
			return inherits
		}
	}
	return inheritsNothing
}
