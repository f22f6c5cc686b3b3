package host

import "embed"

// Code is the text of this room, to be told from other states of it: in which environment commands run decides what comes of them.
//
//go:embed *.go
var Code embed.FS
