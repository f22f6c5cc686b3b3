package installp

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
	if libs.usr, err = packLibrary(usr, pl.pkg.Time); err != nil {
		return nil, err
	}
	if root != nil {
		libs.root, err = packLibrary(root, pl.pkg.Time)
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

// renderLppName fills in the image's table of contents: section 1 holds the requisites, section 2 the sizes, the others are empty.
func (pl *plan) renderLppName(libs *libraries, ownBlocks int64) string {
	image := Image{Platform: platform, Type: typeInstall, Package: pl.pkg.Name}
	for _, f := range pl.filesets {
		permanent, temporary := libs.instwork(f, ownBlocks)
		info := Info{
			Name: f.Name, Level: f.level, Volume: volumeFirst, BosBoot: bosBootNo, Content: contentUsr, Language: language, Text: f.Text,
			Requisites: f.Requisites,
			Sizes:      append(pl.usrSizes(f), Size{Name: workSpace, Permanent: permanent, Temporary: temporary}),
		}
		if f.hasRoot() {
			info.Content = contentBoth
			info.Sizes = append(info.Sizes, f.rootSizes()...)
		}
		image.Filesets = append(image.Filesets, info)
	}
	return image.lppName()
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
