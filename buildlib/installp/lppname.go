package installp

import (
	"fmt"
	"strings"
)

// libraries are the finished control libraries, with what INSTWORK needs to know of each fileset's share in them.
type libraries struct {
	usr, root []byte
	control   map[*fileset]int64 // blocks that the fileset's own control files take, one by one
}

func (pl *plan) libraries() (*libraries, error) {
	libs := &libraries{control: map[*fileset]int64{}}
	var usr, root []controlFile
	for _, f := range pl.filesets {
		own := pl.usrControl(f)
		usr = append(usr, own...)
		if f.hasRoot() {
			files := pl.rootControl(f)
			root = append(root, files...)
			own = append(own, files...)
		}
		for _, file := range own {
			libs.control[f] += blocks(int64(len(file.text)))
		}
	}
	var err error
	if libs.usr, err = pl.library(usr); err != nil {
		return nil, err
	}
	if root != nil {
		libs.root, err = pl.library(root)
	}
	return libs, err
}

// lppName writes the table of contents that installp reads first. INSTWORK asks for space for lpp_name, too, so its own length
// comes into it: the second try has it, unless its longer numbers need one more unit.
func (pl *plan) lppName(libs *libraries) string {
	own := int64(unitBlocks)
	for {
		text := pl.renderLppName(libs, own)
		need := blocks(int64(len(text)))
		if need <= own {
			return text
		}
		own = need
	}
}

// renderLppName: format 4 (AIX 4.1 and later), POWER, installation image; then each fileset with its level, diskette volume, bosboot
// flag, content and language. Section 1 holds the requisites, section 2 the sizes; three more are empty, as in S2 (W20).
func (pl *plan) renderLppName(libs *libraries, ownBlocks int64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "4 R I %s {\n", pl.pkg.Name)
	for _, f := range pl.filesets {
		content := "U"
		if f.hasRoot() {
			content = "B"
		}
		fmt.Fprintf(&b, "%s %s 01 N %s en_US %s\n[\n", f.Name, f.level, content, f.Text)
		for _, line := range f.Requisites {
			b.WriteString(line + "\n") // its own newline, or % would not be alone on its line: EPM's packages failed on this
		}
		b.WriteString("%\n" + pl.usrSizes(f))
		permanent, temporary := libs.instwork(f, ownBlocks)
		fmt.Fprintf(&b, "INSTWORK %d %d\n", permanent, temporary)
		if f.hasRoot() {
			b.WriteString(f.rootSizes())
		}
		b.WriteString("%\n%\n%\n%\n]\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// instwork is the space that installp needs for control files while it installs the fileset: permanent for the fileset's own files
// and lpp_name, temporary for the libraries they come in (formula of S3, which has one fileset). With several filesets each one
// counts the whole libraries, since installp may restore them for one fileset alone [inferred].
func (l *libraries) instwork(f *fileset, ownBlocks int64) (permanent, temporary int64) {
	temporary = blocks(int64(len(l.usr))) + unitBlocks
	if f.hasRoot() {
		temporary += blocks(int64(len(l.root)))
	}
	return l.control[f] + ownBlocks, temporary
}
