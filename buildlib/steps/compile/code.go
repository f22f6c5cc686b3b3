package compile

import "embed"

// Code is the text of this room, to be told from other states of it: what it compiles must be compiled anew when it has changed.
//
//go:embed *.go
var Code embed.FS
