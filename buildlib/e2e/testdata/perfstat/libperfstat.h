/*
**  A stand-in for AIX's <libperfstat.h>: what IBM's documents say of perfstat_cpu_total(), and of its structure the few members around
**  the load average (IBM, "perfstat_cpu_total Subroutine" and "libperfstat.h File"). AIX has more members; their order is not known here.
*/

#include <stddef.h>

#define IDENTIFIER_LENGTH 64

typedef unsigned long long u_longlong_t; /* on AIX, of <sys/types.h> */

typedef struct
{
	char name[IDENTIFIER_LENGTH];
} perfstat_id_t;

typedef struct
{
	int ncpus;
	int ncpus_cfg;
	char description[IDENTIFIER_LENGTH];
	u_longlong_t processorHZ;
	u_longlong_t loadavg[3]; /* of 1, 5 and 15 minutes, times (1<<SBITS) */
} perfstat_cpu_total_t;

int perfstat_cpu_total(perfstat_id_t *name, perfstat_cpu_total_t *userbuff, size_t sizeof_struct, int desired_number);
