package remote

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sendmail-aix/sendmail-aix/buildlib/ground/fault"
	"github.com/sendmail-aix/sendmail-aix/buildlib/machine/host"
)

// TestGuard: what runs there ends with the context, and with the connection, children that ignore SIGTERM included.
func TestGuard(t *testing.T) {
	for _, way := range []string{"cancelled", "cut", "killed"} {
		t.Run(way, func(t *testing.T) {
			in(t, func(t *testing.T, m *Machine) {
				dir := t.TempDir()
				ctx, cancel := context.WithCancelCause(t.Context())
				why := errors.New("why")
				done := make(chan error, 1)
				go func() {
					done <- m.Run(ctx, host.Cmd{Dir: dir, Argv: []string{"sh", "-c", `sh -c 'trap "" TERM; echo $$ >pid.tmp; mv pid.tmp pid; while :; do sleep 1; done' & wait`}})
				}()
				pid := 0
				for pid == 0 {
					if text, err := os.ReadFile(filepath.Join(dir, "pid")); err == nil {
						pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
						must(t, err)
					}
					time.Sleep(5 * time.Millisecond)
				}
				leader, err := syscall.Getpgid(pid)
				must(t, err)
				m.lock.Lock()
				idle := len(m.idle)
				m.lock.Unlock()
				if idle != 0 {
					t.Fatalf("%d sessions are idle: the command runs in none", idle)
				}
				switch way {
				case "cancelled":
					cancel(why)
				case "cut":
					// As when we are gone: the pipe that is our end closes.
					m.lock.Lock()
					for s := range m.open {
						must(t, s.in.Close())
					}
					m.lock.Unlock()
				case "killed":
					must(t, syscall.Kill(leader, syscall.SIGKILL)) // the shell there, without its group
				}
				err = <-done
				if want := map[string]bool{"cancelled": errors.Is(err, why), "cut": fault.Code(err) == "host-lost", "killed": fault.Code(err) == "host-lost"}[way]; !want {
					t.Errorf("Run() = %v", err)
				}
				cancel(nil)
				if way == "killed" {
					m.Close()
				}
				for range 1000 {
					if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) || zombie(pid) {
						return
					}
					time.Sleep(6 * time.Millisecond)
				}
				t.Errorf("process %d is still there after 6 s", pid)
				_ = syscall.Kill(-leader, syscall.SIGKILL)
			})
		})
	}
}

func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(stat), ") Z ")
}
