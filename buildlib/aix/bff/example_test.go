package bff_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/aix/bff"
)

func Example() {
	var image bytes.Buffer
	w := bff.NewWriter(&image, time.Unix(1443657600, 0))
	for _, err := range []error{
		w.WriteHeader(&bff.Header{Name: "./", Mode: bff.TypeDir | 0o755, UID: 2, GID: 2}),
		w.WriteHeader(&bff.Header{Name: "./lpp_name", Mode: bff.TypeRegular | 0o644, Size: 6}),
		writeString(w, "4 R I\n"),
		w.Close(),
	} {
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	for r := bff.NewReader(&image); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%06o %d:%d %3d %s\n", h.Mode, h.UID, h.GID, h.Size, h.Name)
		if _, err := io.Copy(os.Stdout, r); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// 040755 2:2   0 ./
	// 100644 0:0   6 ./lpp_name
	// 4 R I
}

// A verifier reads strictly what it takes for an image of ours. Here a bit was turned over where no checksum looks: in the fill
// behind the data.
func ExampleReader_strict() {
	var image bytes.Buffer
	w := bff.NewWriter(&image, time.Unix(1443657600, 0))
	for _, err := range []error{
		w.WriteHeader(&bff.Header{Name: "./lpp_name", Mode: bff.TypeRegular | 0o644, Size: 6}),
		writeString(w, "4 R I\n"),
		w.Close(),
	} {
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	image.Bytes()[w.Stored().Data+w.Stored().Size] ^= 1
	r := bff.NewReader(&image)
	r.Strict = true
	for {
		h, err := r.Next()
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: header at %d, data at %d\n", h.Name, r.Stored().Offset, r.Stored().Data)
	}
	// Output:
	// ./lpp_name: header at 72, data at 192
	// bff: at offset 198: not as our Writer makes it: byte 0x01, not 0x00
}
