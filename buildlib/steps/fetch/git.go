package fetch

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// go-getter has a getter for git too. It makes a work tree with whatever filters and line ends the user's git is set to. Git's own
// archive command, run in a repository of somebody else's, does what that one's configuration and attributes say. Here nothing is run
// in a repository but git's upload-pack, which git's manual says is safe in any (git(1), "Security"). What it sends is put into a
// repository of our own, made for that and removed again, and read object by object, where attributes mean nothing. What is
// kept is a tar, which goes the way of every other tarball.

// maxGitList bounds what git may list: 64 MB of files have shorter names than that.
const maxGitList = 16 << 20

// gitTar writes the tree of the source's commit into a tar among the parts of the cache, and returns its name. The caller holds the lock
// of the source.
func (s *Source) gitTar(ctx context.Context) (_ string, err error) {
	part := s.f.partName("git "+s.Name+" "+s.Ref, "") // named as the lock is
	repository := part + ".git"
	if err := errors.Join(os.RemoveAll(part), os.RemoveAll(repository)); err != nil { // a run that was killed leaves them
		return "", s.f.local(err)
	}
	if err := os.MkdirAll(repository, 0o755); err != nil {
		return "", s.f.local(err)
	}
	defer func() {
		left := os.RemoveAll(repository)
		if err != nil {
			left = errors.Join(left, os.RemoveAll(part))
		}
		if err == nil && left != nil {
			err = s.f.local(left)
		}
	}()
	if err := s.gitFetch(ctx, repository); err != nil {
		return "", err
	}
	listing, err := s.gitList(ctx, s.git(repository, "ls-tree", "-r", "-z", "--full-tree", gitFetched))
	if err != nil {
		return "", err
	}
	files, err := parseTree(listing)
	if err != nil {
		return "", s.gitFault(ctx, err)
	}
	out, err := os.Create(part)
	if err != nil {
		return "", s.f.local(err)
	}
	defer out.Close() // again, for the ways out with an error
	if err := s.gitRead(ctx, repository, files, &bounded{w: out, left: maxUnpinned}); err != nil {
		return "", err
	}
	if err := out.Close(); err != nil {
		return "", s.f.local(err)
	}
	return part, nil
}

// gitFetched is our name for the commit that was fetched.
const gitFetched = "refs/fetched"

// gitFetch brings the source's commit into a new repository of our own.
func (s *Source) gitFetch(ctx context.Context, repository string) error {
	s.f.Log.WithField("file", s.String()).Info("fetching from git")
	if err := s.runGit(ctx, s.git(repository, "init", "--quiet", "--bare", "--template=", repository)); err != nil {
		return err
	}
	return s.runGit(ctx, s.git(repository, "-c", "gc.auto=0", "-c", "maintenance.auto=false",
		"fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--depth=1", gitRemote, "+"+s.Ref+":"+gitFetched))
}

// gitFile is a file of a tree of git's.
type gitFile struct{ mode, object, path string }

// Modes of what a tree of git's can hold, other than directories.
const (
	gitSymlink = "120000"
	gitCommit  = "160000" // a submodule, which is not fetched
)

// parseTree reads what ls-tree -z writes.
func parseTree(listing string) ([]gitFile, error) {
	var files []gitFile
	for line := range strings.SplitSeq(strings.TrimSuffix(listing, "\x00"), "\x00") {
		facts, path, found := strings.Cut(line, "\t")
		words := strings.Fields(facts)
		if !found || len(words) != 3 || path == "" {
			return nil, fmt.Errorf("git ls-tree writes %q", line)
		}
		if words[0] != gitCommit {
			files = append(files, gitFile{words[0], words[2], path})
		}
	}
	return files, nil
}

// gitRead writes the files with their content to a tar.
func (s *Source) gitRead(ctx context.Context, repository string, files []gitFile, w io.Writer) error {
	var objects strings.Builder
	for _, f := range files {
		objects.WriteString(f.object + "\n")
	}
	out, in := io.Pipe()
	read := s.git(repository, "cat-file", "--batch")
	read.Stdin, read.Stdout = strings.NewReader(objects.String()), in
	ran := make(chan error, 1)
	go func() {
		err := s.runGit(ctx, read)
		_ = in.CloseWithError(err) // it never fails
		ran <- err
	}()
	err := writeTar(bufio.NewReader(out), files, s.rel.Date, w)
	_ = out.CloseWithError(err) // else git, and what copies from it, would wait for ever to be read; it never fails
	// That git failed is what counts, unless it was only stopped because our side failed.
	failed := <-ran
	switch {
	case failed != nil && (err == nil || errors.Is(err, failed)):
		return failed
	case err != nil && s.f.isLocal(err):
		return s.f.local(err)
	case err != nil:
		return s.gitFault(ctx, err)
	}
	return nil
}

// writeTar makes a tar of what cat-file --batch writes of each file: a line with name, type and size, the content, a line feed.
func writeTar(r *bufio.Reader, files []gitFile, date time.Time, w io.Writer) error {
	out := tar.NewWriter(w)
	for _, f := range files {
		head, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		words := strings.Fields(head)
		if len(words) != 3 || words[0] != f.object || words[1] != "blob" {
			return fmt.Errorf("git cat-file writes %q for %s", strings.TrimSpace(head), f.path)
		}
		size, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			return err
		}
		h := &tar.Header{Name: "sendmail/" + f.path, Typeflag: tar.TypeReg, Mode: 0o644, Size: size, ModTime: date}
		content := io.LimitReader(r, size)
		switch {
		case f.mode == gitSymlink:
			target, err := io.ReadAll(io.LimitReader(content, 4096))
			if err != nil {
				return err
			}
			if int64(len(target)) != size {
				return fmt.Errorf("the target of the symbolic link %s has %d bytes", f.path, size)
			}
			h.Typeflag, h.Mode, h.Size, h.Linkname = tar.TypeSymlink, 0o777, 0, string(target)
		case strings.HasPrefix(f.mode, "1007"):
			h.Mode = 0o755
		}
		if err := out.WriteHeader(h); err != nil {
			return err
		}
		if h.Size > 0 {
			if _, err := io.CopyN(out, content, size); err != nil {
				return err
			}
		}
		if end, err := r.ReadByte(); err != nil || end != '\n' {
			return errors.Join(errors.New("git cat-file writes no line feed after a file"), err)
		}
	}
	return out.Close()
}

// bounded refuses what is longer than expected.
type bounded struct {
	w    io.Writer
	left int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errTooLarge
	}
	return b.w.Write(p)
}

// gitList is what a command of git's lists. When that is too long, this is the error, and not how git died of it.
func (s *Source) gitList(ctx context.Context, c host.Cmd) (string, error) {
	var list bytes.Buffer
	limit := &bounded{w: &list, left: maxGitList}
	c.Stdout = limit
	err := s.runGit(ctx, c)
	if limit.left < 0 {
		err = s.gitFault(ctx, errTooLarge)
	}
	return list.String(), err
}

// gitIdentity is the commit, as far as it can be known without the network.
func (s *Source) gitIdentity(ctx context.Context) (string, error) {
	if !filepath.IsAbs(s.Name) {
		return "git " + s.unique(), nil
	}
	if sum, err := hex.DecodeString(s.Ref); err == nil && (len(sum) == 20 || len(sum) == 32) {
		return "git " + s.Ref, nil
	}
	list := s.git(filepath.Join(s.f.Cache.Dir, "part"), "ls-remote", gitRemote)
	list.Dir = "/"
	refs, err := s.gitList(ctx, list)
	if err != nil {
		return "", err
	}
	has := make(map[string]string)
	for line := range strings.Lines(refs) {
		if object, name, found := strings.Cut(strings.TrimSpace(line), "\t"); found {
			has[name] = object
		}
	}
	// In the order in which git fetch looks for a name; what a tag with a message points at has ^{} behind its name.
	for _, form := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		name := fmt.Sprintf(form, s.Ref)
		for _, name := range []string{name + "^{}", name} {
			if object := has[name]; object != "" {
				return "git " + object, nil
			}
		}
	}
	return "", s.gitFault(ctx, errors.New("the repository has no "+s.Ref))
}

// unpackLocalGit unpacks a repository of this machine.
func (s *Source) unpackLocalGit(ctx context.Context, dst string) error {
	unlock, err := s.f.lock(ctx, filepath.Base(s.record()))
	if err != nil {
		return err
	}
	defer unlock()
	part, err := s.gitTar(ctx)
	if err != nil {
		return err
	}
	return errors.Join(s.untar(ctx, part, dst), os.Remove(part))
}

// gitRemote is our name for the address.
const gitRemote = "source"

// git is a command of git's with a repository. No file of configuration or attributes of the user's or the system's is read, no
// question asked, no helper program named by an address run, and nothing fetched that was not asked for. The address, which may hold a
// password, is in the environment: a command line can be seen by everybody. The build's small environment is widened by what
// git needs to get out.
func (s *Source) git(repository string, args ...string) host.Cmd {
	env := []string{
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_ATTR_NOSYSTEM=1", "GIT_NO_REPLACE_OBJECTS=1", "GIT_NO_LAZY_FETCH=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=http:https:ssh:git:file",
		"GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=remote." + gitRemote + ".url", "GIT_CONFIG_VALUE_0=" + s.Name,
	}
	if filepath.IsAbs(s.Name) || strings.HasPrefix(s.Name, "file:") {
		// Git refuses repositories of other users unless the user's configuration, which is not read, names them.
		env = append(env, "GIT_CONFIG_KEY_1=remote."+gitRemote+".uploadpack", "GIT_CONFIG_VALUE_1=git -c 'safe.directory=*' upload-pack")
	} else {
		env = append(env, "GIT_CONFIG_KEY_1=http.followRedirects", "GIT_CONFIG_VALUE_1=initial")
	}
	ssh := "GIT_SSH_COMMAND=ssh -o BatchMode=yes" // fails rather than waits for a passphrase, or for a key to be confirmed
	for _, name := range append([]string{"no_proxy", "NO_PROXY", "SSH_AUTH_SOCK", "GIT_SSL_CAINFO", "GIT_SSH", "GIT_SSH_COMMAND"}, proxies...) {
		if value, ok := os.LookupEnv(name); ok {
			if env = append(env, name+"="+value); strings.HasPrefix(name, "GIT_SSH") {
				ssh = ""
			}
		}
	}
	if ssh != "" {
		env = append(env, ssh)
	}
	return host.Cmd{Argv: append([]string{"git", "--git-dir=" + repository}, args...), Dir: repository, Env: env}
}

// proxies are the variables that name one, and may hold a password for it.
var proxies = []string{"http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"}

// runGit runs a command of git's. A fault has what git said, and not what it wrote.
func (s *Source) runGit(ctx context.Context, c host.Cmd) error {
	var said bytes.Buffer
	c.Stderr = &said
	err := s.f.Machine.Run(ctx, c)
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == "command-failed" {
		f.Found = said.String()
	}
	return s.gitFault(ctx, err)
}

func (s *Source) gitFault(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f := &fault.Error{
		Code: "source-git", What: "the source cannot be taken from git", Where: s.String(),
		Do: "try \"git ls-remote\" with this repository and look for the tag (git is run without the user's configuration here)",
	}
	below, ok := errors.AsType[*fault.Error](err)
	if !ok {
		f.Err = err
		return f
	}
	if below.Code == "command-missing" || below.Code == f.Code {
		return below
	}
	f.Found, f.Err = strings.TrimSpace(hideAll(below.Found, s.Name)), below.Err // one fault is not put into another
	for _, name := range proxies {
		f.Found = hideAll(f.Found, os.Getenv(name))
	}
	return f
}
