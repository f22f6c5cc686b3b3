package imagetool

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/installptest"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/installp/write"
	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/vrmf"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

const (
	fixControl = "ABSTRACT=A fix\nREBOOT=yes\nPREREQ=p\nEFIX_FILES=1\nEFIX_FILE:\nEFIX_FILE_NUM=1\nSHIP_FILE=prog\nTARGET_FILE=/usr/lib/libx.a\nTYPE=2\nAR_MEM=shr.o\nCKSUM=16556\n"
	fixNeeds   = "bos.rte 7.2.4.0 7.2.4.5\n"
)

// sealed makes an image's first header one of an archive by inode, or something else, with its checksum.
func sealed(image []byte, change func([]byte)) []byte {
	image = slices.Clone(image)
	change(image)
	installptest.Seal(image[:72])
	return image
}

// byInode is the first record of an archive by inode, as IBM's page of the file describes it.
func byInode() []byte {
	tape := make([]byte, 1024)
	for at, n := range map[int]uint32{0: 1, 4: 1443657600, 12: 1, 24: 60012} {
		binary.BigEndian.PutUint32(tape[at:], n)
	}
	return tape
}

// firstVolume is that of a backup, whose second member is in the next one.
func firstVolume(t testing.TB) []byte {
	return sealed(backup(t, "./a", strings.Repeat("a", 500), "./b", "b"), func(b []byte) { binary.LittleEndian.PutUint32(b[16:], 80) })[:640]
}

// nfs4 is a backup of a file with an NFS4 access list.
func nfs4(t testing.TB) []byte {
	return installptest.Rename(backup(t, "./a", "x", "./a/no", "* ACL_type NFS4\ns:(OWNER@):\ta\trwp\n"), "./a/no", "./a/\x7f\x7f")
}

// signed puts a signature block behind an image.
func signed(t testing.TB, key *rsa.PrivateKey, image []byte) []byte {
	t.Helper()
	sum := sha256.Sum256(image)
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1024)
	for at, n := range map[int]uint32{8: 1024, 16: 0x100, 20: 0x100, 24: 0x200, 28: 0x100, 32: 2, 0x3f4: 1024} {
		binary.BigEndian.PutUint32(b[at:], n)
	}
	copy(b, "INUTUEYE")
	copy(b[0x100:], signature)
	copy(b[0x200:], "/etc/security/certificates/key")
	copy(b[0x3f8:], "INUTUEYE")
	return append(slices.Clone(image), b...)
}

// aPackage is a small one.
func aPackage(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := write.Image(&b, &installp.Package{Name: "demo", Level: vrmf.Level{Version: 1}, Filesets: []installp.Fileset{{
		Name: "demo.rte", Text: "Demo", Copyright: "Ours.\n", Usr: installp.Scripts{installp.PreI: "#!/usr/bin/ksh\nexit 0\n"},
	}}, Time: time.Unix(0, 0)}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestKinds is what others have: each kind is listed and verified, or refused by its name.
func TestKinds(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	image := aPackage(t)
	for _, test := range []struct {
		name    string
		content []byte
		kind    Kind   // "" for one that is not listed
		list    string // in what a person sees, or in the error
		verify  string // in what a person sees, or in the error
	}{
		{"package", image, Package, "demo.rte                    1.0.0.0", "0 errors, 0 notes"},
		{"signed", signed(t, key, image), Package, "# signed: a Digital Signature Block of 1024 bytes at offset 2048, by the key /etc/security/certificates/key", "note 18: the image"},
		{"rubbish behind", append(slices.Clone(image), "rubbish"...), Package, "demo.rte", "the archive goes on behind its last block"},
		{"signed rubbish", signed(t, key, append(slices.Clone(image), "rubbish"...)), Package, "# signed: ", "the archive goes on behind its last block"},
		{"backup", backup(t, "./a", "x"), Backup, " ./a\n", "this is a backup of files"},
		{"mksysb", backup(t, "./bosinst.data", "x", "./image.data", "x", "./tmp/vgdata/rootvg/rootvg.data", "x"), Mksysb, "# a backup of a system", "this is a backup of files"},
		{"savevg", backup(t, "./tmp/vgdata/datavg/datavg.data", "x", "./data/a", "x"), Savevg, "# a backup of a volume group", "this is a backup of files"},
		{"inode", sealed(image, func(b []byte) { b[2] = 0x6d }), Inode, "# an archive by inode", "note 4: the image at offset 0: this is an archive by inode"},
		{"tape", byInode(), Inode, "# an archive by inode (backup -f of a file system): volume 1, of 2015-10-01\n", "note 4: the image at offset 0: this is an archive by inode"},
		{"cut tape", byInode()[:30], Inode, "volume 1, of 2015-10-01\n", "0 errors, 1 note"},
		{"first volume", firstVolume(t), Backup, "# one volume of several: the archive goes on in another volume\n-rw-r--r--     0     0        500 1970-01-01 00:00:00 ./a\n", "error 2: the image at offset 0: the archive goes on in another volume"},
		{"access list", nfs4(t), Backup, "            NFS4 s:(OWNER@): a rwp\n", "found: 2 members"},
		{"fix.epkg.Z", installptest.Fix(t, "c", fixControl, "p", fixNeeds, "prog", "abc"), Fix, "/usr/lib/libx.a(shr.o)", "0 errors, 0 notes"},
		{"damaged.epkg.Z", installptest.Fix(t, "c", fixControl, "p", fixNeeds, "prog", "abd"), Fix, "requires bos.rte 7.2.4.0 to 7.2.4.5", "error 16: prog at offset 0: the checksum is not that of the control file\n    found: 16557, not 16556"},
		{"other.Z", installptest.Compressed([]byte("text")), "", "this is not an interim fix", "this is not an interim fix"},
		{"wget.rpm", installptest.WgetRPM(), RPM, "requires libc.a(shr.o)", "it is an RPM"},
		{"cut.rpm", installptest.WgetRPM()[:200], "", "this is not a whole RPM", "it is an RPM"},
		{"gzip", []byte("\x1f\x8b\x08"), "", "it is a gzip file\n  do:    unpack it first", "it is a gzip file"},
		{"page", []byte("<!DOCTYPE html>"), "", "it is an HTML page", "it is an HTML page"},
		{"program", []byte("\x01\xf7\x00"), "", "it is an XCOFF program", "it is an XCOFF program"},
		{"text", []byte("text"), "", "this is no installp image", "this is no installp image"},
		{"empty", nil, "", "this is no installp image", "this is no installp image"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), test.name)
			if err := os.WriteFile(file, test.content, 0o644); err != nil {
				t.Fatal(err)
			}
			l, err := List(t.Context(), nil, file)
			shown := text(t, l)
			if err != nil {
				shown = err.Error()
			}
			if (err == nil) != (test.kind != "") || err == nil && l.Images[0].Kind != test.kind || !strings.Contains(shown, test.list) {
				t.Errorf("List = %v, and shows\n%s", err, shown)
			}
			v, err := Verify(t.Context(), nil, "", file)
			shown = text(t, v)
			if err != nil {
				shown += err.Error()
			}
			if !strings.Contains(shown, test.verify) {
				t.Errorf("Verify = %v, and shows\n%s", err, shown)
			}
			if test.kind == "" && test.name != "other.Z" && test.name != "cut.rpm" {
				if _, err := Extract(t.Context(), nil, file, file+".out"); !strings.Contains(err.Error(), test.verify) {
					t.Errorf("Extract = %v", err)
				}
				if _, err := Diff(t.Context(), nil, file, file); !strings.Contains(err.Error(), test.verify) {
					t.Errorf("Diff = %v", err)
				}
			}
		})
	}
}

// TestSignatures verifies signatures by a key that is given, and compares images without theirs.
func TestSignatures(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	newKey := func(name string) *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o644); err != nil {
			t.Fatal(err)
		}
		return key
	}
	key := newKey("key")
	newKey("other")
	image, fix := aPackage(t), installptest.Fix(t, "c", fixControl, "p", fixNeeds, "prog", "abc")
	sum := sha256.Sum256(fix)
	beside, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	damaged := signed(t, key, image)
	damaged[len(image)-1] = 1
	for name, content := range map[string][]byte{
		"plain": image, "signed": signed(t, key, image), "damaged": damaged, "a.epkg.Z": fix, "a.epkg.Z.sig": beside, "text": []byte("no key"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		file, key string
		state     State // "" for no signature
		code      string
	}{
		{"signed", "", Unchecked, ""}, {"signed", "key", Good, ""}, {"signed", "other", Bad, "image-signature"}, {"damaged", "key", Bad, "image-signature"},
		{"plain", "", "", ""}, {"plain", "key", "", "image-signature"}, {"a.epkg.Z", "", Unchecked, ""}, {"a.epkg.Z", "key", Good, ""}, {"a.epkg.Z", "other", Bad, "image-signature"},
		{"signed", "text", "none", "image-key"}, {"signed", "absent", "none", "image-key"},
	} {
		keyFile := ""
		if test.key != "" {
			keyFile = filepath.Join(dir, test.key)
		}
		v, err := Verify(t.Context(), nil, keyFile, filepath.Join(dir, test.file))
		var state State
		if len(v.Images) == 0 {
			state = "none"
		} else if s := v.Images[0].Signature; s != nil {
			state = s.State
		}
		if state != test.state || fault.Code(err) != test.code {
			t.Errorf("%s by %q: %q, %v", test.file, test.key, state, err)
		}
	}
	c, err := Diff(t.Context(), nil, filepath.Join(dir, "plain"), filepath.Join(dir, "signed"))
	if shown := text(t, c); fault.Code(err) != "image-differs" || !strings.HasPrefix(shown, "signature none -> ") || len(c.Differences) != 1 {
		t.Errorf("Diff = %v\n%s", err, shown)
	}
}

// A bad image does not keep the others out of a .toc, and what else lies there is told.
func TestTocOfMany(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	image := aPackage(t)
	damaged := slices.Clone(image)
	damaged[100]++
	odd := bytes.Replace(image, []byte("en_US Demo\n"), []byte("en_US D\xe9mo"), 1)
	if bytes.Equal(odd, image) {
		t.Fatal("the title is not edited")
	}
	odd = bytes.Replace(image, []byte("Demo\n["), []byte("D\xe9mo\n["), 1)
	for name, content := range map[string][]byte{
		"a.I": image, "bad.I": damaged, "odd.I": odd, "home.bff": backup(t, "./a", "x"), "x.rpm": installptest.WgetRPM(), "x.epkg.Z": installptest.Fix(t, "c", fixControl), "README": []byte("x"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	toc, err := WriteToc(t.Context(), dir)
	if fault.Code(err) != "image-unreadable" || !strings.Contains(err.Error(), "bad.I") {
		t.Errorf("WriteToc = %v", err)
	}
	base := func(files []string) (names []string) {
		for _, f := range files {
			names = append(names, filepath.Base(f))
		}
		return names
	}
	if diff := cmp.Diff([]string{"a.I", "odd.I"}, base(toc.Images)); diff != "" {
		t.Errorf("images, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]string{"README", "home.bff", "x.epkg.Z", "x.rpm"}, base(toc.Others)); diff != "" {
		t.Errorf("others, -want +got:\n%s", diff)
	}
	if shown := text(t, toc); !strings.Contains(shown, "geninstall looks for it in RPMS/ppc") || !strings.Contains(shown, "emgr/ppc") {
		t.Errorf("it shows\n%s", shown)
	}
	written, err := os.ReadFile(filepath.Join(dir, ".toc"))
	if err != nil || !bytes.Contains(written, []byte("a.I 4 R I demo {")) || !bytes.Contains(written, []byte("odd.I 4 R I demo {")) {
		t.Errorf("%v\n%s", err, written)
	}
	// The same texts are a warning of list, and an error of verify.
	l, err := List(t.Context(), nil, filepath.Join(dir, "odd.I"))
	if err != nil || len(l.Images[0].Warnings) == 0 {
		t.Errorf("List = %v, %v", l.Images[0].Warnings, err)
	}
	if _, err := Verify(t.Context(), nil, "", filepath.Join(dir, "odd.I")); fault.Code(err) != "image-damaged" {
		t.Errorf("Verify = %v", err)
	}
	if l, err := List(t.Context(), nil, dir); len(l.Images) != 5 || fault.Code(err) != "image-unreadable" {
		t.Errorf("List of the directory: %d, %v", len(l.Images), err)
	}
}

// Extraction goes on after what cannot be made, and takes what is named.
func TestExtractSome(t *testing.T) {
	t.Parallel()
	image := backup(t, "./a", "a", "./b/c", "c", "./b/d", "d", "./link", "", "./z", "z")
	header := image[installptest.Header(image, "./link"):]
	binary.LittleEndian.PutUint32(header[12:], bff.TypeFIFO|0o644)
	installptest.Seal(header[:int(header[0])*8])
	file := filepath.Join(t.TempDir(), "a.bff")
	if err := os.WriteFile(file, image, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		members    []string
		want, left string
	}{
		{nil, "a b/c b/d z", "./link"},
		{[]string{"./b"}, "b/c b/d", ""},
		{[]string{"/b/d", "z"}, "b/d z", ""},
		{[]string{"a", "absent"}, "a", "absent"},
	} {
		out := filepath.Join(t.TempDir(), "out")
		e, err := Extract(t.Context(), nil, file, out, test.members...)
		if e == nil {
			t.Fatal(err)
		}
		var got, left []string
		if err := filepath.WalkDir(out, func(path string, d os.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				name, _ := filepath.Rel(out, path)
				got = append(got, name)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, l := range e.Left {
			left = append(left, l.Name)
		}
		want := ""
		if test.left != "" {
			want = "image-left"
		}
		if strings.Join(got, " ") != test.want || strings.Join(left, " ") != test.left || fault.Code(err) != want {
			t.Errorf("%q: %q, left out %q, %v", test.members, got, left, err)
		}
	}
}

// What nobody reads here says where it can be read, and is no image of a directory.
func TestByInode(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "home.0")
	if err := errors.Join(os.WriteFile(file, byInode(), 0o644), os.WriteFile(filepath.Join(dir, "a.I"), aPackage(t), 0o644)); err != nil {
		t.Fatal(err)
	}
	_, err := Extract(t.Context(), nil, file, filepath.Join(dir, "out"))
	_, err2 := Diff(t.Context(), nil, file, filepath.Join(dir, "a.I"))
	for _, err := range []error{err, err2} {
		if fault.Code(err) != "image-kind" || !strings.Contains(err.Error(), "restore -rvf") || !strings.Contains(err.Error(), "by inode") {
			t.Errorf("%v", err)
		}
	}
	if toc, err := WriteToc(t.Context(), dir); err != nil || len(toc.Others) != 1 || toc.Others[0] != file {
		t.Errorf("WriteToc = %v, %v", toc, err)
	}
}

// TestReadsEnd: what is done with each kind ends with its context.
func TestReadsEnd(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "a.epkg.Z")
	if err := os.WriteFile(file, installptest.Fix(t, "c", fixControl), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := List(ctx, nil, file); !errors.Is(err, ctx.Err()) {
		t.Errorf("List = %v", err)
	}
}
