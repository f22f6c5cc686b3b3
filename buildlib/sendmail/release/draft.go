package release

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
)

// Draft is a release that is being added, and what its files say of it besides.
type Draft struct {
	Release           // of the signature the key itself
	From     *Release // that is the model
	Source   string   // that the tree is from, as a tracked file may name it
	Unproven bool     // nobody but the tarball itself has the key of its signature
	Open     []Open   // the advisories that it has to answer
}

// Open is an advisory that a draft has to answer.
type Open struct {
	*Advisory
	By    string  // the patch of its series that is about it, or ""
	Other *Answer // what the release that is the model says, which is about another source; nil where that says nothing
}

// KeyFile is the file beside release.toml that has the public key.
const KeyFile = "signing-key.asc"

//go:embed release.toml.tmpl advisories.toml.tmpl
var templates embed.FS

// Texts are release.toml and advisories.toml.
func (d *Draft) Texts() (map[string]string, error) {
	texts := make(map[string]string)
	for _, name := range []string{tomlName, advisoriesName} {
		var b strings.Builder
		if err := template.Must(template.ParseFS(templates, name+".tmpl")).Execute(&b, d); err != nil {
			return nil, err
		}
		texts[name] = b.String()
	}
	return texts, nil
}

var (
	versionLine = regexp.MustCompile(`(?m)^char\s+Version\[\]\s*=\s*"([^"\n]*)"`)
	// leftByBuilds is what neither a tarball nor a tag has: objects, and what patch and editors leave.
	leftByBuilds = regexp.MustCompile(`(^|/)obj\.|\.(o|orig|rej)$`)
)

// Look finds out what an unpacked tree, which has these files, says of itself: whether it is the source of this release as it was published, and
// the day, unless that is known. The tree may be any directory.
func (d *Draft) Look(dir string, files []string) error {
	wrong := func(where, found, do string) error {
		return &fault.Error{Code: "release-source", What: "this is not the source of sendmail " + d.Version + " as it was published", Where: where, Found: found, Do: do}
	}
	const versionFile, notesFile = "sendmail/version.c", "RELEASE_NOTES"
	code, err := regular.Read(filepath.Join(dir, filepath.FromSlash(versionFile)), maxFile)
	if err != nil {
		return wrong(versionFile, "it cannot be read: "+fault.Reason(err).Error(), "name the top of an unpacked release of sendmail 8.10 or newer, its tarball, or a git repository with its tag")
	}
	if m := versionLine.FindSubmatch(code); m == nil || string(m[1]) != d.Version {
		found := "no version"
		if m != nil {
			found = "it is of " + string(m[1])
		}
		return wrong(versionFile, found, "give that version, or take the source of "+d.Version)
	}
	for _, f := range files {
		if leftByBuilds.MatchString(f) {
			return wrong(f, "something was built or patched in it", "take the source as it was released: the tarball, or a git tag")
		}
	}
	if !d.Date.IsZero() {
		return nil
	}
	notes, err := regular.Read(filepath.Join(dir, notesFile), maxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	day := ""
	if m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(d.Version) + `/[0-9A-Za-z.]+\s+(\S+)`).FindSubmatch(notes); m != nil {
		day = string(m[1])
	}
	if d.Date, err = time.Parse("2006/01/02", day); err != nil || d.Date.Unix() < 0 {
		f := &fault.Error{
			Code: "release-date", What: "it is not known when sendmail " + d.Version + " was released", Where: notesFile, Found: "no day of this release",
			Do: "give the day, as in -date=2020-07-05: all that is built carries it",
		}
		if day != "" {
			f.Found = fmt.Sprintf("%q", day)
		}
		return f
	}
	return nil
}
