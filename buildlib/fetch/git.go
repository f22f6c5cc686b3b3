package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/tree"
)

// go-getter has a getter for git too. It makes a work tree with whatever line endings and filters the user's git is set to;
// git archive hands over the committed bytes in a tar, which then goes the way of every other tarball.

// repository returns a directory for git's --git-dir in which the source's ref can be read.
func (s *Source) repository(ctx context.Context) (string, error) {
	if filepath.IsAbs(s.Name) {
		if _, err := os.Stat(filepath.Join(s.Name, ".git")); err == nil {
			return filepath.Join(s.Name, ".git"), nil
		}
		return s.Name, nil
	}
	dir := s.fetched()
	unlock, err := s.f.lock(ctx, filepath.Base(dir))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := s.git(ctx, dir, "rev-parse", "--verify", "--quiet", "refs/fetched^{commit}"); err == nil {
		return dir, nil // fetched before; Unpack verifies its tree
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", s.f.local(err)
	}
	s.f.Log.WithField("file", s.String()).Info("fetching from git")
	if _, err := s.git(ctx, dir, "init", "--quiet", "--bare", dir); err != nil {
		return "", s.gitFault(ctx, err)
	}
	get := s.command(dir, nil, "fetch", "--quiet", "--no-tags", "--depth=1", "--end-of-options", s.Name, s.Ref)
	get.Env = append(get.Env, s.ssh(ctx, dir)...)
	if err := s.f.Machine.Run(ctx, get); err != nil {
		return "", s.gitFault(ctx, err)
	}
	// A name of our own for it, made last: as long as it is not there, nothing counts as fetched.
	if _, err := s.git(ctx, dir, "update-ref", "refs/fetched", "FETCH_HEAD"); err != nil {
		return "", s.gitFault(ctx, err)
	}
	return dir, nil
}

// fetched is the directory of the cache for what comes from a repository elsewhere.
func (s *Source) fetched() string {
	sum := sha256.Sum256([]byte(s.Name + " " + s.Ref))
	return filepath.Join(s.f.Cache, "git", hex.EncodeToString(sum[:16]))
}

// commit is how the source's commit is called in its repository.
func (s *Source) commit() string {
	if filepath.IsAbs(s.Name) {
		return s.Ref + "^{commit}"
	}
	return "refs/fetched^{commit}"
}

// gitIdentity is the commit, as far as it can be known without the network.
func (s *Source) gitIdentity(ctx context.Context) (string, error) {
	if !filepath.IsAbs(s.Name) {
		return "git " + s.String(), nil
	}
	dir, err := s.repository(ctx)
	if err != nil {
		return "", err
	}
	commit, err := s.git(ctx, dir, "rev-parse", "--verify", s.commit())
	if err != nil {
		return "", s.gitFault(ctx, err)
	}
	return "git " + commit, nil
}

// unpackGit unpacks what git archive writes.
func (s *Source) unpackGit(ctx context.Context, dst string) error {
	dir, err := s.repository(ctx)
	if err != nil {
		return err
	}
	if _, err := s.git(ctx, dir, "rev-parse", "--verify", s.commit()); err != nil {
		return s.gitFault(ctx, err)
	}
	out, in := io.Pipe()
	archive := s.command(dir, in, "archive", "--format=tar", "--prefix=sendmail/", s.commit())
	var said strings.Builder
	archive.Stderr = &said
	archived := make(chan error, 1)
	go func() {
		err := s.f.Machine.Run(ctx, archive)
		_ = in.CloseWithError(err) // it never fails
		archived <- err
	}()
	err = tree.Unpack(ctx, out, dst, s.rel.Date, tree.Limits{})
	_ = out.CloseWithError(err) // else git, and what copies from it, would wait for ever to be read; it never fails
	// That git failed is what counts, unless it was only stopped because of ours.
	failed := <-archived
	if failed == nil || err != nil && !errors.Is(err, failed) {
		return err
	}
	if f, ok := errors.AsType[*fault.Error](failed); ok && f.Code == "command-failed" {
		f.Found = said.String() // and not what it wrote, which is the archive
	}
	return s.gitFault(ctx, failed)
}

func (s *Source) git(ctx context.Context, dir string, args ...string) (string, error) {
	return s.f.Machine.Output(ctx, s.command(dir, nil, args...))
}

// ssh is the variables that say how git runs ssh: the user's own, or else in a mode in which it fails rather than waits for somebody to
// type a passphrase or to confirm a host's key. Git would take GIT_SSH_COMMAND before the core.sshCommand of its configuration.
func (s *Source) ssh(ctx context.Context, dir string) []string {
	for _, name := range []string{"GIT_SSH_COMMAND", "GIT_SSH"} {
		if value, ok := os.LookupEnv(name); ok {
			return []string{name + "=" + value}
		}
	}
	if configured, err := s.git(ctx, dir, "config", "--get", "core.sshCommand"); err == nil && configured != "" {
		return nil
	}
	return []string{"GIT_SSH_COMMAND=ssh -o BatchMode=yes"}
}

// command keeps git to plain fetching: no questions, no helper programs named by an address, no line ending conversions. The build's
// small environment is widened by what git needs to get out.
func (s *Source) command(dir string, stdout io.Writer, args ...string) host.Cmd {
	env := []string{"GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=http:https:ssh:git:file"}
	for _, name := range []string{"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "SSH_AUTH_SOCK"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return host.Cmd{Argv: append([]string{"git", "-c", "core.autocrlf=false", "--git-dir=" + dir}, args...), Env: env, Stdout: stdout}
}

func (s *Source) gitFault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f := &fault.Error{
		Code: "source-git", What: "the source cannot be taken from git", Where: s.String(),
		Do: "try \"git ls-remote\" with this repository and look for the tag",
	}
	below, ok := errors.AsType[*fault.Error](err)
	if !ok {
		f.Err = err
		return f
	}
	if below.Code == "command-missing" {
		return below
	}
	f.Found, f.Err = strings.TrimSpace(below.Found), below.Err // one fault is not put into another
	return f
}
