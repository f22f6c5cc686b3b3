package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/kind"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tree"
	"github.com/sendmail-aix/sendmail-aix/buildlib/sendmail/release"
)

// Kind is a way in which a release's source comes to this machine.
type Kind string

const (
	// Pinned is the tarball that the release pins, from the addresses that it lists.
	Pinned Kind = "pinned"
	// Archive is a tarball on this machine.
	Archive Kind = "archive"
	// Download is a tarball at an address that the user gave.
	Download Kind = "download"
	// Directory is an unpacked tree.
	Directory Kind = "directory"
	// Git is a tag, branch or commit of a git repository.
	Git Kind = "git"
)

// Source is where the source of one release is taken from.
type Source struct {
	Kind Kind
	Name string // path or address without its ref; "" for Pinned
	Ref  string // for Git

	given string // the setting
	f     *Fetcher
	rel   *release.Release
}

// Open understands the setting SENDMAIL_SOURCE: "" for what the release pins, the path of a tarball or of a directory, the http
// or https address of a tarball, or a git repository: a path or an address with ?ref=TAG behind it, or git::ADDRESS?ref=TAG.
// It does not use the network yet.
func (f *Fetcher) Open(rel *release.Release, source string) (*Source, error) {
	s := &Source{Kind: Pinned, given: source, f: f, rel: rel}
	if source == "" {
		return s, nil
	}
	plain, forced := strings.CutPrefix(source, "git::")
	s.Name, s.Ref = cutRef(plain)
	if s.Ref == "" && s.Name != plain {
		return nil, s.invalid("nothing behind ref=", nil)
	}
	if m := scpForm.FindStringSubmatch(s.Name); m != nil {
		f := s.invalid("it is an address as scp writes it", nil)
		f.Do = fmt.Sprintf("write it as ssh://%s/%s?ref=TAG", m[1], m[2])
		return nil, f
	}
	u, err := url.Parse(s.Name)
	if err != nil {
		reason, _ := errors.AsType[*url.Error](err)
		if reason == nil || Shown(source) != source { // it quotes the place that makes no sense, which may be in a password
			return nil, s.invalid("it is not an address", nil)
		}
		return nil, s.invalid("it is not an address", reason.Err)
	}
	switch u.Scheme {
	case "http", "https":
		s.Kind = Download
		if forced || s.Ref != "" || strings.HasSuffix(u.Path, ".git") {
			s.Kind = Git
		}
	case "ssh", "git":
		s.Kind = Git
	case "file", "":
		if u.Scheme == "file" {
			s.Name = u.Path
		}
		if err := s.onThisMachine(forced); err != nil {
			return nil, err
		}
	default:
		if Shown(source) != source { // then what is before the colon may be a user
			return nil, s.invalid("it does not begin with a way to fetch, such as https://", nil)
		}
		return nil, s.invalid(fmt.Sprintf("%q is not a way to fetch", u.Scheme), nil)
	}
	return s, s.checkRef()
}

// cutRef takes ref=… out of the query, and leaves all else as it is.
func cutRef(source string) (name, ref string) {
	name, query, _ := strings.Cut(source, "?")
	words := strings.Split(query, "&")
	i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, "ref=") })
	if i < 0 {
		return source, ""
	}
	ref, err := url.QueryUnescape(words[i][len("ref="):])
	if err != nil {
		return source, ""
	}
	if words = slices.Delete(words, i, i+1); len(words) > 0 {
		name += "?" + strings.Join(words, "&")
	}
	return name, ref
}

// scpForm is git's own way to write an address of ssh.
var scpForm = regexp.MustCompile(`^([A-Za-z0-9._-]+@[A-Za-z0-9.-]+):([^/:].*)$`)

// onThisMachine finds out what a path is.
func (s *Source) onThisMachine(git bool) error {
	info, err := os.Stat(s.Name)
	switch {
	case err != nil:
		return s.invalid("there is nothing of that name", err)
	case git || s.Ref != "" || info.IsDir() && isBare(s.Name):
		s.Kind = Git
	case info.IsDir():
		s.Kind = Directory
		if err := s.checkTop(); err != nil {
			return err
		}
	case info.Mode().IsRegular():
		s.Kind = Archive
	default:
		return s.invalid("it is neither a file nor a directory", nil)
	}
	s.Name, err = filepath.Abs(s.Name)
	return err
}

// checkTop looks at the top of a directory for what the release has there, and refuses one that has hardly any of it before anybody
// walks through it: it may be "/". Which files differ is for verify to say.
func (s *Source) checkTop() error {
	listing, err := tree.ParseListing(s.rel.Files)
	if err != nil {
		return nil // verify tells that
	}
	var names, missing []string
	for _, e := range listing {
		top, _, _ := strings.Cut(e.Path, "/")
		if slices.Contains(names, top) {
			continue
		}
		names = append(names, top)
		if _, err := os.Lstat(filepath.Join(s.Name, top)); err != nil {
			missing = append(missing, top)
		}
	}
	if len(missing)*2 <= len(names) {
		return nil
	}
	found := fmt.Sprintf("a directory without %s, and more", strings.Join(missing[:min(len(missing), 3)], ", "))
	if len(missing) <= 3 {
		found = "a directory without " + strings.Join(missing, ", ")
	}
	f := s.invalid(found+fmt.Sprintf("; it has %d of the %d names at the top of sendmail %s", len(names)-len(missing), len(names), s.rel.Version), nil)
	f.Do = "name the directory that has these files, the top of the unpacked tree; or a tarball, or a git repository with its tag"
	return f
}

// isBare recognises a git repository without a work tree, as git does.
func isBare(dir string) bool {
	for _, name := range []string{"HEAD", "objects", "refs"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

func (s *Source) checkRef() error {
	if s.Kind != Git {
		return nil
	}
	if s.Ref == "" {
		return s.invalid("a git repository without a tag", nil)
	}
	// A leading dash would be an option to git; the rest is what git forbids in names, and what only rev-parse would understand.
	if strings.HasPrefix(s.Ref, "-") || strings.ContainsAny(s.Ref, " ~^:?*[\\@{\x7f") || strings.Contains(s.Ref, "..") ||
		strings.ContainsFunc(s.Ref, func(r rune) bool { return r < ' ' }) {
		if strings.Contains(s.Ref, "@") { // it may be the end of a password
			return s.invalid("what follows ref= is not the name of a tag, branch or commit", nil)
		}
		return s.invalid(fmt.Sprintf("%q is not the name of a tag, branch or commit", s.Ref), nil)
	}
	return nil
}

func (s *Source) invalid(found string, err error) *fault.Error {
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return &fault.Error{
		Code: "source-invalid", What: "SENDMAIL_SOURCE is not something that source can come from", Where: Shown(s.given), Found: found, Err: err,
		Do: "name a tarball, a directory with the unpacked tree, or a git repository with its tag, as in git::https://HOST/REPOSITORY?ref=sendmail-" + s.rel.Version,
	}
}

// String shows the source as a user would name it, as far as it is no secret.
func (s *Source) String() string {
	name := Shown(s.Name)
	switch {
	case s.Name == "":
		return "the pinned addresses of sendmail " + s.rel.Version
	case s.Kind == Git && strings.Contains(name, "?"):
		return name + "&ref=" + s.Ref
	case s.Kind == Git:
		return name + "?ref=" + s.Ref
	}
	return name
}

// unique is what String shows, with a name for what that hides.
func (s *Source) unique() string { return s.String() + " (" + filepath.Base(s.record()) + ")" }

// Identity names what the source holds, for deciding whether a tree unpacked from it is still good: a tarball by its hash, a
// directory by its tree hash, a git repository by the commit. It downloads nothing: an address that was not fetched yet is named
// by itself.
func (s *Source) Identity(ctx context.Context) (string, error) {
	switch s.Kind {
	case Pinned:
		return "tarball " + cmp.Or(s.rel.SHA256, "of "+s.rel.Tree), nil
	case Archive:
		sum, err := regular.Sum(ctx, s.Name)
		return "tarball " + sum, err
	case Download:
		sum, err := s.downloaded(ctx)
		if err != nil {
			return "", err
		}
		if sum != "" {
			return "tarball " + sum, nil
		}
		return "address " + s.unique(), nil
	case Directory:
		l, err := tree.List(ctx, s.Name)
		if err != nil {
			return "", err
		}
		return "tree " + l.Hash(), nil
	}
	return s.gitIdentity(ctx)
}

// Unpack makes the pristine tree of the release in the new directory dst, of what is here or is downloaded. Every file gets the
// release's date. A tree other than the pinned one is a fault, and is not left behind.
func (s *Source) Unpack(ctx context.Context, dst string) error {
	fresh := filepath.Clean(dst) + ".unverified"
	if err := os.RemoveAll(fresh); err != nil { // what a run that was killed left behind
		return fmt.Errorf("unpacking: %w", err)
	}
	if _, err := os.Lstat(dst); err == nil {
		return &fault.Error{Code: "tree-exists", What: "cannot unpack where something already is", Where: dst, Do: "remove it, or choose another place"}
	}
	err := s.unpack(ctx, fresh)
	if err == nil {
		err = s.verify(ctx, fresh)
	}
	if err == nil {
		return os.Rename(fresh, dst)
	}
	if left := os.RemoveAll(fresh); left != nil {
		return errors.Join(err, left)
	}
	return err
}

// Take makes the tree in dst of whatever the source holds, which is compared with nothing, and gives the tarball that it came in, if any.
func (s *Source) Take(ctx context.Context, dst string) (tarball string, err error) {
	if err := s.unpack(ctx, dst); err != nil {
		return "", err
	}
	switch s.Kind {
	case Archive:
		return s.Name, nil
	case Download:
		sum, err := s.downloaded(ctx)
		return s.f.cached(sum), err
	}
	return "", nil
}

func (s *Source) unpack(ctx context.Context, dst string) error {
	var name string
	switch s.Kind {
	case Archive:
		name = s.Name
	case Directory:
		return tree.Copy(ctx, s.Name, dst, s.rel.Date)
	case Pinned:
		t, err := s.f.Get(ctx, s.rel)
		if err != nil {
			return err
		}
		name = t.Path
	case Download, Git:
		if s.Kind == Git && filepath.IsAbs(s.Name) {
			return s.unpackLocalGit(ctx, dst)
		}
		var err error
		if name, err = s.download(ctx); err != nil {
			return err
		}
	}
	return s.untar(ctx, name, dst)
}

func (s *Source) untar(ctx context.Context, name, dst string) error {
	in, _, err := regular.Open(name)
	if err != nil {
		return fmt.Errorf("unpacking: %w", err)
	}
	defer in.Close() // only read
	err = tree.Unpack(ctx, in, dst, s.rel.Date, tree.Limits{})
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	f.Where = strings.TrimSuffix(name+", "+f.Where, ", ")
	if f.Code == "archive-format" {
		first := make([]byte, kind.Peek)
		n, _ := in.ReadAt(first, 0) // what cannot be read is of no kind
		if k := kind.Of(first[:n]); k != nil {
			f.Found = "it is " + k.Name
		}
	}
	if s.Kind == Download { // it may be the page of a portal, or have been cut off: the next run asks again
		f.Where = s.String()
		err = errors.Join(err, s.forget(), s.f.local(os.RemoveAll(name)))
	}
	return err
}

// shown is how many differing files a fault names.
const shown = 10

// verify compares a tree with the release's listing.
func (s *Source) verify(ctx context.Context, dir string) error {
	want, err := tree.ParseListing(s.rel.Files)
	if err != nil {
		return &fault.Error{
			Code: "release-invalid", What: "the file list of sendmail " + s.rel.Version + " cannot be read", Where: filepath.Join(s.rel.Dir, "files.sha256"), Err: err,
			Do: "restore it from git",
		}
	}
	got, err := tree.List(ctx, dir)
	if err != nil {
		return err
	}
	differences := tree.Compare(want, got)
	if len(differences) == 0 {
		return nil
	}
	if err := s.forget(); err != nil {
		return err
	}
	var lines []string
	for i, d := range differences {
		if i == shown {
			lines = append(lines, fmt.Sprintf("and %d more of %d files", len(differences)-shown, len(want)))
			break
		}
		lines = append(lines, d.String())
	}
	f := &fault.Error{
		Code: "source-mismatch", What: "this is not the pristine source of sendmail " + s.rel.Version, Where: s.String(), Found: strings.Join(lines, "\n"),
		Do: "take the source as it was released, without builds or edits in it (changes belong into " + s.rel.Dir + " as patches), or let SENDMAIL_RELEASE name the release that it is of",
	}
	if s.Kind == Pinned {
		f.Do = "the tarball is the pinned one, so files.sha256 in " + s.rel.Dir + " is wrong: report it"
	}
	return f
}
