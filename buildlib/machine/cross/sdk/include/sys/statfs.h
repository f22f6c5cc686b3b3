/* statfs [go]. */
#ifndef SDK_SYS_STATFS_H
#define SDK_SYS_STATFS_H

#include <sys/types.h>

#ifdef __64BIT__
typedef struct {
	unsigned long val[2];
} fsid_t;
typedef unsigned long sdk_blocks_t;
#else
typedef struct {
	unsigned int val[2];
} fsid_t;
typedef unsigned int sdk_blocks_t;
#endif

struct statfs {
	int f_version;
	int f_type;
	unsigned long f_bsize;
	sdk_blocks_t f_blocks;
	sdk_blocks_t f_bfree;
	sdk_blocks_t f_bavail;
	sdk_blocks_t f_files;
	sdk_blocks_t f_ffree;
	fsid_t f_fsid;
	int f_vfstype;
	unsigned long f_fsize;
	int f_vfsnumber;
	int f_vfsoff;
	int f_vfslen;
	int f_vfsvers;
	char f_fname[32];
	char f_fpack[32];
	int f_name_max;
};

int statfs(char *, struct statfs *);
int fstatfs(int, struct statfs *);

#endif
