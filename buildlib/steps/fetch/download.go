package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"syscall"
	"time"

	getter "github.com/hashicorp/go-getter/v2"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
)

// maxUnpinned bounds a file whose size is not pinned: a tarball that the user names, or a signature.
const maxUnpinned = 64 << 20

// tries is how often one address is asked when it breaks off in the middle. Each time but the first continues what is there.
const tries = 3

// file is what to download and how to know it.
type file struct {
	name   string // for the progress line
	size   int64  // 0 when not pinned
	limit  int64  // of its size; the size itself when that is pinned
	sha256 string // "" when not pinned
}

// download brings a file from an address into a part file of the cache, and returns the part's name. The part is complete, and has
// the pinned size and hash when there are any. After an error the part stays if continuing it makes sense.
func (f *Fetcher) download(ctx context.Context, address string, what file) (_ string, err error) {
	part := f.partName(address, what.sha256)
	if err := os.MkdirAll(filepath.Dir(part), 0o755); err != nil {
		return "", f.local(err)
	}
	if info, err := os.Lstat(part); err == nil && !info.Mode().IsRegular() { // go-getter would wait for somebody to read a FIFO
		if err := removePart(part); err != nil {
			return "", f.local(err)
		}
	}
	defer func() {
		if err != nil && sizeOf(part) == 0 { // go-getter makes the file before it asks for it
			err = errors.Join(err, removePart(part))
		}
	}()
	for try := 1; ; try++ {
		before := sizeOf(part)
		if what.size == 0 || before != what.size { // else a run was stopped when only the last look was left
			err = f.transfer(ctx, address, part, what)
		}
		if err == nil {
			err = checkFile(ctx, part, what)
		}
		after := sizeOf(part)
		mismatch, wrong := errors.AsType[hashError](err)
		switch {
		case err == nil:
			return part, os.RemoveAll(part + validatorSuffix)
		case ctx.Err() != nil:
			return "", context.Cause(ctx)
		case f.isLocal(err):
			return "", f.local(err)
		case errors.Is(err, errRestart), wrong && before > 0:
			// What was there does not go with what came now. From the beginning, then.
			err = removePart(part)
		case wrong, errors.Is(err, errTooLarge):
			return "", errors.Join(err, removePart(part))
		case errors.Is(err, io.ErrUnexpectedEOF) && after > before:
			// It broke off, but brought something.
		default:
			return "", err
		}
		if err != nil && f.isLocal(err) {
			return "", f.local(err)
		}
		if try == tries {
			if wrong {
				return "", mismatch
			}
			if err == nil {
				err = errRestart
			}
			return "", err
		}
		err = nil
	}
}

// transfer lets go-getter do one download, with nothing of it switched on that guesses, unpacks, or redirects by other means.
func (f *Fetcher) transfer(ctx context.Context, address, part string, what file) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	g := &guard{base: f.transport(), url: u, part: part, want: what.size, limit: what.limit, stall: f.Stall}
	if g.stall == 0 {
		g.stall = 30 * time.Second
	}
	if f.Progress != nil {
		g.tick = func(done, total int64) { f.Progress.Update(what.name, done, total) }
		defer f.Progress.Finish()
	}
	if u.Scheme == "file" {
		if err := checkLocalFile(u.Path, what); err != nil {
			return err
		}
		if err := removePart(part); err != nil {
			return err
		}
	}
	client := &getter.Client{
		Getters: []getter.Getter{
			&getter.HttpGetter{
				Client:                &http.Client{Transport: g},
				DoNotCheckHeadFirst:   sizeOf(part) == 0, // it only serves to continue a part
				XTerraformGetDisabled: true,
			},
			&getter.FileGetter{},
		},
		Decompressors:   map[string]getter.Decompressor{}, // empty and not nil: nil means all of them
		DisableSymlinks: true,
	}
	src := url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host, Path: "/source"}
	if u.Scheme == "file" {
		src.Path = path.Clean(u.Path)
	}
	_, err = client.Get(ctx, &getter.Request{Src: src.String(), Dst: part, GetMode: getter.ModeFile, Copy: true})
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err // without the address, which the reader of the list of reasons sees anyway
	}
	return err
}

// checkLocalFile looks at a file: address before anything is copied.
func checkLocalFile(name string, what file) error {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("no such file")
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return errors.New("not a regular file") // a device has no end
	case what.size > 0 && info.Size() != what.size:
		return sizeError(info.Size(), what.size)
	case info.Size() > what.limit:
		return errTooLarge
	}
	return nil
}

// transport keeps to the proxy variables of the environment. It never asks for compression: with it, a server that labels a
// .tar.gz as a gzip-encoded .tar would have it unpacked on the way.
func (f *Fetcher) transport() http.RoundTripper {
	f.once.Do(func() {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.DisableCompression = true
		t.Proxy = func(r *http.Request) (*url.URL, error) {
			proxy, err := http.ProxyFromEnvironment(r)
			if err != nil { // it quotes the variable, which may hold a password
				return nil, errors.New("http_proxy or https_proxy does not hold an address")
			}
			return proxy, nil
		}
		f.http = t
	})
	return f.http
}

// hashError is a complete file that is not the pinned one.
type hashError struct {
	has  string
	size int64 // when that is reason enough
}

func (e hashError) Error() string {
	if e.has == "" {
		return fmt.Sprintf("it has %d bytes", e.size)
	}
	return fmt.Sprintf("its SHA-256 is %s", e.has)
}

// checkFile says whether a file is the pinned one.
func checkFile(ctx context.Context, name string, what file) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	size := info.Size()
	if info.Mode().IsRegular() && (what.size > 0 && size > what.size || what.limit > 0 && size > what.limit) {
		return hashError{size: size}
	}
	sum, err := regular.Sum(ctx, name)
	if err != nil {
		return err
	}
	if size < what.size {
		return fmt.Errorf("it ends after %d of %d bytes: %w", size, what.size, io.ErrUnexpectedEOF)
	}
	if what.sha256 != "" && sum != what.sha256 {
		return hashError{has: sum}
	}
	return nil
}

// partName gives the file for what has come from one address of one pinned content.
func (f *Fetcher) partName(address, sha256Hex string) string {
	sum := sha256.Sum256([]byte(address))
	if sha256Hex == "" {
		sha256Hex = "unpinned"
	}
	return filepath.Join(f.Cache.Dir, "part", sha256Hex[:min(len(sha256Hex), 16)]+"-"+hex.EncodeToString(sum[:8]))
}

// partPattern matches the parts of one pinned content.
func (f *Fetcher) partPattern(sha256Hex string) string {
	return filepath.Join(f.Cache.Dir, "part", sha256Hex[:16]+"-*")
}

// removeParts removes what other addresses have begun to send of a content that is now here.
func (f *Fetcher) removeParts(sha256Hex string) error {
	names, err := filepath.Glob(f.partPattern(sha256Hex))
	if err != nil {
		return err
	}
	for _, name := range names {
		err = errors.Join(err, os.RemoveAll(name))
	}
	return err
}

func removePart(part string) error {
	return errors.Join(os.RemoveAll(part), os.RemoveAll(part+validatorSuffix))
}

// sizeOf is 0 for what is not there.
func sizeOf(name string) int64 {
	info, err := os.Stat(name)
	if err != nil {
		return 0
	}
	return info.Size()
}

// isLocal says whether an error is this machine's own, so that no other address can help.
func (f *Fetcher) isLocal(err error) bool {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EROFS) {
		return true
	}
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return tree.IsBelow(p.Path, f.Cache.Dir)
	}
	return fault.Code(err) == "cache-full" || fault.Code(err) == "cache-unwritable"
}

// local makes the fault for an error of the cache, if there is one.
func (f *Fetcher) local(err error) error {
	if err == nil {
		return nil
	}
	return f.Cache.Fault(err)
}
