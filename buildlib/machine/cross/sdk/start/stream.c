/* Standard input, output and error; see stdio.h. */
#include <stdio.h>

FILE *sdk_stream(int fd)
{
	static FILE *streams[3];

	if (streams[fd] == NULL) {
		streams[fd] = fdopen(fd, fd == 0 ? "r" : "w");
		/* Whoever began the program has closed the descriptor: what is written is lost, as it is on AIX. */
		if (streams[fd] == NULL)
			streams[fd] = fopen("/dev/null", fd == 0 ? "r" : "w");
		if (fd == 2 && streams[fd] != NULL)
			setvbuf(streams[fd], NULL, _IONBF, 0);
	}
	return streams[fd];
}
