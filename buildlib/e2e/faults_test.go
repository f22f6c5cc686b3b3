package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/cache"
)

// undisturbed is a checkout of the tiny tree in which a build was made, and what is on its machine.
type undisturbed struct {
	dir     string // with project, home and programs below it
	target  string
	mage    string
	environ []string
}

func (u *undisturbed) in(name string) string { return filepath.Join(u.dir, name) }

// built is a place in the directory of the build.
func (u *undisturbed) built(name string) string {
	return u.in("project/build/1.2.3/" + u.target + "/" + name)
}

// run runs a target, or a cure that was told, as a user would.
func (u *undisturbed) run(t *testing.T, argv ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, problems bytes.Buffer
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = u.in("project"), u.environ, &out, &problems
	err = cmd.Run()
	return out.String(), problems.String(), err
}

// prepare makes a checkout and builds in it.
func prepare(t *testing.T, mage string, tarball []byte) *undisturbed {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	u := &undisturbed{dir: t.TempDir(), mage: mage, target: "host"}
	u.environ = []string{
		"PATH=" + u.in("programs") + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME=" + u.in("home"), "SENDMAIL_WITH=regex",
	}
	const compiler = "#!/bin/sh\nPATH=${PATH#*:}\nexec gcc \"$@\"\n"
	if err := errors.Join(os.MkdirAll(u.in("home"), 0o755), os.MkdirAll(u.in("programs"), 0o755), os.WriteFile(u.in("tiny.tar.gz"), tarball, 0o644),
		makeCheckout(root, u.in("project"), u.in("tiny.tar.gz"), tarball),
		os.WriteFile(u.in("programs/gcc"), []byte(compiler), 0o755), os.Symlink("gcc", u.in("programs/cc")),
		os.WriteFile(u.in("programs/uname"), []byte("#!/bin/sh\nPATH=${PATH#*:}\n[ \"$1\" = -r ] && echo 1.0 && exit\nexec uname \"$@\"\n"), 0o755)); err != nil {
		t.Fatal(err)
	}
	u.sign(t, tarball)
	return u
}

// sign makes the release pin a key, and the tarball's signature lie beside it.
func (u *undisturbed) sign(t *testing.T, tarball []byte) {
	t.Helper()
	config := &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA}
	key, err := openpgp.NewEntity("Tiny Signing Key", "", "tiny@example.org", config)
	must(t, err)
	var signature, public bytes.Buffer
	must(t, openpgp.ArmoredDetachSign(&signature, key, bytes.NewReader(tarball), config))
	w, err := armor.Encode(&public, openpgp.PublicKeyType, nil)
	must(t, err)
	must(t, errors.Join(key.Serialize(w), w.Close()))
	must(t, os.WriteFile(u.in("tiny.tar.gz.sig"), signature.Bytes(), 0o644))
	release := u.in("project/patches/1.2.3") + "/"
	must(t, os.WriteFile(release+"signing-key.asc", public.Bytes(), 0o644))
	change(t, release+"release.toml", func(text string) string {
		return text + fmt.Sprintf("[signature]\nurls = [%q]\nfingerprint = \"%X\"\nkey = \"signing-key.asc\"\n", "file://"+u.in("tiny.tar.gz.sig"),
			key.PrimaryKey.Fingerprint)
	})
}

// change writes another text into each file that a pattern names.
func change(t *testing.T, pattern string, to func(string) string) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("nothing is called %s: %v", pattern, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Remove(file), os.WriteFile(file, []byte(to(string(text))), info.Mode())); err != nil {
			t.Fatal(err)
		}
	}
}

func half(text string) string { return text[:len(text)/2] }
func nothing(string) string   { return "" }
func garbage(string) string   { return "{\x00garbage" }
func oneBit(text string) string {
	return text[:len(text)/2] + string(text[len(text)/2]^1) + text[len(text)/2+1:]
}
func comment(text string) string { return text + "# another\n" }
func must(t *testing.T, e error) {
	t.Helper()
	if e != nil {
		t.Fatal(e)
	}
}
func isLater(text string) string  { return strings.Replace(text, "echo 1.0", "echo 2.0", 1) }
func optimize(text string) string { return strings.Replace(text, `"$@"`, `-DANOTHER "$@"`, 1) }

// Something is damaged between two runs. The second makes the image that an undisturbed run makes, or refuses by name; then the cure that it
// tells, carried out, leads there.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("runs without -short")
	}
	t.Parallel()
	for _, tool := range []string{"gcc", "m4", "make"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%v; \"mage test\" installs it", err)
		}
	}
	root, err := filepath.Abs("../..")
	must(t, err)
	mage := magefile(t)
	tarball := packTiny(t, root)
	u := prepare(t, mage, tarball)
	const clean = "mage clean"
	cache := u.in("home/.cache/sendmail-aix")
	u.faults(t, []damaged{
		{name: "nothing", damage: func(*testing.T) {}, ran: "up to date"},
		{name: "an object", damage: func(t *testing.T) { change(t, u.built("objects/obj.*/sendmail/main.o"), oneBit) }, ran: "step=compile"},
		{name: "a library, with its time", ran: "step=compile", damage: func(t *testing.T) {
			files, err := filepath.Glob(u.built("objects/obj.*/libsm/libsm.a"))
			must(t, err)
			info, err := os.Stat(files[0])
			must(t, err)
			change(t, files[0], oneBit)
			must(t, os.Chtimes(files[0], info.ModTime(), info.ModTime()))
		}},
		{name: "a program that is gone", damage: func(t *testing.T) { must(t, os.RemoveAll(u.built("objects"))) }, ran: "step=compile"},
		{name: "the key of the objects, and a step that is not done", ran: "step=compile", damage: func(t *testing.T) {
			change(t, u.built("objects/.key"), garbage)
			must(t, os.Remove(u.built("state/compile.json")))
		}},
		{name: "an object of a step that is not done", ran: "compiled directory=libsm ", damage: func(t *testing.T) {
			change(t, u.built("objects/obj.*/libsm/sm.o"), half)
			must(t, os.Remove(u.built("state/compile.json")))
		}},
		{name: "a second directory of objects", ran: "step=compile", damage: func(t *testing.T) {
			must(t, os.MkdirAll(u.built("objects/obj.Linux.9/libsm"), 0o755))
			must(t, os.WriteFile(u.built("objects/obj.Linux.9/libsm/libsm.a"), nil, 0o644))
		}},
		{name: "the source", damage: func(t *testing.T) { change(t, u.built("source/sendmail/main.c"), comment) },
			refused: "edits that no patch accounts for", do: "mage patch -discard=true", ran: "everything is up to date",
			cure: func(t *testing.T) { u.mustRun(t, mage, "patch", "-discard=true") }},
		{name: "the pristine source", damage: func(t *testing.T) { change(t, u.built("pristine/libsm/sm.c"), nothing) },
			refused: "edits that no patch accounts for", do: "mage fetch -discard=true", ran: "everything is up to date",
			cure: func(t *testing.T) { u.mustRun(t, mage, "fetch", "-discard=true") }},
		{name: "site.config.m4", damage: func(t *testing.T) { change(t, u.built("site.config.m4"), half) }, ran: "step=configure"},
		{name: "the root", damage: func(t *testing.T) { change(t, u.built("root/opt/sendmail/sbin/sendmail"), half) }, ran: "step=stage"},
		{name: "more in the root", damage: func(t *testing.T) { must(t, os.WriteFile(u.built("root/opt/sendmail/more"), nil, 0o644)) }, ran: "step=stage"},
		{name: "the manifest", damage: func(t *testing.T) { change(t, u.built("manifest"), oneBit) }, ran: "step=stage"},
		{name: "states cut off", damage: func(t *testing.T) { change(t, u.built("state/*.json"), half) }, ran: "step=fetch"},
		{name: "states emptied", damage: func(t *testing.T) { change(t, u.built("state/*.json"), nothing) }, ran: "step=fetch"},
		{name: "a state that is a directory", ran: "step=stage", damage: func(t *testing.T) {
			must(t, errors.Join(os.Remove(u.built("state/stage.json")), os.MkdirAll(u.built("state/stage.json"), 0o755)))
		}},
		{name: "the image", damage: func(t *testing.T) { change(t, u.built("*.I"), oneBit) }, ran: "step=package"},
		{name: "the image's digest", damage: func(t *testing.T) { change(t, u.built("*.sha256"), nothing) }, ran: "step=package"},
		{name: "the record", damage: func(t *testing.T) { change(t, u.built("*.record.toml"), half) }, ran: "step=package"},
		{name: "a directory for an image", do: clean, refused: "where a directory should be",
			damage: func(t *testing.T) {
				image := u.built("sendmail.1.2.3.1.I")
				must(t, errors.Join(os.Remove(image), os.MkdirAll(image+"/x", 0o755)))
			},
			cure: func(t *testing.T) { u.mustRun(t, mage, "clean") }},
		{name: "what a killed run left", damage: func(t *testing.T) {
			must(t, errors.Join(os.WriteFile(u.built(".sendmail.1.2.3.1.I.half"), []byte("half"), 0o644), os.Remove(u.built("sendmail.1.2.3.1.I")),
				os.MkdirAll(u.built("pristine.unverified/x"), 0o755), os.RemoveAll(u.built("pristine"))))
		}, ran: "step=package"},
		{name: "the tarball in the cache", ran: "getting it again", damage: func(t *testing.T) {
			change(t, filepath.Join(cache, "sha256/*[0-9a-f]"), half)
			must(t, os.RemoveAll(u.built("pristine")))
		}},
		{name: "the signature in the cache", ran: "signature in the cache is damaged", damage: func(t *testing.T) {
			change(t, filepath.Join(cache, "sha256/*.sig"), half)
			must(t, os.RemoveAll(u.built("pristine")))
		}},
		{name: "the signature in the cache and where it is from", ran: "no signature could be had", damage: func(t *testing.T) {
			change(t, filepath.Join(cache, "sha256/*.sig"), half)
			change(t, u.in("tiny.tar.gz.sig"), half)
			must(t, os.RemoveAll(u.built("pristine")))
		}},
		{name: "the tarball in the cache and where it is from", refused: "cannot be had", do: "put the tarball", damage: func(t *testing.T) {
			change(t, filepath.Join(cache, "sha256/*[0-9a-f]"), oneBit)
			change(t, u.in("tiny.tar.gz"), half)
			must(t, os.RemoveAll(u.built("pristine")))
		}, cure: func(t *testing.T) {
			must(t, errors.Join(os.MkdirAll(filepath.Join(cache, "sha256"), 0o755), os.WriteFile(u.in("tiny.tar.gz"), tarball, 0o644)))
		}},
		{name: "a cache that others can write to", refused: "not this user's alone", do: "chmod -R go-w",
			damage: func(t *testing.T) { must(t, os.Chmod(filepath.Join(cache, "sha256"), 0o777)) },
			cure:   func(t *testing.T) { u.mustRun(t, "chmod", "-R", "go-w", cache) }},
		{name: "a file for the cache", refused: "the directory for downloads", do: "XDG_CACHE_HOME",
			damage: func(t *testing.T) { must(t, errors.Join(os.RemoveAll(cache), os.WriteFile(cache, nil, 0o644))) },
			cure:   func(t *testing.T) { must(t, os.Remove(cache)) }},
		{name: "what is remembered of programs", damage: func(t *testing.T) {
			must(t, errors.Join(os.MkdirAll(cache, 0o755), os.WriteFile(filepath.Join(cache, "known.json"), []byte("{\"x\":"), 0o644)))
		}, ran: "up to date"},
		{name: "the kernel's release", damage: func(t *testing.T) { change(t, u.in("programs/uname"), isLater) }, ran: "up to date"},
		{name: "the kernel's release, and the stage", ran: "step=stage", damage: func(t *testing.T) {
			change(t, u.in("programs/uname"), isLater)
			must(t, os.Remove(u.built("state/stage.json")))
		}},
		{name: "the compiler", damage: func(t *testing.T) { change(t, u.in("programs/gcc"), optimize) }, ran: "step=compile"},
	})
}

// So it is with the toolchain for AIX, in a cache that has a copy of the user's linker.
func TestFaultsOfToolchain(t *testing.T) {
	if testing.Short() {
		t.Skip("runs without -short")
	}
	t.Parallel()
	linkers, err := filepath.Glob(filepath.Join(cache.UserDir(os.Getenv), "cross/binutils-*[0-9a-f]"))
	must(t, err)
	if len(linkers) == 0 {
		t.Skip(`no linker for AIX; "mage cross:setup" makes it`)
	}
	root, err := filepath.Abs("../..")
	must(t, err)
	mage := magefile(t)
	u := prepare(t, mage, packTiny(t, root))
	u.environ = append(u.environ, "SENDMAIL_TARGET=aix7.2-64")
	u.target = "aix7.2-64"
	// The SDK knows what sendmail calls; clang makes a call of putchar of the tiny tree's printf.
	change(t, u.in("project/site.config.m4.d/*regex.m4"), func(text string) string { return text + "APPENDDEF(`confENVDEF', `-ffreestanding')\n" })
	kept := u.in("home/.cache/sendmail-aix/cross") + "/"
	for _, linker := range linkers {
		must(t, os.CopyFS(kept+filepath.Base(linker), os.DirFS(linker)))
	}
	if out, problems, err := u.run(t, mage, "configure"); strings.Contains(problems, "no toolchain") {
		t.Skip(problems)
	} else if err != nil {
		t.Fatalf("%v\n%s%s", err, out, problems)
	}
	u.faults(t, []damaged{
		{name: "a definition in a header", ran: "damaged, making it anew", damage: func(t *testing.T) {
			change(t, kept+"aix*[0-9a-f]/root/usr/include/stdio.h", func(text string) string { return text + "#define printf(a) 0\n" })
			must(t, os.RemoveAll(u.built("objects")))
		}},
		{name: "a toolchain that is empty", ran: "up to date", damage: func(t *testing.T) {
			dirs, err := filepath.Glob(kept + "aix*[0-9a-f]")
			must(t, err)
			must(t, errors.Join(os.RemoveAll(dirs[0]), os.Mkdir(dirs[0], 0o755)))
		}},
		{name: "a compiler that others can replace", ran: "damaged, making it anew", damage: func(t *testing.T) {
			dirs, err := filepath.Glob(kept + "aix*[0-9a-f]/bin/clang")
			must(t, err)
			must(t, os.Chmod(dirs[0], 0o777))
		}},
		// Making it again takes minutes: the cure is played by the copy.
		{name: "the linker", refused: "cannot compile for aix7.2-64", do: "mage setup",
			damage: func(t *testing.T) {
				change(t, kept+"binutils-*[0-9a-f]/ld", half)
				must(t, os.RemoveAll(u.built("objects")))
			},
			cure: func(t *testing.T) {
				for _, linker := range linkers {
					must(t, os.RemoveAll(kept+filepath.Base(linker)))
					must(t, os.CopyFS(kept+filepath.Base(linker), os.DirFS(linker)))
				}
			}},
	})
	// The tiny sendmail runs, and is told from a real one.
	if _, problems, err := u.run(t, mage, "rehearse"); err == nil || !strings.Contains(problems, "the sendmail in the image does not do what it should") {
		t.Errorf("rehearse = %v, want that the proof fails:\n%s", err, problems)
	}
}

// damaged is one thing that is damaged between two runs.
type damaged struct {
	name    string
	damage  func(t *testing.T)
	refused string             // what is told; "" when the run gets over it
	do      string             // in the cure that is told then
	cure    func(t *testing.T) // that cure
	ran     string             // what the run that ends well tells
}

// faults builds, and then damages and builds again for each row.
func (u *undisturbed) faults(t *testing.T, rows []damaged) {
	t.Helper()
	want, problems, err := u.run(t, u.mage, "package")
	if err != nil {
		t.Fatalf("%v\n%s", err, problems)
	}
	for _, row := range rows {

		t.Run(row.name, func(t *testing.T) {
			row.damage(t)
			out, problems, err := u.run(t, u.mage, "package")
			if row.refused != "" {
				told := false
				for _, words := range strings.Split(row.refused, "|") {
					told = told || strings.Contains(problems, words)
				}
				_, do, says := strings.Cut(problems, "\n  do:")
				if err == nil || !told || !says || !strings.Contains(do, row.do) {
					t.Errorf("it is not refused as %q with the cure %q: %v\n%s", row.refused, row.do, err, problems)
				}
				row.cure(t)
				out, problems, err = u.run(t, u.mage, "package")
			}
			if err != nil || out != want {
				t.Errorf("%v, it makes\n%s, want\n%s\n%s", err, out, want, problems)
			}
			if !strings.Contains(problems, row.ran) {
				t.Errorf("it did not tell %q:\n%s", row.ran, problems)
			}
			if image, err := os.ReadFile(u.built("sendmail.1.2.3.1.I")); err != nil || !strings.HasPrefix(want, fmt.Sprintf("%x", sha256.Sum256(image))) {
				t.Errorf("the image is not what was told: %v", err)
			}
		})
	}
	nothingLeft(t, u)
}

func (u *undisturbed) mustRun(t *testing.T, argv ...string) {
	t.Helper()
	if _, problems, err := u.run(t, argv...); err != nil {
		t.Fatalf("%v: %v\n%s", argv, err, problems)
	}
}

// nothingLeft finds what is half written and stays.
func nothingLeft(t *testing.T, u *undisturbed) {
	t.Helper()
	must(t, filepath.WalkDir(u.dir, func(name string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(name, ".half") || strings.HasSuffix(name, ".unverified") {
			return errors.Join(err, fmt.Errorf("%s was left", name))
		}
		return err
	}))
}
