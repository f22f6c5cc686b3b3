// Installp and lppchk on a simulated machine: what they are asked for is done by the rehearsal, in the test's process, over a socket.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
)

func main() {
	status, err := ask(append([]string{filepath.Base(os.Args[0])}, os.Args[1:]...))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 1
	}
	os.Exit(status)
}

// ask sends a line with the command; what comes back is a line with the status, then what the command prints.
func ask(argv []string) (status int, err error) {
	c, err := net.Dial("unix", "/rehearsal/installp.socket")
	if err != nil {
		return 0, err
	}
	defer c.Close()
	if err := json.NewEncoder(c).Encode(argv); err != nil {
		return 0, err
	}
	r := bufio.NewReader(c)
	if _, err := fmt.Fscanln(r, &status); err != nil {
		return 0, err
	}
	_, err = io.Copy(os.Stdout, r)
	return status, err
}
