package checkout

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/regular"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/tomlfile"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
)

const ConfigFile = "build.toml"

// LoadSettings reads the settings of the project at root. Every problem is reported, not only the first.
func LoadSettings(root string, environ []string) (*Settings, error) {
	s := &Settings{origin: make(map[string]string)}
	fromFile, fileErr := readConfig(filepath.Join(root, ConfigFile))
	fromEnv, foreign, envErr := readEnviron(environ)
	s.foreign = foreign
	problems := []error{fileErr, envErr}
	apply := func(row setting, value, origin string) {
		if err := row.set(s, value); err != nil {
			problems = append(problems, &fault.Error{
				Code: "setting-value", What: fmt.Sprintf("%s = %q is not a value for this setting", row.name, value), Where: origin, Found: err.Error(),
				Do: "it takes: " + row.help,
			})
			return
		}
		s.origin[row.name] = origin
	}
	for _, row := range table {
		apply(row, row.standard, "default")
		if value, ok := fromFile[row.name]; ok {
			apply(row, value, ConfigFile)
		}
		if value, ok := fromEnv[row.name]; ok {
			apply(row, value, "environment variable "+row.env())
		}
	}
	return s, errors.Join(append(problems, s.conflict())...)
}

// conflict is why two settings do not go together.
func (s *Settings) conflict() error {
	f := &fault.Error{Code: "settings-conflict", Where: s.origin["host"]}
	switch {
	case s.Host == "":
		return nil
	case s.Target == "host":
		f.What, f.Do = "target = host means this machine, and host = "+s.Host+" another one", "leave target out: it is what the machine is"
	case s.Packager == PackagerMkinstallp:
		f.What, f.Do = "mkinstallp is run on this machine alone, and host = "+s.Host+" is another one", "leave packager out, or build on the AIX machine itself"
	case !filepath.IsAbs(s.Sysroot):
		f.What, f.Do = "sysroot = "+s.Sysroot+" is no directory of another machine", "leave sysroot out: the headers and libraries are those of host = "+s.Host
	default:
		return nil
	}
	return f
}

// readConfig reads build.toml, which need not be there.
func readConfig(file string) (map[string]string, error) {
	data, err := regular.Read(file, 1<<20)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &fault.Error{Code: "settings-file", What: "cannot read " + ConfigFile, Where: file, Err: fault.Reason(err), Do: "make it a file that you may read, or remove it"}
	}
	values, err := parseConfig(data)
	if err != nil {
		err = errors.New(anAddress.ReplaceAllStringFunc(err.Error(), fetch.Shown)) // it quotes lines
		return nil, &fault.Error{Code: "settings-file", What: "cannot read " + ConfigFile, Where: file, Err: err, Do: "fix it; " + seeAll}
	}
	return values, nil
}

// anAddress is what may be one, well-formed or not.
var anAddress = regexp.MustCompile(`\S+://\S*`)

// parseConfig reads the text of build.toml into values in the form a user would write into the environment.
func parseConfig(data []byte) (map[string]string, error) {
	var raw map[string]any
	if err := tomlfile.Decode(data, &raw); err != nil {
		return nil, err
	}
	values := make(map[string]string)
	var problems []error
	names := settingNames()
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		if !slices.Contains(names, key) {
			problems = append(problems, tomlfile.Unknown(key, names))
			continue
		}
		switch v := raw[key].(type) {
		case string:
			values[key] = v
		case int64:
			values[key] = strconv.FormatInt(v, 10)
		case []any:
			var words []string
			for _, e := range v {
				words = append(words, fmt.Sprint(e))
			}
			if values[key] = strings.Join(words, ","); len(words) == 0 {
				values[key] = "none"
			}
		default:
			problems = append(problems, fmt.Errorf("%s has a value of a kind that no setting takes: %v", key, v))
		}
	}
	return values, errors.Join(problems...)
}

// readEnviron finds the SENDMAIL_ variables. One that is empty counts as not set. One that is no setting is an error where it looks like one
// that was mistyped; what else there is belongs to others.
func readEnviron(environ []string) (values map[string]string, foreign []string, err error) {
	values = make(map[string]string)
	var problems []error
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		word, ours := strings.CutPrefix(name, envPrefix)
		setting := strings.ToLower(word)
		switch {
		case !ours || value == "":
		case slices.Contains(settingNames(), setting) && word == strings.ToUpper(word):
			values[setting] = value
		case fault.Slip(setting, settingNames()) != "":
			problems = append(problems, &fault.Error{
				Code: "setting-unknown", What: "unknown setting " + name, Where: "environment",
				Do: fmt.Sprintf("did you mean %s? %s", envPrefix+strings.ToUpper(fault.Slip(setting, settingNames())), seeAll),
			})
		default:
			foreign = append(foreign, name)
		}
	}
	return values, foreign, errors.Join(problems...)
}
