package checkout

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sirupsen/logrus"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/target"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/fetch"
	"github.com/sendmail-aix/sendmail-aix/buildlib/steps/record"
)

// Recorded is the checkout with the settings of a record instead of its own. A record decides what is built, and not what is run for
// it: where the source comes from, which program a compiler is, and how the machine is used stay as they are.
func (c *Checkout) Recorded(r *record.Record, file string) (*Checkout, error) {
	for name := range r.Settings {
		if !slices.ContainsFunc(table, func(row setting) bool { return row.name == name }) {
			return nil, &fault.Error{
				Code: "record-damaged", What: fmt.Sprintf("the record has an unknown setting %q", name), Where: file,
				Do: "use the record as it was written, with the project it was written by",
			}
		}
	}
	copied := *c
	again := &copied
	for _, row := range table {
		value, ok := r.Settings[row.name]
		if !ok {
			continue
		}
		if slices.Contains(machinesOwn, row.name) || row.name == "compiler" && value != "" && (strings.Contains(value, "/") || target.KindOf(value) == "") {
			c.Log.WithFields(logrus.Fields{"setting": row.name, "recorded": fetch.Shown(value), "used": fetch.Shown(row.get(c.Settings))}).
				Warn("not taken from the record: it says how a machine is used, and not what is built")
			continue
		}
		var err error
		if again, err = again.With(row.name, value, "record "+filepath.Base(file)); err != nil {
			return nil, &fault.Error{
				Code: "record-damaged", What: "the record has a setting that makes no sense", Where: file, Err: err,
				Do: "use the record as it was written, with the project it was written by",
			}
		}
	}
	again.Environ = append(slices.Clone(c.Environ), "SOURCE_DATE_EPOCH="+strconv.FormatInt(r.Time.Unix(), 10))
	return again, nil
}
