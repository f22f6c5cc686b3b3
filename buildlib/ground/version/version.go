// Package version says which version of sendmail-aix this is.
package version

// Number is the version by the rules of semantic versioning. Between two releases it is the next one with "-dev" behind it. It stands in
// build records, and on top of CHANGELOG.md once it is released.
const Number = "0.1.0-dev"
