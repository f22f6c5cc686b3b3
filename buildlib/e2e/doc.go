// Package e2e holds the tests of the whole: the scripts in testdata/script, faults between two runs, and, with the build tag e2e, the way on real
// source, mail through what was built, and programs for AIX.
package e2e
