/* Directories [go]. */
#ifndef SDK_DIRENT_H
#define SDK_DIRENT_H

#include <sys/types.h>

struct dirent {
	unsigned long d_offset;
	ino_t d_ino;
	unsigned short d_reclen;
	unsigned short d_namlen;
	char d_name[256];
};

typedef struct sdk_dir DIR;

DIR *opendir(const char *);
struct dirent *readdir(DIR *);
void rewinddir(DIR *);
int closedir(DIR *);

#endif
