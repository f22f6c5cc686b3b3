package signing

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/signature"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// run runs a command in a directory.
func run(t *testing.T, dir string, argv ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%v; \"mage test\" installs it", err)
		}
	}
}

func must(t *testing.T, dir string, argv ...string) string {
	t.Helper()
	out, err := run(t, dir, argv...)
	if err != nil {
		t.Fatalf("%q: %v\n%s", argv, err, out)
	}
	return out
}

func put(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// image makes an image with its kin, and returns its path.
func image(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "demo.1.0.0.0.I")
	var b bytes.Buffer
	w := bff.NewWriter(&b, time.Unix(1e9, 0))
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, file, b.Bytes())
	sum, err := regular.Sum(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	r := record.Record{
		Image: "demo.1.0.0.0.I", SHA256: sum, Time: time.Unix(1e9, 0).UTC(), Settings: map[string]string{"a": "b"}, Inputs: map[string]string{"a": "b"},
		Files: map[string]string{"/a": "b"},
	}
	text, err := r.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	put(t, base(file)+".record.toml", text)
	for _, end := range []string{".I.sha256", ".cdx.json", ".openvex.json", ".provenance.json"} {
		put(t, base(file)+end, []byte("text of "+end+"\n"))
	}
	return file
}

// signer makes a key, and a list in which its owner is build@example.com.
func signer(t *testing.T) (key, signers string) {
	t.Helper()
	need(t, "ssh-keygen")
	dir := t.TempDir()
	must(t, dir, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key")
	public, err := os.ReadFile(filepath.Join(dir, "key.pub"))
	if err != nil {
		t.Fatal(err)
	}
	signers = filepath.Join(dir, "signers")
	put(t, signers, []byte(`build@example.com namespaces="sendmail-aix" `+string(public)))
	return filepath.Join(dir, "key"), signers
}

func local() *host.Local { return host.NewLocal(os.Environ()) }

// TestSign: what was signed passes; one byte that is another, in any file, a file that is missing and one that came do not.
func TestSign(t *testing.T) {
	t.Parallel()
	key, signers := signer(t)
	_, others := signer(t)
	file := image(t)
	signed, err := Sign(t.Context(), local(), file, key)
	if err != nil {
		t.Fatal(err)
	}
	if want := 6; len(signed.Files) != want {
		t.Errorf("%q are signed, want %d files", signed.Files, want)
	}
	c, err := Check(t.Context(), local(), file, signers, "")
	if err != nil || !c.Good || c.By != "build@example.com" || len(c.Files) != 6 {
		t.Fatalf("Check() = %+v, %v", c, err)
	}
	if c, err := Check(t.Context(), local(), file, signers, "build@example.com"); err != nil || !c.Good {
		t.Errorf("by name: Check() = %+v, %v", c, err)
	}
	if c, err := Check(t.Context(), local(), file, signers, "else@example.com"); fault.Code(err) != "signature-bad" || c.Good {
		t.Errorf("by another name: Check() = %+v, %v", c, err)
	}
	if c, err := Check(t.Context(), local(), file, others, ""); fault.Code(err) != "signature-bad" || c.Good {
		t.Errorf("by another key: Check() = %+v, %v", c, err)
	}
	all, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*"))
	if err != nil || len(all) != 8 {
		t.Fatalf("%q, %v, want the image, five beside it, the list and its signature", all, err)
	}
	for _, name := range all {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int{0, len(text) / 2, len(text) - 1} {
			if strings.HasSuffix(name, ".sig") && at == len(text)-1 {
				continue // the line feed behind the signature, which is no part of it
			}
			other := slices.Clone(text)
			other[at] ^= 1
			put(t, name, other)
			if _, err := Check(t.Context(), local(), file, signers, ""); !slices.Contains([]string{"signature-bad", "signature-files"}, fault.Code(err)) {
				t.Errorf("%s, byte %d: %v", filepath.Base(name), at, err)
			}
		}
		put(t, name, text)
	}
	if _, err := Check(t.Context(), local(), file, signers, ""); err != nil {
		t.Errorf("put back: %v", err)
	}
	vex := base(file) + ".openvex.json"
	if err := os.Remove(vex); err != nil {
		t.Fatal(err)
	}
	if c, err := Check(t.Context(), local(), file, signers, ""); fault.Code(err) != "signature-files" || !c.Good || !strings.Contains(err.Error(), "openvex.json is missing") {
		t.Errorf("a file is missing: %v", err)
	}
	if _, err := Sign(t.Context(), local(), file, key); err != nil {
		t.Fatal(err)
	}
	put(t, vex, []byte("new\n"))
	if _, err := Check(t.Context(), local(), file, signers, ""); fault.Code(err) != "signature-files" || !strings.Contains(err.Error(), "openvex.json is not in the signed list") {
		t.Errorf("a file has come: %v", err)
	}
}

// A signature for another purpose counts for nothing here.
func TestNamespace(t *testing.T) {
	t.Parallel()
	key, signers := signer(t)
	file := image(t)
	if _, err := Sign(t.Context(), local(), file, key); err != nil {
		t.Fatal(err)
	}
	sums := filepath.Base(base(file)) + ".sums"
	if err := os.Remove(base(file) + ".sums.sig"); err != nil {
		t.Fatal(err)
	}
	must(t, filepath.Dir(file), "ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", key, sums)
	if c, err := Check(t.Context(), local(), file, signers, ""); fault.Code(err) != "signature-bad" || c.Good {
		t.Errorf("Check() = %+v, %v", c, err)
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	key, signers := signer(t)
	file := image(t)
	if _, err := Check(t.Context(), local(), file, signers, ""); fault.Code(err) != "signature-missing" {
		t.Errorf("unsigned: %v", err)
	}
	for name, test := range map[string]struct{ image, key, code string }{
		"no image":    {file + ".none", key, "sign-file"},
		"no key":      {file, key + ".none", "sign-key"},
		"not its key": {file, signers, "sign-key"},
	} {
		if _, err := Sign(t.Context(), local(), test.image, test.key); fault.Code(err) != test.code {
			t.Errorf("%s: %v, want %s", name, err, test.code)
		}
	}
	if _, err := Sign(t.Context(), local(), file, key); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(t.Context(), local(), file, signers+".none", ""); fault.Code(err) != "signature-signers" {
		t.Errorf("no signers: %v", err)
	}
	put(t, base(file)+".sums", []byte("nothing\n"))
	if c, err := Check(t.Context(), local(), file, signers, ""); fault.Code(err) != "signature-bad" || !strings.Contains(err.Error(), "the list of what is signed cannot be read") {
		t.Errorf("no list: %+v, %v", c, err)
	}
}

// TestSignForAIX: the copy is the image and a block that openssl and this project agree about; the record has both hashes.
func TestSignForAIX(t *testing.T) {
	t.Parallel()
	need(t, "openssl")
	dir, file := t.TempDir(), image(t)
	must(t, dir, "openssl", "genrsa", "-out", "key", "2048")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for public, at := range map[string]string{"": KeyOnAIX, "/etc/security/certificates/our.pem": "/etc/security/certificates/our.pem", "pem": "", "der": ""} {
		s, err := SignForAIX(t.Context(), file, filepath.Join(dir, "key"), public)
		if err != nil {
			t.Fatal(err)
		}
		copied, err := os.ReadFile(s.Image)
		if err != nil || !bytes.HasPrefix(copied, before) || len(copied) != len(before)+1024 || s.OnAIX != at {
			t.Errorf("%s: %+v, %d bytes of %d, %v", public, s, len(copied), len(before), err)
		}
		block, err := signature.Find(bytes.NewReader(copied), int64(len(copied)))
		if err != nil || block == nil {
			t.Fatalf("%s: %v, %v", public, block, err)
		}
		put(t, filepath.Join(dir, "sig"), block.Signature)
		must(t, dir, "openssl", "dgst", "-sha256", "-verify", s.Key, "-signature", "sig", file)
		if out, err := run(t, dir, "openssl", "dgst", "-sha256", "-verify", s.Key, "-signature", "sig", s.Image); err == nil {
			t.Errorf("openssl takes the signature for one of the whole copy: %s", out)
		}
		r, err := record.Load(s.Record)
		if err != nil || r.SHA256 != s.Before || r.Signed == nil || r.Signed.SHA256 != s.SHA256 || r.Signed.Key != at {
			t.Errorf("%s: the record has %+v, %v, want %+v", public, r, err, s)
		}
	}
}

func TestSignForAIXRefuses(t *testing.T) {
	t.Parallel()
	need(t, "openssl")
	dir, file := t.TempDir(), image(t)
	must(t, dir, "openssl", "genrsa", "-out", "key", "2048")
	must(t, dir, "openssl", "genrsa", "-out", "big", "3072")
	must(t, dir, "openssl", "pkey", "-in", "key", "-aes128", "-passout", "pass:x", "-out", "locked")
	key := filepath.Join(dir, "key")
	signed, err := SignForAIX(t.Context(), file, key, "")
	if err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(dir, "text")
	put(t, text, []byte("text\n"))
	for name, test := range map[string]struct{ image, key, public, code, want string }{
		"no image":         {file + ".none", key, "", "sign-file", "cannot read"},
		"a text":           {text, key, "", "sign-image", "no installp image"},
		"a signed image":   {signed.Image, key, "", "sign-image", "is of another one"},
		"a path not of /":  {file, key, "key.pem", "sign-public", "finds the public key"},
		"a big key":        {file, filepath.Join(dir, "big"), "", "sign-key", "3072 bits"},
		"a long path":      {file, key, "/" + strings.Repeat("a", 300), "sign-key", "does not fit"},
		"a key of OpenSSH": {file, text, "", "sign-key", "openssl genrsa -out KEY 2048"},
		"a locked key":     {file, filepath.Join(dir, "locked"), "", "sign-key", "openssl pkey -in KEY"},
	} {
		if _, err := SignForAIX(t.Context(), test.image, test.key, test.public); fault.Code(err) != test.code || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s with %q", name, err, test.code, test.want)
		}
	}
	if err := os.Remove(signed.Record); err != nil {
		t.Fatal(err)
	}
	if _, err := SignForAIX(t.Context(), signed.Image, key, ""); fault.Code(err) != "sign-image" || !strings.Contains(err.Error(), "already") {
		t.Errorf("signed again: %v", err)
	}
}

func FuzzParseSums(f *testing.F) {
	f.Add(strings.Repeat("0a", 32) + "  demo.I\n")
	f.Add("../x\n")
	f.Fuzz(func(t *testing.T, text string) {
		all, err := parseSums(text)
		if (len(all) == 0) == (err == nil) {
			t.Errorf("parseSums() = %v, %v", all, err)
		}
		for _, s := range all {
			if filepath.Base(s.name) != s.name || s.name == ".." || s.name == "." {
				t.Errorf("parseSums() leads to %q", s.name)
			}
		}
	})
}
