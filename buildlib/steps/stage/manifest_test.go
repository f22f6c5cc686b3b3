package stage

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const zeros = "0000000000000000000000000000000000000000000000000000000000000000"

var small = Manifest{
	{Path: "/opt/x", Type: Directory, Mode: 0o755, Owner: "root", Group: "system"},
	{Path: "/opt/x/a", Type: File, Mode: 0o2555, Owner: "root", Group: "smmsp", Size: 33, SHA256: zeros},
	{Path: "/opt/x/b", Type: Link, Mode: 0o777, Owner: "root", Group: "system", Target: "a"},
	{Path: "/opt/x/c", Type: File, Mode: 0, Owner: "root", Group: "system", Size: 0, SHA256: zeros},
}

func TestManifest(t *testing.T) {
	got, err := ParseManifest(small.String())
	if diff := cmp.Diff(small, got); diff != "" || err != nil {
		t.Errorf("ParseManifest(String()) error %v (-want +got):\n%s", err, diff)
	}
}

func TestParseManifestRefuses(t *testing.T) {
	good := small.String()
	for name, change := range map[string][2]string{
		"no header":       {"# type", "# Type"},
		"short line":      {"\tsystem\t-\t-\t/opt/x\t-", "\tsystem\t-\t-\t/opt/x"},
		"mode":            {"2555", "2999"},
		"long mode":       {"2555", "12555"},
		"size":            {"\t33\t", "\t+33\t"},
		"negative size":   {"\t33\t", "\t-33\t"},
		"sum":             {zeros, zeros[1:] + "G"},
		"type":            {"link\t", "fifo\t"},
		"relative":        {"/opt/x/a", "opt/x/a"},
		"order":           {"/opt/x/b", "/opt/w/b"},
		"twice":           {"/opt/x/b", "/opt/x/a"},
		"size of a link":  {"link\t0777\troot\tsystem\t-", "link\t0777\troot\tsystem\t1"},
		"target of a dir": {"/opt/x\t-", "/opt/x\tb"},
		"no target":       {"/opt/x/b\ta", "/opt/x/b\t"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := strings.Replace(good, change[0], change[1], 1)
			if bad == good {
				t.Fatalf("%q is not in the manifest", change[0])
			}
			if m, err := ParseManifest(bad); err == nil {
				t.Errorf("ParseManifest() = %v, want an error", m)
			}
		})
	}
}

// TestParseManifestWhere: an error names the line, as an editor counts them.
func TestParseManifestWhere(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		{"# type", "type", "line 1 is not the header"},
		{"directory\t0755", "directory\t755", `manifest line 2: mode "755"`},
		{"\tsmmsp\t33", "\t\t33", "manifest line 3: owner, group or absolute path"},
		{"/opt/x/b", "/opt/x/a", "manifest line 4: /opt/x/a is out of order"},
		{"link\t", "socket\t", `manifest line 4: unknown type "socket"`},
	} {
		_, err := ParseManifest(strings.Replace(small.String(), test.old, test.new, 1))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("ParseManifest() with %q for %q: %v, want %q", test.new, test.old, err, test.want)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add(small.String())
	f.Add(manifestHeader + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseManifest(text)
		if err != nil {
			return
		}
		again, err := ParseManifest(m.String())
		if diff := cmp.Diff(m, again); diff != "" || err != nil {
			t.Errorf("ParseManifest(String()) error %v (-want +got):\n%s", err, diff)
		}
	})
}
