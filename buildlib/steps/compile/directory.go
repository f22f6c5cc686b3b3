package compile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Directory is one directory of the source tree that Build is run in.
type Directory struct {
	Name   string
	Needs  []string // directories whose libraries it links
	Weight int64    // bytes of C source: a good guess of how long it takes
	// Objects is how many a piece of the work on it is the first to look at.
	Objects int
}

var (
	subdirs = regexp.MustCompile(`(?m)^SUBDIRS=((?:[^\n\\]|\\\n|\\.)*)`)
	smlib   = regexp.MustCompile("bldPUSH_SMLIB\\(`(\\w+)'\\)")
	// noInstall stands at the beginning of a line; elsewhere it is asked about.
	noInstall = regexp.MustCompile("(?m)^define\\(`bldNO_INSTALL'")
)

// Directories reads from the tree itself what there is to build and what needs what: the list from the top Makefile, the
// libraries from the bldPUSH_SMLIB lines of each Makefile.m4. Directories that upstream does not install unless forced to (mail.local
// and rmail, which say bldNO_INSTALL) are left out: nothing would come of them. Extra names directories that upstream's list lacks.
func Directories(source string, extra []string) ([]Directory, error) {
	makefile, err := os.ReadFile(filepath.Join(source, "Makefile"))
	if err != nil {
		return nil, notSendmail(source, err)
	}
	names, err := subdirectories(makefile)
	if err != nil {
		return nil, notSendmail(filepath.Join(source, "Makefile"), err)
	}
	for _, name := range extra {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var directories []Directory
	for _, name := range names {
		recipe, err := os.ReadFile(filepath.Join(source, name, "Makefile.m4"))
		if err != nil {
			return nil, notSendmail(source, err)
		}
		if noInstall.Match(recipe) {
			continue
		}
		d := Directory{Name: name}
		d.Needs = libraries(recipe)
		for _, library := range d.Needs {
			if !slices.Contains(names, library) {
				return nil, notSendmail(filepath.Join(source, name, "Makefile.m4"), errors.New("it links "+library+", which is not built"))
			}
		}
		sizes, err := sizes(filepath.Join(source, name))
		if err != nil {
			return nil, err
		}
		for _, size := range sizes {
			d.Weight += size
		}
		directories = append(directories, d)
	}
	return directories, nil
}

// sizes are those of the C files in a directory.
func sizes(dir string) (map[string]int64, error) {
	files, err := os.ReadDir(dir)
	sizes := make(map[string]int64)
	for _, file := range files {
		if filepath.Ext(file.Name()) == ".c" {
			info, err := file.Info()
			if err != nil {
				return nil, err
			}
			sizes[file.Name()] = info.Size()
		}
	}
	return sizes, err
}

// plainName is what upstream calls a directory. Build is run in each of them, so no name may lead elsewhere.
var plainName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)

// subdirectories reads the list of the top Makefile.
func subdirectories(makefile []byte) ([]string, error) {
	list := subdirs.FindSubmatch(makefile)
	if list == nil {
		return nil, errors.New("no line begins with SUBDIRS=")
	}
	var names []string
	for _, name := range strings.Fields(strings.ReplaceAll(string(list[1]), "\\\n", " ")) {
		if !plainName.MatchString(name) {
			return nil, fmt.Errorf("SUBDIRS has %q, which is no directory of sendmail's", name)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// libraries reads from a Makefile.m4 what the directory links, each once.
func libraries(recipe []byte) []string {
	var names []string
	for _, m := range smlib.FindAllSubmatch(recipe, -1) {
		if name := "lib" + string(m[1]); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func notSendmail(where string, err error) error {
	return &fault.Error{
		Code: "source-layout", What: "the source tree is not laid out as sendmail's", Where: where, Err: err,
		Do: `check what SENDMAIL_SOURCE points at, or run "mage clean" and start again`,
	}
}
