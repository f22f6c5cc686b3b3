//go:build e2e

package e2e_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestLibmilter links a filter with the library of option libmilter, built without option ipv6, and tells it of a client over IPv6, over
// IPv6. The filter is compiled as C of several years, by gcc and by clang. MAIL_TEST_RELEASE and MAIL_TEST_SOURCE are as for TestMail.
func TestLibmilter(t *testing.T) {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 here: %v", err)
	}
	address := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(filepath.Dir(buildWith(t, "libmilter").image()), "root/opt/sendmail")
	for _, compiler := range [][]string{
		{"cc", "-std=gnu99"},
		{"cc", "-std=c2x"}, // the name that compilers older than C23 know
		{"clang-19", "-std=gnu99"},
		{"clang-19", "-std=c23"},
	} {
		t.Run(compiler[0]+compiler[1], func(t *testing.T) {
			if _, err := exec.LookPath(compiler[0]); err != nil {
				t.Skipf("%v; \"mage test\" installs it", err)
			}
			filter := filepath.Join(t.TempDir(), "filter")
			argv := append(compiler[1:len(compiler):len(compiler)], "-Wall", "-Werror", "-I"+filepath.Join(root, "include"), "-o", filter, "testdata/milter.c",
				filepath.Join(root, "lib/libmilter.a"), "-lpthread")
			if out, err := exec.CommandContext(t.Context(), compiler[0], argv...).CombinedOutput(); err != nil {
				t.Fatalf("%s %q: %v\n%s", compiler[0], argv, err, out)
			}
			testFilter(t, filter, address)
		})
	}
}

// testFilter runs the filter of testdata/milter.c, and is its sendmail.
func testFilter(t *testing.T, filter string, address *net.TCPAddr) {
	cmd := exec.CommandContext(t.Context(), filter, fmt.Sprintf("inet6:%d@[%s]", address.Port, address.IP))
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()         //nolint:errcheck // it is killed
	defer cmd.Process.Kill() //nolint:errcheck // it may have ended
	says := bufio.NewReader(stdout)
	if line, err := says.ReadString('\n'); line != "listening\n" {
		t.Fatalf("the filter says %q, %v; want that it is listening", line, err)
	}
	conn, err := net.Dial("tcp", address.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	// As include/libmilter/mfdef.h has it: a version, no actions, the steps that may be left out; then the client's name, family, port, address.
	for _, exchange := range []struct{ packet, answer string }{
		{"O\x00\x00\x00\x06\x00\x00\x00\x00\x00\x1f\xff\xff", "O"},
		{"Cclient.example\x006\x30\x39IPv6:2001:db8::25\x00", "c"},
	} {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(exchange.packet)))
		if _, err := conn.Write(append(out, exchange.packet...)); err != nil {
			t.Fatal(err)
		}
		var size uint32
		if err := binary.Read(conn, binary.BigEndian, &size); err != nil {
			t.Fatalf("to %q: %v", exchange.packet[:1], err)
		}
		answer := make([]byte, size)
		if _, err := io.ReadFull(conn, answer); err != nil || string(answer[:1]) != exchange.answer {
			t.Fatalf("to %q: %q, %v; want %q", exchange.packet[:1], answer, err, exchange.answer)
		}
	}
	if line, err := says.ReadString('\n'); line != "client.example at 2001:db8::25\n" {
		t.Errorf("the filter says %q, %v; want the client's address", line, err)
	}
}
