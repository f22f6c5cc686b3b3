package write

import "github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"

// libraries are the finished control libraries, with what INSTWORK needs to know of each fileset's share in them.
type libraries struct {
	usr, root []byte
	control   map[*Fileset]int64 // blocks that the fileset's own control files take, one by one
}

func (pl *Arrangement) libraries() (*libraries, error) {
	libs := &libraries{control: map[*Fileset]int64{}}
	var usr, root []installp.ControlFile
	for _, f := range pl.Filesets {
		own := pl.usrControl(f)
		usr = append(usr, own...)
		if f.HasRoot() {
			files := pl.rootControl(f)
			root = append(root, files...)
			own = append(own, files...)
		}
		for _, file := range own {
			libs.control[f] += installp.Blocks(int64(len(file.Text)))
		}
	}
	var err error
	if libs.usr, err = installp.PackLibrary(usr, pl.Pkg.Time); err != nil {
		return nil, err
	}
	if root != nil {
		libs.root, err = installp.PackLibrary(root, pl.Pkg.Time)
	}
	return libs, err
}

// lppName writes the table of contents that installp reads first. INSTWORK asks for space for lpp_name, too, so its own length
// comes into it: the second try has it, unless its longer numbers need one more unit.
func (pl *Arrangement) lppName(libs *libraries) string {
	own := int64(installp.UnitBlocks)
	for {
		text := pl.renderLppName(libs, own)
		need := installp.Blocks(int64(len(text)))
		if need <= own {
			return text
		}
		own = need
	}
}

// renderLppName fills in the image's table of contents: section 1 holds the requisites, section 2 the sizes, the others are empty.
func (pl *Arrangement) renderLppName(libs *libraries, ownBlocks int64) string {
	image := installp.Image{Platform: installp.Platform, Type: installp.TypeInstall, Package: pl.Pkg.Name}
	for _, f := range pl.Filesets {
		permanent, temporary := libs.instwork(f, ownBlocks)
		info := installp.Info{
			Name: f.Name, Level: f.Level, Volume: installp.VolumeFirst, BosBoot: installp.BosBootNo, Content: installp.ContentUsr, Language: installp.Language, Text: f.Text,
			Requisites: f.Requisites,
			Sizes:      append(pl.usrSizes(f), installp.Size{Name: installp.WorkSpace, Permanent: permanent, Temporary: temporary}),
		}
		if f.HasRoot() {
			info.Content = installp.ContentBoth
			info.Sizes = append(info.Sizes, f.rootSizes()...)
		}
		image.Filesets = append(image.Filesets, info)
	}
	return image.LppName()
}

// instwork is the space that installp needs for control files while it installs the fileset: permanent for the fileset's own files
// and lpp_name, temporary for the libraries they come in (formula of S3, which has one fileset). With several filesets each one
// counts the whole libraries, since installp may restore them for one fileset alone [inferred].
func (l *libraries) instwork(f *Fileset, ownBlocks int64) (permanent, temporary int64) {
	temporary = installp.Blocks(int64(len(l.usr))) + installp.UnitBlocks
	if f.HasRoot() {
		temporary += installp.Blocks(int64(len(l.root)))
	}
	return l.control[f] + ownBlocks, temporary
}
