/*
**  Included before all of sendmail's own files: a system whose socket addresses have more than 14 bytes. After "Family 99: ", 33 of
**  them would end just beyond the 100 bytes that sendmail prints them into.
*/

#include <sys/socket.h>

struct longaddress
{
	sa_family_t	sa_family;
	char		sa_data[40];
};

#define sockaddr	longaddress
