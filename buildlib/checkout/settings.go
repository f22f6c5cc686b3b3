package checkout

import (
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/remote"
)

// Settings says what to build. Each value is the strongest of: built-in default, build.toml, environment.
type Settings struct {
	Release  string   // directory under patches
	Host     string   // the machine that builds, as ssh calls it; "" is this one
	Target   string   // "" is the machine itself on AIX, and aix7.2-64 elsewhere
	Targets  []string // of a matrix; none is Target alone
	Releases []string // likewise
	With     []string // options, sorted
	Source   string   // instead of the pinned addresses
	Revision int      // of the package
	Prefix   string   // directory of the programs on the target
	Packager string   // what writes the image: native or mkinstallp
	CPU      string   // the oldest processor that programs run on; "" is the oldest that any level runs on
	Compiler string   // "" is auto-detected
	OpenSSL  string   // provider
	SASL     string   // provider
	Sysroot  string   // directory or archive that the target's headers and libraries are in
	Jobs     int      // processes at a time
	Log      string   // text or json
	Output   string   // text or json

	origin  map[string]string
	foreign []string // variables of the environment that begin as ours do, and are no settings
}

// setting is one row of the table that everything about settings is read from.
type setting struct {
	name     string
	standard string // default, in the form a user would write
	help     string
	field    func(*Settings) any // a *string, a *int, or a *[]string
	check    func(value string) error
}

// The values of the setting packager.
const (
	PackagerNative     = "native"
	PackagerMkinstallp = "mkinstallp"
)

// table is every setting there is, in the order they are shown.
var table = []setting{
	{"release", "8.15.2", "release of sendmail, a directory under patches", func(s *Settings) any { return &s.Release }, nil},
	{"host", "", "AIX machine that builds, as in: ssh HOST; empty: this machine", func(s *Settings) any { return &s.Host }, remote.CheckName},
	{"target", "", "aix7.2-64, aix6.1-32, ... or host; empty: this machine if it is AIX, else aix7.2-64", func(s *Settings) any { return &s.Target }, nil},
	{"targets", "none", "targets of mage matrix, separated by commas, or all; none: target alone", func(s *Settings) any { return &s.Targets }, nil},
	{"releases", "none", "releases of mage matrix, separated by commas, or all; none: release alone", func(s *Settings) any { return &s.Releases }, nil},
	{"with", "sasl,starttls", "options, separated by commas, or none; +NAME and -NAME change the list instead", func(s *Settings) any { return &s.With }, nil},
	{"source", "", "tarball, directory or git URL to use instead of the pinned addresses", func(s *Settings) any { return &s.Source }, nil},
	{"revision", "1", "revision of the package, the last part of its level", func(s *Settings) any { return &s.Revision }, between(1, 99)},
	{"prefix", "/opt/sendmail", "directory of the programs on the target, /opt/NAME", func(s *Settings) any { return &s.Prefix }, checkPrefix},
	{"packager", PackagerNative, "what writes the image: native (this program) or mkinstallp (IBM's, on AIX as root)",
		func(s *Settings) any { return &s.Packager }, oneOf(PackagerNative, PackagerMkinstallp)},
	{"cpu", "", "oldest processor that the programs are for, such as pwr7; empty: the oldest that any level of AIX runs on",
		func(s *Settings) any { return &s.CPU }, nil},
	{"compiler", "", "xlc, xlclang, ibm-clang, gcc, or a path; empty: auto-detected", func(s *Settings) any { return &s.Compiler }, nil},
	{"openssl", "", "where OpenSSL is: base, toolbox, or a prefix; empty: auto-detected", func(s *Settings) any { return &s.OpenSSL }, nil},
	{"sasl", "", "where Cyrus SASL is: base, toolbox, or a prefix; empty: auto-detected", func(s *Settings) any { return &s.SASL }, nil},
	{"sysroot", "/", "directory or archive that the target's headers and libraries are in", func(s *Settings) any { return &s.Sysroot }, nil},
	{"jobs", strconv.Itoa(runtime.NumCPU()), "directories compiled at a time, and files in each", func(s *Settings) any { return &s.Jobs }, between(1, 1024)},
	{"log", "text", "form of the log on standard error: text or json", func(s *Settings) any { return &s.Log }, oneOf("text", "json")},
	{"output", "text", "form of results on standard output: text or json", func(s *Settings) any { return &s.Output }, oneOf("text", "json")},
}

// StandardOptions are the options that are built in unless the setting says otherwise.
func StandardOptions() []string {
	var s Settings
	for _, row := range table {
		if row.name == "with" {
			_ = row.set(&s, row.standard) // the tests read it
		}
	}
	return s.With
}

const envPrefix = "SENDMAIL_"

// env is the name of the setting's environment variable.
func (row setting) env() string { return envPrefix + strings.ToUpper(row.name) }

// set parses a value into the settings.
func (row setting) set(s *Settings, value string) (err error) {
	if row.check != nil {
		if err := row.check(value); err != nil {
			return err
		}
	}
	switch field := row.field(s).(type) {
	case *string:
		*field = value
	case *int:
		*field, err = strconv.Atoi(value)
	case *[]string:
		*field, err = readList(*field, value)
	}
	return err
}

// get gives the value in the form a user would write.
func (row setting) get(s *Settings) string {
	switch field := row.field(s).(type) {
	case *string:
		return *field
	case *int:
		return strconv.Itoa(*field)
	case *[]string:
		if len(*field) == 0 {
			return "none"
		}
		return strings.Join(*field, ",")
	}
	return ""
}

// readList reads a list that replaces the one before, "sasl, starttls" or "none", or one that changes it, "+libmilter, -sasl". The order and
// the repetitions that a user wrote do not matter.
func readList(before []string, value string) ([]string, error) {
	if value == "none" {
		return nil, nil
	}
	var list []string
	signed, plain := false, false
	adds := map[string]bool{}
	for word := range strings.SplitSeq(value, ",") {
		word = strings.TrimSpace(word)
		sign, name := "", word
		if strings.HasPrefix(word, "+") || strings.HasPrefix(word, "-") {
			sign, name = word[:1], word[1:]
		}
		if name == "" {
			return nil, errors.New("expected words separated by commas, or none")
		}
		signed, plain = signed || sign != "", plain || sign == "" && !strings.HasPrefix(name, "no-")
		if sign == "" {
			name = strings.TrimPrefix(name, "no-")
		}
		if add, again := adds[name]; again && add != (sign == "+") && signed && !plain {
			return nil, fmt.Errorf("expected %s once: it is both added and taken away", name)
		}
		adds[name] = sign == "+"
		list = append(list, word)
	}
	switch {
	case signed && plain:
		return nil, errors.New("expected names alone, which replace the list, or each with + or -, which change it: not both")
	case slices.ContainsFunc(list, func(word string) bool { return strings.TrimLeft(word, "+-") == "none" }):
		return nil, errors.New("expected none to stand alone")
	case signed:
		list = changeList(before, list)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// changeList adds options to a list and takes others away. What is not in the list may be on by default: no-NAME switches it off.
func changeList(before, changes []string) []string {
	list := slices.Clone(before)
	drop := func(name string) bool {
		n := len(list)
		list = slices.DeleteFunc(list, func(s string) bool { return s == name })
		return len(list) < n
	}
	for _, change := range changes {
		name, add := strings.CutPrefix(change, "+")
		if !add {
			name = strings.TrimPrefix(name, name[:strings.Index(name, "-")+1]) // of -NAME or no-NAME
		}
		switch {
		case add:
			drop("no-" + name)
			list = append(list, name)
		case !drop(name):
			list = append(list, "no-"+name)
		}
	}
	return list
}

func between(least, most int) func(string) error {
	return func(value string) error {
		if n, err := strconv.Atoi(value); err != nil || n < least || n > most {
			return fmt.Errorf("expected a number from %d to %d", least, most)
		}
		return nil
	}
}

func oneOf(values ...string) func(string) error {
	return func(value string) error {
		if slices.Contains(values, value) {
			return nil
		}
		if near := fault.Nearest(value, values); near != "" {
			return fmt.Errorf("did you mean %q?", near)
		}
		return fmt.Errorf("expected one of %s", strings.Join(values, ", "))
	}
}

// plainPrefix is a directory of its own below /opt, with a name that survives m4, make, the shell and the inventory of a package
// without quoting. Programs live in the usr part of a fileset, which is /usr and /opt, and what is in /usr belongs to AIX.
var plainPrefix = regexp.MustCompile(`^/opt/[A-Za-z0-9_][A-Za-z0-9_.+-]*$`)

func checkPrefix(value string) error {
	if !plainPrefix.MatchString(value) {
		return errors.New("expected /opt/NAME, the name of letters, digits and _ . + -")
	}
	if value == "/opt/freeware" || value == "/opt/IBM" {
		return errors.New("this directory belongs to IBM's packages")
	}
	return nil
}

const seeAll = `"mage settings" lists them all`

func settingNames() []string {
	names := make([]string, len(table))
	for i, row := range table {
		names[i] = row.name
	}
	return names
}

// Origin reports where the value of a setting comes from.
func (s *Settings) Origin(name string) string { return s.origin[name] }

// machinesOwn are the settings that say how a machine is used, and not what is built.
var machinesOwn = []string{"host", "source", "targets", "releases", "jobs", "log", "output", "sysroot"}

// Values lists the settings that decide what is built, for the record. Where the source comes from does not: its hash does. Neither
// does how many processes made it, or how they were logged.
func (s *Settings) Values() map[string]string {
	values := make(map[string]string)
	for _, row := range table {
		if !slices.Contains(machinesOwn, row.name) {
			values[row.name] = row.get(s)
		}
	}
	return values
}

// Lookup finds a variable in an environment as a process would: the last one counts.
func Lookup(environ []string, name string) (value string, ok bool) {
	for _, pair := range environ {
		if v, found := strings.CutPrefix(pair, name+"="); found {
			value, ok = v, true
		}
	}
	return value, ok
}

// PinnedTime is the one time that everything built carries: SOURCE_DATE_EPOCH, or else the date of the release.
func PinnedTime(environ []string, release time.Time) (time.Time, error) {
	value, ok := Lookup(environ, "SOURCE_DATE_EPOCH")
	if !ok {
		return release.UTC(), nil
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err != nil || seconds < 0 || seconds > 1<<31-1 {
		return time.Time{}, &fault.Error{
			Code: "setting-value", What: fmt.Sprintf("SOURCE_DATE_EPOCH=%q is not a time", value), Where: "environment",
			Do: "set it to seconds since 1970 (an AIX image holds 32 bits of them), or unset it to use the release's own date",
		}
	}
	return time.Unix(seconds, 0).UTC(), nil
}
