// Package tomlfile reads TOML strictly: a key that means nothing is an error, which names the one that was probably meant.
package tomlfile

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
)

// Decode reads text into the struct or map that v points to. Its errors tell line and column, and are for the cause of a fault that
// names the file. Every unknown key is told, not only the first.
func Decode(text []byte, v any) error {
	err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(v)
	if strict, ok := errors.AsType[*toml.StrictMissingError](err); ok {
		known := keys(reflect.TypeOf(v))
		var unknown []error
		for i := range strict.Errors {
			e := &strict.Errors[i]
			line, _ := e.Position()
			unknown = append(unknown, fmt.Errorf("line %d: %w", line, Unknown(strings.Join(e.Key(), "."), known)))
		}
		return errors.Join(unknown...)
	}
	if decode, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column := decode.Position()
		return fmt.Errorf("line %d, column %d:\n%s", line, column, decode.String()) // the line itself, with the place underlined
	}
	return err
}

// Tables tells the line on which each [[name]] of a text begins that Decode has read: what is wrong with one as a whole is told by it.
func Tables(text []byte, name string) (lines []int) {
	var p unstable.Parser
	for p.Reset(text); p.NextExpression(); {
		e := p.Expression()
		if key := e.Key(); e.Kind == unstable.ArrayTable && key.Next() && key.IsLast() && string(key.Node().Data) == name {
			lines = append(lines, p.Shape(key.Node().Raw).Start.Line)
		}
	}
	return lines
}

// Unknown is the error for a key that is not among the known ones.
func Unknown(key string, known []string) error {
	if near := fault.Nearest(key, known); near != "" {
		return fmt.Errorf("unknown key %s, did you mean %s?", strconv.Quote(key), strconv.Quote(near))
	}
	return fmt.Errorf("unknown key %s", strconv.Quote(key))
}

// keys lists the keys that a value of a type can be read from, those of tables in it with the table's name in front.
func keys(t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	var list []string
	for f := range t.Fields() {
		name := f.Tag.Get("toml")
		if name == "" || name == "-" {
			continue
		}
		list = append(list, name)
		for _, inner := range keys(f.Type) {
			list = append(list, name+"."+inner)
		}
	}
	return list
}
