/* Users and groups: those of the root's /etc/passwd and /etc/group; without these files, the first of those that every AIX has. */
#include "loader.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aix/grp.h"
#include "aix/pwd.h"
#include "aix/unistd.h"

static const char known_users[] = "root:!:0:0::/:/usr/bin/ksh\ndaemon:!:1:1::/etc:\nbin:!:2:2::/bin:\nsys:!:3:3::/usr/sys:\nadm:!:4:4::/var/adm:\n";
static const char known_groups[] = "system:!:0:root\nstaff:!:1:daemon\nbin:!:2:root,bin\nsys:!:3:root,bin,sys\nadm:!:4:bin,adm\nmail:!:6:\n";

/* The structures agree, so that Linux's can be handed on as they are. */
#define SAME(kind, member) \
	_Static_assert(offsetof(struct kind, member) == offsetof(struct aix_##kind, aix_##member) && \
		sizeof((struct kind){ 0 }.member) == sizeof((struct aix_##kind){ 0 }.aix_##member), #member)
SAME(passwd, pw_name);
SAME(passwd, pw_passwd);
SAME(passwd, pw_uid);
SAME(passwd, pw_gid);
SAME(passwd, pw_gecos);
SAME(passwd, pw_dir);
SAME(passwd, pw_shell);
SAME(group, gr_name);
SAME(group, gr_passwd);
SAME(group, gr_gid);
SAME(group, gr_mem);

static FILE *open_list(const char *file, const char *known)
{
	int before = errno;
	FILE *f = root_fopen(file, "re");

	if (f == NULL)
		f = fmemopen((void *)known, strlen(known), "r");
	errno = before;
	return f;
}

static FILE *users;

void aix_setpwent(void)
{
	if (users != NULL)
		fclose(users);
	users = open_list("/etc/passwd", known_users);
}

void aix_endpwent(void)
{
	if (users != NULL)
		fclose(users);
	users = NULL;
}

/* The end of the list is no error: errno stays as it was. */
struct aix_passwd *aix_getpwent(void)
{
	int before = errno;
	struct passwd *p;

	if (users == NULL)
		aix_setpwent();
	p = users != NULL ? fgetpwent(users) : NULL;
	if (p == NULL)
		errno = before;
	return (struct aix_passwd *)p;
}

static struct passwd *find_user(const char *name, uid_t uid)
{
	int before = errno;
	FILE *f = open_list("/etc/passwd", known_users);
	struct passwd *p = NULL;

	while (f != NULL && (p = fgetpwent(f)) != NULL && (name != NULL ? strcmp(p->pw_name, name) != 0 : p->pw_uid != uid))
		;
	if (f != NULL)
		fclose(f);
	errno = before;
	return p;
}

struct aix_passwd *aix_getpwnam(const char *name) { return (struct aix_passwd *)find_user(name, 0); }
struct aix_passwd *aix_getpwuid(aix_uid_t uid) { return (struct aix_passwd *)find_user(NULL, uid); }

static struct group *find_group(const char *name, gid_t gid)
{
	int before = errno;
	FILE *f = open_list("/etc/group", known_groups);
	struct group *g = NULL;

	while (f != NULL && (g = fgetgrent(f)) != NULL && (name != NULL ? strcmp(g->gr_name, name) != 0 : g->gr_gid != gid))
		;
	if (f != NULL)
		fclose(f);
	errno = before;
	return g;
}

struct aix_group *aix_getgrnam(const char *name) { return (struct aix_group *)find_group(name, 0); }
struct aix_group *aix_getgrgid(aix_gid_t gid) { return (struct aix_group *)find_group(NULL, gid); }

int aix_initgroups(const char *name, aix_gid_t gid)
{
	enum { MOST = 256 };
	gid_t groups[MOST] = { gid };
	FILE *f = open_list("/etc/group", known_groups);
	size_t count = 1;
	struct group *g;

	while (f != NULL && count < MOST && (g = fgetgrent(f)) != NULL)
		for (char **m = g->gr_mem; *m != NULL; m++)
			if (strcmp(*m, name) == 0 && g->gr_gid != gid) {
				groups[count++] = g->gr_gid;
				break;
			}
	if (f != NULL)
		fclose(f);
	errno = 0; /* the end of the list */
	return setgroups(count, groups);
}

int aix_setgroups(int count, aix_gid_t groups[])
{
	if (count < 0) {
		errno = EINVAL;
		return -1;
	}
	return setgroups((size_t)count, groups);
}
