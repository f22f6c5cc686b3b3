package ar_test

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/ar"
)

func Example() {
	script := "#!/usr/bin/ksh\nexit 0\n"
	var library bytes.Buffer
	w := ar.NewWriter(&library, ar.Small)
	err := w.WriteHeader(&ar.Header{Name: "mailtools.sendmail.rte.pre_i", Mode: 0o755, Size: int64(len(script)), ModTime: time.Unix(1443657600, 0)})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := io.WriteString(w, script); err != nil {
		fmt.Println(err)
		return
	}
	if err := w.Close(); err != nil {
		fmt.Println(err)
		return
	}
	r, err := ar.NewReader(bytes.NewReader(library.Bytes()), int64(library.Len()))
	if err != nil {
		fmt.Println(err)
		return
	}
	h, err := r.Next()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%o %d %s\n", h.Mode, h.Size, h.Name)
	// Output: 755 22 mailtools.sendmail.rte.pre_i
}
