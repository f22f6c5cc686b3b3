// Package report writes what a verb results in: as text for a person, or as one JSON document for a program.
package report

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Value is what a verb results in. Its exported fields are the result in JSON: names in lower case, stable.
type Value interface {
	WriteText(w io.Writer) error
}

// Form is how values are written.
type Form string

// The forms there are.
const (
	Text Form = "text"
	JSON Form = "json"
)

// format is raised when a program that reads documents could misunderstand a later one.
const format = 1

type document struct {
	Format int       `json:"format"`
	Verb   string    `json:"verb"`
	Result any       `json:"result"` // null when the verb came to none
	Errors []problem `json:"errors"`
}

// problem is one error. Only What is always there.
type problem struct {
	Code    string `json:"code,omitempty"`
	What    string `json:"what"`
	Where   string `json:"where,omitempty"`
	Found   string `json:"found,omitempty"`
	Cause   string `json:"cause,omitempty"`
	Do      string `json:"do,omitempty"`
	Finding bool   `json:"finding,omitempty"`
}

// Write writes what a verb resulted in, which may be a value, an error, or both. As text, the error is not written: whoever runs the verb
// shows it to the user.
func Write(w io.Writer, form Form, verb string, v Value, err error) error {
	if v != nil && reflect.ValueOf(v).Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil() {
		v = nil // a pointer to nothing, for one that returned it beside its error
	}
	if form == JSON {
		fill(reflect.ValueOf(v))
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return told(e.Encode(document{Format: format, Verb: verb, Result: v, Errors: problems(err)}))
	}
	if v == nil {
		return nil
	}
	c := &checked{w: w}
	if err := v.WriteText(c); c.err == nil {
		return told(err)
	}
	return told(c.err)
}

// fill makes lists that are nil empty ones, which JSON tells from none.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Slice:
		if v.IsNil() && v.CanSet() {
			v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		}
		for i := range v.Len() {
			fill(v.Index(i))
		}
	}
}

// checked remembers the first write that failed: a list that did not arrive whole is no success, whatever its writer looked at.
type checked struct {
	w   io.Writer
	err error
}

func (c *checked) Write(p []byte) (n int, err error) {
	if c.err == nil {
		n, c.err = c.w.Write(p)
	}
	return n, c.err
}

func told(err error) error {
	if err == nil {
		return nil
	}
	return &fault.Error{Code: "result-unwritten", What: "writing the result failed", Where: "standard output", Err: err, Do: "make room where it goes, or send it elsewhere"}
}

// Status is the exit status that an error stands for: 0 for none, 1 when the verb looked and what it saw is not as it should be, and 2 when it
// could not do what it was told.
func Status(err error) int {
	if err == nil {
		return 0
	}
	for _, p := range problems(err) {
		if !p.Finding {
			return 2
		}
	}
	return 1
}

// problems takes an error apart into those that were joined.
func problems(err error) []problem {
	all := []problem{}
	switch e := err.(type) {
	case nil:
	case *fault.Error:
		p := problem{Code: e.Code, What: e.What, Where: e.Where, Found: e.Found, Do: e.Do, Finding: e.Finding}
		if e.Err != nil {
			p.Cause = e.Err.Error()
		}
		all = append(all, p)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			all = append(all, problems(one)...)
		}
	default:
		inner := errors.Unwrap(err)
		if fault.Code(err) == "" {
			return append(all, problem{What: err.Error()})
		}
		all = problems(inner)
		context := strings.TrimSuffix(err.Error(), inner.Error())
		for i := range all {
			if context != err.Error() {
				all[i].What = context + all[i].What
			}
		}
	}
	return all
}
