package rules

// The numbers of the users and groups that every AIX system has (/etc/passwd and /etc/group as AIX installs them). The image needs
// numbers, and those of the machine that builds it say nothing about the target (W12).
var (
	Users = map[string]uint32{
		"root": 0, "daemon": 1, "bin": 2, "sys": 3, "adm": 4, "uucp": 5, "lpd": 9, "nobody": 4294967294,
	}
	Groups = map[string]uint32{
		"system": 0, "staff": 1, "bin": 2, "sys": 3, "adm": 4, "uucp": 5, "mail": 6, "security": 7, "cron": 8, "printq": 9,
		"audit": 10, "ecs": 28, "usr": 100, "nobody": 4294967294,
	}
)

// Uid and gid give the number for the image. An account that pre_i creates has no number yet; 0 stands in between restore and
// the inventory check, which goes by names (W39).
func Uid(owner string) uint32 { return Users[owner] }
func Gid(group string) uint32 { return Groups[group] }
