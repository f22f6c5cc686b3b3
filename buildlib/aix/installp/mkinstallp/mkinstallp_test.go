package mkinstallp_test

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
)

// TestMain lets the compiled tests stand in for IBM's mkinstallp when they are called by that name, as the project's scripts do.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "mkinstallp" {
		os.Exit(m.Run())
	}
	if err := standIn(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mkinstallp: stand-in:", err)
		os.Exit(1)
	}
}

// standIn makes an image from a template and a build root as IBM's tool is documented and was seen to do: its package S2 has sizes as
// du gives them, five %, INSTWORK by two control files alone, a .size with INSTWORK in it, and the date of the day on what it makes itself.
// Where nobody could look, it does what S3 has: symbolic links are in the inventory alone.
func standIn(args []string) error {
	flags := flag.NewFlagSet("mkinstallp", flag.ContinueOnError)
	dir, file := flags.String("d", "", ""), flags.String("T", "", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	text, err := os.ReadFile(*file)
	if err != nil {
		return err
	}
	t, err := parseTemplate(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", *file, err)
	}
	if here, err := os.Getwd(); err != nil || here != *dir {
		return fmt.Errorf("the root part needs the build root as working directory, not %s (%v)", here, err)
	}
	image, err := t.image(*dir)
	if err != nil {
		return err
	}
	out := filepath.Join(*dir, "tmp")
	return errors.Join(os.MkdirAll(filepath.Join(*dir, ".info"), 0o755), os.MkdirAll(out, 0o755),
		os.WriteFile(filepath.Join(out, t.values["Package Name"]+"."+t.values["Package VRMF"]+".bff"), image, 0o644))
}

// builder makes the image.
type builder struct {
	root, home string
	now        time.Time
	out        bytes.Buffer
	bff        *bff.Writer
}

func (t *block) image(root string) ([]byte, error) {
	b := &builder{root: root, home: "/usr/lpp/" + t.values["Package Name"], now: time.Now()}
	b.bff = bff.NewWriter(&b.out, b.now)
	var lpp strings.Builder
	var usr, rootPart []installptest.LibraryMember
	var members []func() error
	fmt.Fprintf(&lpp, "4 R I %s {\n", t.values["Package Name"])
	for _, f := range t.filesets {
		if err := b.fileset(f, &lpp, &usr, &rootPart, &members); err != nil {
			return nil, fmt.Errorf("fileset %s: %w", f.values["Fileset Name"], err)
		}
	}
	lpp.WriteString("}\n")

	problems := []error{b.dir("./", 2, 2, 0o755, b.now), b.text("./lpp_name", lpp.String())}
	for _, name := range []string{"./usr", "./usr/lpp", "." + b.home} {
		problems = append(problems, b.dir(name, 0, 0, 0o755, b.now)) // S2
	}
	problems = append(problems, b.library("."+b.home, usr))
	if len(rootPart) > 0 {
		problems = append(problems, b.dir("."+b.home+"/inst_root", 2, 2, 0o755, b.now), b.library("."+b.home+"/inst_root", rootPart))
	}
	for _, member := range members {
		problems = append(problems, member())
	}
	problems = append(problems, b.bff.Close())
	return b.out.Bytes(), errors.Join(problems...)
}

func (b *builder) fileset(f *block, lpp *strings.Builder, usrLibrary, rootLibrary *[]installptest.LibraryMember, members *[]func() error) error {
	name, content := f.values["Fileset Name"], "U"
	if f.values["ROOT Part"] == "Y" {
		content = "B"
	}
	override, err := parseOverride(f.values["OVERRIDE_INVENTORY"])
	if err != nil {
		return err
	}
	control := func(library *[]installptest.LibraryMember, script *block, texts map[string]string) error {
		for keyword, file := range script.values {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			texts[scriptWords[keyword]] = string(text)
		}
		for suffix, text := range texts {
			mode := uint32(0o644)
			if slices.Contains(slices.Collect(maps.Values(scriptWords)), suffix) {
				mode = 0o755
			}
			*library = append(*library, installptest.LibraryMember{Header: ar.Header{Name: name + "." + suffix, Mode: mode}, Text: text})
		}
		return nil
	}
	parts := make([]*partOfImage, 2)
	for i, list := range []string{"USRFiles", "ROOTFiles"} {
		parts[i] = &partOfImage{builder: b, fileset: name, override: override, sizes: map[string]int64{}}
		for _, file := range f.blocks[list].lines {
			if inUsr := strings.HasPrefix(file, "/usr/") || strings.HasPrefix(file, "/opt/"); inUsr != (i == 0) {
				return fmt.Errorf("%s is in %s", file, list)
			}
			if err := parts[i].object(file, i == 1); err != nil {
				return err
			}
		}
	}
	usr, root := parts[0], parts[1]
	*members = append(append(*members, usr.members...), root.members...)
	var inImage string
	for line := range strings.Lines(root.applyList) {
		inImage += "." + b.home + "/inst_root" + strings.TrimPrefix(line, ".")
	}
	for dir, blocks := range root.sizes {
		usr.sizes[b.home+"/inst_root"+dir] = blocks
	}
	copyright, err := os.ReadFile(f.values["Copyright file path"])
	if err != nil {
		return err
	}
	usrSize := usr.sizeLines("/usr/lib/objrepos") + "INSTWORK 16 16\n"
	err = control(usrLibrary, f.blocks["USRLIBLPPFiles"], map[string]string{
		"al": usr.applyList + inImage, "inventory": usr.inventory, "size": usrSize, "copyright": string(copyright)})
	if err == nil && content == "B" {
		usrSize += root.sizeLines("/etc/objrepos")
		err = control(rootLibrary, f.blocks["ROOTLIBLPPFiles"], map[string]string{
			"al": root.applyList, "inventory": root.inventory, "size": root.sizeLines("/etc/objrepos")})
	}
	requisites := strings.ReplaceAll(f.values["Requisites"], ";", "\n")
	if requisites != "" {
		requisites += "\n"
	}
	fmt.Fprintf(lpp, "%s %s 01 %s %s en_US %s\n[\n%s%%\n%s%%\n%%\n%%\n%%\n]\n", name, f.values["Fileset VRMF"],
		f.values["Bosboot required"], content, f.values["Fileset Description"], requisites, usrSize)
	return err
}

// partOfImage collects what a part's objects give.
type partOfImage struct {
	*builder
	fileset              string
	override             map[string]map[string]string
	applyList, inventory string
	sizes                map[string]int64 // as du
	entries              int
	members              []func() error
}

func (p *partOfImage) object(file string, isRoot bool) error {
	info, err := os.Lstat(p.root + file)
	if err != nil {
		return err
	}
	stat := info.Sys().(*syscall.Stat_t)
	p.entries++
	s := installp.Stanza{Path: file, Class: "apply,inventory," + p.fileset, Mode: uint32(stat.Mode) & 0o7777}
	if info.Mode().Type() == fs.ModeSymlink {
		s.Type, s.Mode, s.Owner, s.Group = installp.Symlink, 0o777, "root", "system"
		s.Target, err = os.Readlink(p.root + file)
		p.inventory += s.String()
		return err
	}
	p.applyList += "." + file + "\n"
	source := file
	if info.IsDir() {
		s.Type = installp.Directory
		if isRoot {
			source = p.home + "/inst_root" + file // mkinstallp makes no directories there
		}
	}
	var content []byte
	if !info.IsDir() {
		if content, err = os.ReadFile(p.root + file); err != nil {
			return err
		}
		s.Size, s.Checksum = int64(len(content)), sumR(content)
		p.sizes[path.Dir(file)] += (s.Size + 4095) / 4096 * 8
	}
	if err := overrule(&s, p.override[file]); err != nil {
		return err
	}
	p.inventory += s.String()
	p.members = append(p.members, func() error {
		name := "." + file
		if isRoot {
			name = "." + p.home + "/inst_root" + file
		}
		info, err := os.Lstat(p.root + source)
		if err != nil {
			return err
		}
		stat := info.Sys().(*syscall.Stat_t)
		if info.IsDir() {
			return p.dir(name, stat.Uid, stat.Gid, uint32(stat.Mode)&0o7777, info.ModTime())
		}
		return p.file(&bff.Header{Name: name, Mode: uint32(stat.Mode), UID: stat.Uid, GID: stat.Gid, ModTime: info.ModTime()}, content)
	})
	return nil
}

func (p *partOfImage) sizeLines(database string) string {
	var b strings.Builder
	for _, dir := range slices.Sorted(maps.Keys(p.sizes)) {
		fmt.Fprintf(&b, "%s %d\n", dir, p.sizes[dir])
	}
	fmt.Fprintf(&b, "%s %d\n", database, p.entries)
	return b.String()
}

func (b *builder) dir(name string, uid, gid, mode uint32, modified time.Time) error {
	return b.bff.WriteHeader(&bff.Header{Name: name, Mode: bff.TypeDir | mode, UID: uid, GID: gid, ModTime: modified})
}

func (b *builder) text(name, text string) error {
	return b.file(&bff.Header{Name: name, Mode: bff.TypeRegular | 0o644}, []byte(text))
}

func (b *builder) file(h *bff.Header, content []byte) error {
	h.Size = int64(len(content))
	if err := b.bff.WriteHeader(h); err != nil {
		return err
	}
	_, err := b.bff.Write(content)
	return err
}

func (b *builder) library(dir string, files []installptest.LibraryMember) error {
	slices.SortFunc(files, func(x, y installptest.LibraryMember) int { return cmp.Compare(x.Name, y.Name) })
	var out bytes.Buffer
	w := ar.NewWriter(&out, ar.Small)
	for _, f := range files {
		f.Size, f.ModTime = int64(len(f.Text)), b.now
		if err := w.WriteHeader(&f.Header); err != nil {
			return err
		}
		if _, err := w.Write([]byte(f.Text)); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return b.text(dir+"/liblpp.a", out.String())
}

// sumR is what sum -r prints, with the blanks of S2.
func sumR(content []byte) string {
	var s uint16
	for _, c := range content {
		s = s>>1 | s<<15
		s += uint16(c)
	}
	return fmt.Sprintf("%05d %4d ", s, (len(content)+1023)/1024)
}

// parseOverride reads the attributes of an override inventory by path.
func parseOverride(file string) (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	if file == "" {
		return all, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var stanza map[string]string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutSuffix(line, ":"); ok && path.IsAbs(name) {
			stanza = map[string]string{}
			all[name] = stanza
		} else if attribute, value, ok := strings.Cut(line, "="); ok && stanza != nil {
			stanza[strings.TrimSpace(attribute)] = strings.TrimSpace(value)
		} else if line != "" {
			return nil, fmt.Errorf("%s: %q is no stanza", file, line)
		}
	}
	return all, nil
}

// overrule follows note 7 of mkinstallp's README. Without an override, mkinstallp takes the names that numbers have on its machine.
func overrule(s *installp.Stanza, override map[string]string) error {
	if override["owner"] == "" || override["group"] == "" {
		return fmt.Errorf("%s: this stand-in knows no accounts of AIX", s.Path)
	}
	s.Owner, s.Group = override["owner"], override["group"]
	s.Volatile = override["size"] == "VOLATILE" && override["checksum"] == "VOLATILE"
	if override["mode"] == "" {
		return nil
	}
	words := strings.Split(override["mode"], ",")
	mode, err := strconv.ParseUint(words[len(words)-1], 8, 32)
	for _, word := range words[:len(words)-1] {
		mode |= map[string]uint64{"SUID": 0o4000, "SGID": 0o2000, "SVTX": 0o1000}[word]
	}
	s.Mode = uint32(mode)
	return err
}
