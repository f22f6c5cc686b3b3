/* Files and paths. The root begins with: /etc, /link -> /etc, /out -> ../../../../etc, /loop -> loop, /dangling -> /etc/new. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "check.h"

static void opening(void)
{
	int fd = open("/etc/file", O_RDWR | O_CREAT | O_EXCL, 0640);
	struct stat st;
	char text[8];

	CHECK(fd >= 0);
	CHECK(open("/etc/file", O_RDWR | O_CREAT | O_EXCL, 0640) == -1 && errno == EEXIST);
	CHECK(write(fd, "content", 7) == 7 && lseek(fd, 0, SEEK_SET) == 0 && read(fd, text, 8) == 7 && memcmp(text, "content", 7) == 0);
	CHECK(fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0640 && st.st_size == 7 && st.st_nlink == 1);
	CHECK(st.st_uid == geteuid() && st.st_mtime > 1000000000 && st.st_mtime <= time(NULL) + 1 && st.st_blksize > 0);
	CHECK((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR && !(fcntl(fd, F_GETFL) & O_APPEND));
	CHECK(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK) == 0 && (fcntl(fd, F_GETFL) & (O_APPEND | O_NONBLOCK)) == (O_APPEND | O_NONBLOCK));
	CHECK(fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK(open("/etc/file", 0x20) == -1 && errno == EINVAL); /* a flag that is not known */
	CHECK(chmod("/etc/file", 0600) == 0 && stat("/etc/file", &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK(ftruncate(fd, 3) == 0 && stat("/etc/file", &st) == 0 && st.st_size == 3);
	CHECK(fpathconf(fd, _PC_CHOWN_RESTRICTED) == 1 && fpathconf(fd, 4711) == -1 && errno == EINVAL);
	CHECK(pathconf("/link", _PC_CHOWN_RESTRICTED) == 1 && pathconf("/none", _PC_NAME_MAX) == -1 && errno == ENOENT && pathconf("/", 4711) == -1);
	close(fd);
	CHECK(access("/etc/file", R_OK) == 0 && access("/etc/none", F_OK) == -1 && errno == ENOENT);
}

static void locking(void)
{
	struct flock lock;
	int fd = open("/etc/file", O_RDWR), status;

	memset(&lock, 0, sizeof lock);
	lock.l_type = F_WRLCK;
	CHECK(fcntl(fd, F_SETLK, &lock) == 0);
	if (fork() == 0) {
		lock.l_type = F_WRLCK;
		CHECK(fcntl(fd, F_SETLK, &lock) == -1 && (errno == EAGAIN || errno == EACCES));
		lock.l_type = F_RDLCK;
		CHECK(fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type == F_WRLCK && lock.l_pid == getppid());
		CHECK(lockf(fd, F_TLOCK, 0) == -1);
		_exit(failures);
	}
	CHECK(wait(&status) > 0 && status == 0);
	lock.l_type = F_UNLCK;
	CHECK(fcntl(fd, F_SETLK, &lock) == 0);
	close(fd);
}

static void links(void)
{
	struct stat a, b;
	char text[64];
	int fd;

	CHECK(stat("/link/file", &a) == 0 && stat("/etc/file", &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev);
	CHECK(lstat("/link", &a) == 0 && S_ISLNK(a.st_mode) && stat("/link", &a) == 0 && S_ISDIR(a.st_mode));
	CHECK(lstat("/", &a) == 0 && S_ISDIR(a.st_mode) && lstat("/..", &a) == 0 && S_ISDIR(a.st_mode) && readlink("/", text, sizeof text) == -1);
	CHECK(readlink("/link", text, sizeof text) == 4 && memcmp(text, "/etc", 4) == 0);
	CHECK(readlink("/link", text, 4) == 4 && readlink("/link", text, 3) == -1 && errno == ERANGE);
	CHECK(symlink("/etc/file", "/etc/made") == 0 && readlink("/etc/made", text, sizeof text) == 9 && memcmp(text, "/etc/file", 9) == 0);
	CHECK(stat("/etc/made", &a) == 0 && a.st_ino == b.st_ino && symlink("x", "/etc/made") == -1 && errno == EEXIST && unlink("/etc/made") == 0);
	CHECK(stat("/out/file", &a) == 0 && a.st_ino == b.st_ino); /* a link that would lead out ends at / */
	CHECK(stat("/etc/../../../../etc/file", &a) == 0 && a.st_ino == b.st_ino);
	CHECK(stat("../../../../../../../../etc/file", &a) == 0 && a.st_ino == b.st_ino);
	CHECK(stat("/loop", &a) == -1 && errno == ELOOP);
	CHECK(stat("/etc/file/", &a) == -1 && errno == ENOTDIR);
	CHECK(stat("/etc/file/x", &a) == -1 && errno == ENOTDIR);
	CHECK(stat("/none/x", &a) == -1 && errno == ENOENT);
	CHECK(stat("", &a) == -1 && errno == ENOENT);
	CHECK(open("/dangling", O_WRONLY | O_CREAT | O_EXCL, 0644) == -1 && errno == EEXIST);
	fd = open("/dangling", O_WRONLY | O_CREAT, 0644);
	CHECK(fd >= 0 && stat("/etc/new", &a) == 0);
	close(fd);
	CHECK(link("/dangling", "/etc/second") == 0 && lstat("/etc/second", &b) == 0 && S_ISREG(b.st_mode) && b.st_ino == a.st_ino && b.st_nlink == 2);
	CHECK(rename("/etc/second", "/etc/third") == 0 && access("/etc/second", F_OK) == -1 && unlink("/etc/third") == 0);
}

static void directories(void)
{
	char long_name[1100], template[] = "/dir/tempXXXXXX";
	struct dirent *d;
	struct stat st;
	struct statfs fs;
	DIR *dir;
	int fd, seen = 0;

	CHECK(mkdir("/dir/", 0755) == 0 && stat("/dir", &st) == 0 && S_ISDIR(st.st_mode));
	fd = mkstemp(template);
	CHECK(fd >= 0 && strncmp(template, "/dir/temp", 9) == 0 && strstr(template, "XXXXXX") == NULL && stat(template, &st) == 0);
	close(fd);
	strcpy(long_name, "/dir/tempXXXXX/");
	CHECK(mkstemp(long_name) == -1 && errno == EINVAL);
	CHECK(rmdir("/dir") == -1 && errno == EEXIST); /* what AIX says of a directory that is not empty */
	CHECK(chdir("/dir") == 0 && stat(template + 5, &st) == 0);
	dir = opendir(".");
	while ((d = readdir(dir)) != NULL) {
		seen += strcmp(d->d_name, template + 5) == 0 && d->d_ino == st.st_ino;
		CHECK(d->d_namlen == strlen(d->d_name) && d->d_reclen > d->d_namlen);
	}
	CHECK(seen == 1 && closedir(dir) == 0);
	CHECK(unlink(template) == 0 && chdir("..") == 0 && rmdir("dir") == 0);
	CHECK(opendir("/none") == NULL && errno == ENOENT);
	CHECK(statfs("/", &fs) == 0 && fs.f_bsize > 0 && fs.f_blocks > 0 && fs.f_bavail <= fs.f_blocks);
	memset(long_name, 'x', sizeof long_name);
	long_name[sizeof long_name - 1] = '\0';
	CHECK(stat(long_name, &st) == -1 && errno == ENAMETOOLONG);
}

static void streams(void)
{
	FILE *f = fopen("/etc/stream", "w");
	char line[16];

	CHECK(f != NULL && setvbuf(f, NULL, _IOFBF, 512) == 0 && fprintf(f, "%s\n", "a line") == 7 && fputs("x", f) >= 0 && fclose(f) == 0);
	f = fopen("/etc/stream", "r");
	CHECK(fgets(line, sizeof line, f) == line && strcmp(line, "a line\n") == 0 && getc(f) == 'x' && getc(f) == EOF && feof(f) && !ferror(f));
	CHECK(fseek(f, 2, SEEK_SET) == 0 && ungetc('y', f) == 'y' && fread(line, 1, 3, f) == 3 && memcmp(line, "yli", 3) == 0 && fclose(f) == 0);
	CHECK(fopen("/none/x", "r") == NULL && errno == ENOENT);
}

int main(void)
{
	struct stat st;
	char byte;
	int fd;

	opening();
	locking();
	links();
	directories();
	streams();
	fd = open("/dev/null", O_RDWR);
	CHECK(fd >= 0 && write(fd, "x", 1) == 1 && read(fd, &byte, 1) == 0 && fstat(fd, &st) == 0 && S_ISCHR(st.st_mode));
	CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode) && open("/dev/urandom", O_RDONLY) >= 0);
	CHECK(access("/dev/sda", F_OK) == -1 && access("/proc", F_OK) == -1);
	return passed();
}
