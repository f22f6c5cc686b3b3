/*
**  A stand-in for AIX's libperfstat. The load average is told by the environment, as integers with SBITS bits after the binary point:
**  PERFSTAT_LOADAVG="98304 65536 32768" is 1.5, 1 and 0.5. Without it, the call fails.
*/

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libperfstat.h"

static perfstat_cpu_total_t cpu;
static int filled;

/* Before main(), since sendmail clears its environment. */
static void __attribute__((constructor))
read_environment(void)
{
	const char *text = getenv("PERFSTAT_LOADAVG");

	filled = text != NULL &&
		 sscanf(text, "%llu %llu %llu", &cpu.loadavg[0], &cpu.loadavg[1], &cpu.loadavg[2]) == 3;
}

int
perfstat_cpu_total(perfstat_id_t *name, perfstat_cpu_total_t *userbuff, size_t sizeof_struct, int desired_number)
{
	/* IBM: name must be NULL and desired_number 1; by the size the library knows which version of the structure a program has. */
	if (!filled || name != NULL || userbuff == NULL || sizeof_struct != sizeof(cpu) || desired_number != 1)
	{
		errno = EINVAL;
		return -1;
	}
	memcpy(userbuff, &cpu, sizeof(cpu));
	return 1;
}
