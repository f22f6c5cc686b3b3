package siteconfig

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
)

// Request is what one site.config.m4 is composed from.
type Request struct {
	Release string   // of sendmail, such as "8.17.1.9"
	OpenSSL string   // range of the interfaces of OpenSSL that this release compiles with, as for [ParseRange]; "" for all
	Options []string // on top of the target's defaults; "no-NAME" switches a default off
	Target  *target.Target
	Layout  Layout // zero for [DefaultLayout]
}

// Result is a composed site.config.m4 and what a builder must know of it.
type Result struct {
	Text      string
	Fragments []*Fragment // in effect, defaults included, in the order of the text
	Options   []string    // of the fragments
	Libraries []string    // what the options link, each once, as in -lNAME
	Builds    []string    // directories of the source to build in addition to the usual ones, such as "libmilter"
	Layout    Layout
}

// Compose makes the site.config.m4 of a request. It refuses unknown options, options that conflict, lack what they need, are not for this
// release, target or OpenSSL, and libraries that the target's machine does not have: all reasons at once.
func (s *Set) Compose(q Request) (*Result, error) {
	if q.Layout == (Layout{}) {
		q.Layout = DefaultLayout()
	}
	if err := q.Layout.check(); err != nil {
		return nil, err
	}
	release, err := ParseVersion(q.Release)
	if err != nil {
		return nil, &fault.Error{Code: "release-bad", What: "this is not a release of sendmail", Found: q.Release, Err: err, Do: "say for example 8.17.1.9"}
	}
	chosen, err := s.Choose(q.Options, q.Target.OS)
	if err != nil {
		return nil, err
	}
	if err := s.checkNames(chosen); err != nil {
		return nil, err
	}
	compiles, err := ParseRange(q.OpenSSL)
	if err != nil {
		return nil, &fault.Error{Code: "release-bad", What: "the versions of OpenSSL that sendmail " + q.Release + " compiles with cannot be read", Err: err,
			Do: "correct openssl in its release.toml"}
	}
	if err := errors.Join(check(chosen, release, q.Target), checkRelease(chosen, q, compiles)); err != nil {
		return nil, err
	}
	r := &Result{Layout: q.Layout, Fragments: chosen}
	for _, f := range chosen {
		r.Options = append(r.Options, f.Option)
		r.Libraries = appendNew(r.Libraries, f.Libraries...)
		r.Builds = appendNew(r.Builds, f.Builds...)
	}
	if r.Text, err = s.render(q, chosen); err != nil {
		return nil, err
	}
	return r, nil
}

// MapType is the type of the maps that the shipped configuration is to use: that of an option which is
// not a default, where there is one; "none" without any.
func (r *Result) MapType() string {
	for _, isDefault := range []bool{false, true} {
		for _, f := range r.Fragments {
			if f.Map != "" && (f.Default != "") == isDefault {
				return f.Map
			}
		}
	}
	return "none"
}

// Proofs are the words that "sendmail -d0.1" shows of the options, sorted.
func (r *Result) Proofs() []string {
	var words []string
	for _, f := range r.Fragments {
		words = append(words, strings.Fields(f.Proof)...) // it is one word, or none
	}
	slices.Sort(words)
	return words
}

// SDKLacks tells what the options need and the project's own headers and libraries for AIX have not, when m compiles with those for t:
// better than a compiler that looks for it.
func (r *Result) SDKLacks(ctx context.Context, t *target.Target, m host.Machine) error {
	var lacks []string
	for _, name := range r.Libraries {
		var files []string
		for _, dir := range append(t.LibraryPath(), target.ToolboxPrefix+"/lib") {
			files = append(files, path.Join(dir, "lib"+name+".a"))
		}
		if !slices.Contains(m.Stat(ctx, files...), nil) {
			lacks = append(lacks, "lib"+name)
		}
	}
	for _, f := range r.Fragments {
		if f.SDKLacks != "" {
			lacks = append(lacks, f.SDKLacks)
		}
	}
	if lacks == nil {
		return nil
	}
	return &fault.Error{
		Code: "sdk-lacks", What: "the project's own headers and libraries for AIX have no " + strings.Join(lacks, ", no "),
		Where: "options " + strings.Join(r.Options, ","),
		Do:    `leave out the option that needs it, or build with those of a real machine: "mage cross:sysroot" tells how`,
	}
}

func appendNew[T comparable](list []T, more ...T) []T {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// Choose finds the fragments for the names, and those that are on by default. An option "no-x" that has a fragment of its own is one like
// any other; it also takes x away when that is a default.
func (s *Set) Choose(names []string, os target.OS) ([]*Fragment, error) {
	on := map[string]bool{}
	for _, f := range s.fragments {
		on[f.Option] = f.IsDefault(os)
	}
	var errs []error
	for _, n := range names {
		known := s.find(n) != nil
		if off, ok := strings.CutPrefix(n, "no-"); ok {
			if f := s.find(off); f != nil && (f.IsDefault(os) || f.isHostMap(os)) && !slices.Contains(names, off) {
				delete(on, off)
				if !known {
					continue
				}
			} else if !known && f != nil {
				errs = append(errs, &fault.Error{Code: "option-not-default", What: "cannot switch " + off + " off", Where: "option " + n,
					Do: fmt.Sprintf("remove %s: %s is not on by default, or is also listed in \"with\"; with = \"-%s\" takes it out of the list", n, off, off)})
				continue
			}
		}
		if !known {
			errs = append(errs, s.unknown(n))
			continue
		}
		on[n] = true
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(s.Options(), func(f *Fragment) bool { return !on[f.Option] }), nil
}

func (s *Set) unknown(name string) error {
	f := &fault.Error{Code: "option-unknown", What: fmt.Sprintf("there is no option %q", name), Where: s.dir,
		Do: "options are: " + strings.Join(s.Names(), " ")}
	if near := fault.Nearest(name, s.Names()); near != "" {
		f.Do = fmt.Sprintf("did you mean %q? ", near) + f.Do
	}
	return f
}

// check collects what speaks against a choice.
func check(chosen []*Fragment, release Version, t *target.Target) error {
	var errs []error
	has := func(option string) bool {
		return slices.ContainsFunc(chosen, func(f *Fragment) bool { return f.Option == option })
	}
	refuse := func(code, what, do string) {
		errs = append(errs, &fault.Error{Code: code, What: what, Do: do})
	}
	var providers []target.Part
	for _, f := range chosen {
		for _, n := range f.Needs {
			if !has(n) {
				refuse("option-needs", "option "+f.Option+" needs option "+n, "add "+n+" to the options, or leave "+f.Option+" out")
			}
		}
		for _, c := range f.Conflicts {
			if has(c) {
				refuse("option-conflict", "options "+f.Option+" and "+c+" cannot be on together", "leave one of them out")
			}
		}
		if f.Since != nil && release.Compare(f.Since) < 0 {
			refuse("option-release", fmt.Sprintf("sendmail %s has no option %s yet: %s brought it", release, f.Option, f.Since),
				"leave it out, or build a newer release")
		}
		if f.Before != nil && release.Compare(f.Before) >= 0 {
			refuse("option-release", fmt.Sprintf("sendmail %s has no option %s any more: %s took it away or made it standard", release, f.Option, f.Before),
				"leave it out")
		}
		if f.Targets != "" && f.Targets != t.OS {
			refuse("option-target", fmt.Sprintf("option %s is for %s targets alone, not for %s", f.Option, f.Targets, t), "leave it out")
		}
		if err := checkOpenSSL(f, t); err != nil {
			errs = append(errs, err)
		}
		if f.Provider != "" {
			providers = appendNew(providers, f.Provider)
		}
	}
	errs = append(errs, t.Need(providers...), checkTargetPaths(t, providers))
	return errors.Join(errs...)
}

// checkTargetPaths refuses directories that cannot be written into a Makefile.
func checkTargetPaths(t *target.Target, providers []target.Part) error {
	var errs []error
	for _, part := range providers {
		if from, ok := t.Provider(part); ok {
			errs = append(errs, checkPath("the prefix of "+string(part), from.Prefix))
		}
	}
	for _, program := range []string{t.Compiler.Path, t.Ar} {
		if !path.IsAbs(program) {
			program = "/" + program // found by PATH: the same characters are good
		}
		errs = append(errs, checkPath("a program", program))
	}
	return errors.Join(errs...)
}

// checkRelease refuses the options that link OpenSSL when the release does not compile with the one that is there: the compiler would
// only tell after most of the build.
func checkRelease(chosen []*Fragment, q Request, compiles Range) error {
	i := slices.IndexFunc(chosen, func(f *Fragment) bool { return f.Provider == target.PartOpenSSL })
	if i < 0 {
		return nil
	}
	api, ok, err := works(compiles, q.Target)
	if ok || err != nil {
		return err
	}
	var rest []string // the user's options without those that link OpenSSL, or need one that does
	for _, name := range q.Options {
		if !slices.ContainsFunc(chosen, func(f *Fragment) bool {
			return f.Option == name && (f.Provider == target.PartOpenSSL || slices.Contains(f.Needs, chosen[i].Option))
		}) {
			rest = append(rest, name)
		}
	}
	return &fault.Error{Code: "option-openssl",
		What:  fmt.Sprintf("sendmail %s does not compile with option %s and OpenSSL %s", q.Release, chosen[i].Option, api),
		Where: "OpenSSL from " + q.Target.OpenSSL.Prefix, Found: fmt.Sprintf("OpenSSL %s where this release wants %s", api, compiles),
		Do: fmt.Sprintf("take SENDMAIL_RELEASE=8.17.1.9 or later, or leave %s out (SENDMAIL_WITH=%s)", chosen[i].Option, cmp.Or(strings.Join(rest, ","), "none"))}
}

// works reports whether a range has the interface of the target's OpenSSL, as one does that is not known.
func works(r Range, t *target.Target) (Version, bool, error) {
	if t.OpenSSL.API == "" {
		return nil, true, nil
	}
	api, err := ParseVersion(t.OpenSSL.API)
	if err != nil {
		return nil, false, fmt.Errorf("interface of OpenSSL: %w", err)
	}
	return api, r.Has(api), nil
}

func checkOpenSSL(f *Fragment, t *target.Target) error {
	if f.OpenSSL.String() == "" {
		return nil
	}
	api, ok, err := works(f.OpenSSL, t)
	if ok || err != nil {
		return err
	}
	return &fault.Error{Code: "option-openssl", What: fmt.Sprintf("option %s does not work with OpenSSL %s", f.Option, api),
		Found: "OpenSSL from " + t.OpenSSL.String(), Do: "leave it out, or take OpenSSL " + f.OpenSSL.String() + " from elsewhere"}
}
