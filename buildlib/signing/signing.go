// Package signing signs an image with what lies beside it, by OpenSSH's signatures, and tells whether such a signature is good; and it makes the copy
// of an image that AIX itself verifies, by a Digital Signature Block (docs/evidence.md).
package signing

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// namespace keeps a signature from counting for anything else: ssh-keygen -Y signs mail and commits as well.
const namespace = "sendmail-aix"

// base is an image's path without the .I at its end.
func base(image string) string { return strings.TrimSuffix(image, ".I") }

// together are the image, and those of its kin that are there: the files that package writes beside it.
func together(image string) ([]string, error) {
	files, kin := []string{image}, []string{image + ".sha256"}
	for _, end := range []string{".record.toml", ".cdx.json", ".openvex.json", ".provenance.json"} {
		kin = append(kin, base(image)+end)
	}
	for _, file := range kin {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, unreadable(file, err)
		}
		files = append(files, file)
	}
	return files, nil
}

func unreadable(file string, err error) error {
	return &fault.Error{Code: "sign-file", What: "cannot read a file that is signed, or is to be", Where: file, Err: fault.Reason(err), Do: "name an image, such as sendmail.8.15.2.1.I, whose files lie beside it"}
}

// Signed is what was signed.
type Signed struct {
	Image     string   `json:"image"`
	Sums      string   `json:"sums"` // the list that was signed
	Signature string   `json:"signature"`
	Files     []string `json:"files"` // in the list, by their names
}

// WriteText shows what the list has, and where it is.
func (s *Signed) WriteText(w io.Writer) error {
	for _, name := range s.Files {
		fmt.Fprintf(w, "%s\n", fault.Line(name))
	}
	_, err := fmt.Fprintf(w, "signed: %s\n", fault.Line(s.Signature))
	return err
}

// Sign writes a list of the image and its kin with their hashes, as sha256sum has it, and a signature of that list. The key is a private one of
// OpenSSH's, or a public one whose private one an agent has.
func Sign(ctx context.Context, m host.Runner, image, key string) (*Signed, error) {
	files, err := together(image)
	if err != nil {
		return nil, err
	}
	s := &Signed{Image: image, Sums: base(image) + ".sums", Signature: base(image) + ".sums.sig"}
	var list strings.Builder
	for _, file := range files {
		sum, err := regular.Sum(ctx, file)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			return nil, unreadable(file, err)
		}
		fmt.Fprintf(&list, "%s  %s\n", sum, filepath.Base(file))
		s.Files = append(s.Files, filepath.Base(file))
	}
	if _, err := os.Stat(key); err != nil {
		return nil, &fault.Error{Code: "sign-key", What: "cannot read the key to sign with", Where: key, Err: fault.Reason(err), Do: "name a key of OpenSSH's; ssh-keygen -t ed25519 makes one"}
	}
	if err := os.Remove(s.Signature); err != nil && !errors.Is(err, fs.ErrNotExist) { // of another list
		return nil, err
	}
	if err := tree.WriteFile(s.Sums, []byte(list.String()), 0o644); err != nil {
		return nil, err
	}
	in, err := os.Open(s.Sums) // as a file of ours, so that ssh-keygen may ask at the terminal for what protects the key
	if err != nil {
		return nil, err
	}
	defer in.Close() // only read
	var out, said bytes.Buffer
	err = m.Run(ctx, host.Cmd{Argv: []string{"ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", key}, Stdin: in, Stdout: &out, Stderr: &said, Env: agent()})
	if exit, ok := errors.AsType[*host.ExitError](err); ok {
		return nil, &fault.Error{
			Code: "sign-key", What: "ssh-keygen does not sign with this key", Where: key, Found: said.String(), Err: exit,
			Do: "name a private key, or a public one whose private one ssh-agent has; OpenSSH 8.2 or newer can do it",
		}
	}
	if err != nil {
		return nil, err
	}
	return s, tree.WriteFile(s.Signature, out.Bytes(), 0o644)
}

// agent is what ssh-keygen needs of the environment to find an agent, and to ask for what protects a key.
func agent() (env []string) {
	for _, name := range []string{"SSH_AUTH_SOCK", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "DISPLAY"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}

// State is what came of looking at a file that is signed, or should be.
type State string

// The states.
const (
	Same     State = "same"
	Other    State = "other"    // not what was signed
	Missing  State = "missing"  // in the list, and not there
	Unsigned State = "unsigned" // there, and not in the list
)

// File is one of an image's files.
type File struct {
	Name  string `json:"name"`
	State State  `json:"state"`
}

// Checked is what is known of a signature.
type Checked struct {
	Image     string `json:"image"`
	Signature string `json:"signature"`
	Good      bool   `json:"good"`         // whether the list is signed by one of the signers
	By        string `json:"by,omitempty"` // who that is
	Files     []File `json:"files"`
}

// WriteText shows each file, and by whom all are signed.
func (c *Checked) WriteText(w io.Writer) error {
	for _, f := range c.Files {
		fmt.Fprintf(w, "%-8s  %s\n", f.State, fault.Line(f.Name))
	}
	if !c.Good {
		return nil
	}
	_, err := fmt.Fprintf(w, "the list is signed by %s\n", fault.Line(c.By))
	return err
}

// Check tells whether an image and its kin are what one of the signers has signed: a file in the form of OpenSSH's allowed_signers. With a name,
// that signer alone counts.
func Check(ctx context.Context, m host.Runner, image, signers, name string) (*Checked, error) {
	c := &Checked{Image: image, Signature: base(image) + ".sums.sig", Files: []File{}}
	sums := base(image) + ".sums"
	text, err := regular.Read(sums, maxSums)
	if err == nil {
		_, err = regular.Read(c.Signature, maxSums)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &fault.Error{Code: "signature-missing", Finding: true, What: "the image is not signed", Where: image, Found: "no " + filepath.Base(sums) + " with a .sig beside it", Do: "get both from where the image was made"}
	}
	if err != nil {
		return nil, unreadable(sums, err)
	}
	if _, err := regular.Read(signers, maxSums); err != nil {
		return nil, &fault.Error{
			Code: "signature-signers", What: "cannot read whose signatures count", Where: signers, Err: fault.Reason(err),
			Do: "write a line for each signer, such as: build@example.com namespaces=\"" + namespace + "\" ssh-ed25519 AAAA...; the key comes from elsewhere than the image",
		}
	}
	var problems []error
	if c.By, err = verify(ctx, m, text, c.Signature, signers, name); err != nil {
		problems = append(problems, err)
		if !isFinding(err) {
			return nil, err
		}
	}
	c.Good = err == nil
	if err := c.compare(ctx, text); err != nil {
		problems = append(problems, err)
	}
	return c, errors.Join(problems...)
}

// maxSums is more than a list, a signature or a list of signers has.
const maxSums = 1 << 20

func isFinding(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return ok && f.Finding
}

// verify has ssh-keygen say who signed a text.
func verify(ctx context.Context, m host.Runner, text []byte, signature, signers, name string) (by string, err error) {
	var said bytes.Buffer
	bad := func(exit error) error {
		return &fault.Error{
			Code: "signature-bad", Finding: true, What: "the signature is not that of this list by one of the signers", Where: signature,
			Found: said.String(), Err: exit, Do: "do not install the image; get it again from where it was made, and the signers' keys from elsewhere",
		}
	}
	who := name
	if who == "" {
		out, err := m.Output(ctx, host.Cmd{Argv: []string{"ssh-keygen", "-Y", "find-principals", "-n", namespace, "-s", signature, "-f", signers}, Stderr: &said})
		if exit, ok := errors.AsType[*host.ExitError](err); ok {
			return "", bad(exit)
		}
		if err != nil {
			return "", err
		}
		who, _, _ = strings.Cut(out, "\n")
	}
	err = m.Run(ctx, host.Cmd{
		Argv:  []string{"ssh-keygen", "-q", "-Y", "verify", "-n", namespace, "-s", signature, "-f", signers, "-I", who},
		Stdin: bytes.NewReader(text), Stderr: &said, Stdout: &said,
	})
	if exit, ok := errors.AsType[*host.ExitError](err); ok {
		return "", bad(exit)
	}
	return who, err
}

// compare holds the files against the list.
func (c *Checked) compare(ctx context.Context, text []byte) error {
	listed, err := parseSums(string(text))
	if err != nil {
		return &fault.Error{Code: "signature-files", Finding: true, What: "the list of what is signed cannot be read", Where: base(c.Image) + ".sums", Err: err, Do: "get it again from where the image was made"}
	}
	there, err := together(c.Image)
	if err != nil {
		return err
	}
	for _, file := range there {
		name := filepath.Base(file)
		if !slices.ContainsFunc(listed, func(s sum) bool { return s.name == name }) {
			c.Files = append(c.Files, File{name, Unsigned})
		}
	}
	for _, s := range listed {
		state := Same
		switch got, err := regular.Sum(ctx, filepath.Join(filepath.Dir(c.Image), s.name)); {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, fs.ErrNotExist):
			state = Missing
		case err != nil:
			return unreadable(s.name, err)
		case got != s.digest:
			state = Other
		}
		c.Files = append(c.Files, File{s.name, state})
	}
	slices.SortFunc(c.Files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	var wrong []string
	for _, f := range c.Files {
		if f.State != Same {
			wrong = append(wrong, f.Name+" is "+map[State]string{Other: "not the one that was signed", Missing: "missing", Unsigned: "not in the signed list"}[f.State])
		}
	}
	if wrong == nil {
		return nil
	}
	return &fault.Error{
		Code: "signature-files", Finding: true, What: "the files are not those that were signed", Where: c.Image, Found: strings.Join(wrong, "\n"),
		Do: "do not install the image; get all of its files again from where it was made",
	}
}

// sum is a line of a list.
type sum struct{ digest, name string }

// parseSums reads a list as sha256sum writes it. Names are those of files beside it.
func parseSums(text string) (all []sum, err error) {
	for line := range strings.Lines(text) {
		digest, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		switch {
		case !ok || len(digest) != 64 || strings.Trim(digest, "0123456789abcdef") != "":
			return nil, fmt.Errorf("%q is not a hash, two blanks and a name", strings.TrimSpace(line))
		case name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\\x00"):
			return nil, fmt.Errorf("%q is not the name of a file beside it", name)
		case slices.ContainsFunc(all, func(s sum) bool { return s.name == name }):
			return nil, fmt.Errorf("%q is there twice", name)
		}
		all = append(all, sum{digest, name})
	}
	if len(all) == 0 {
		return nil, errors.New("nothing is in it")
	}
	return all, nil
}
