/* A filter that tells where each client is. */
#include <stdio.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <libmilter/mfapi.h>

static sfsistat client(SMFICTX *ctx, char *name, _SOCK_ADDR *address)
{
	char text[INET6_ADDRSTRLEN] = "nowhere";
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;

	(void)ctx;
	if (address != NULL && address->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof text);
	printf("%s at %s\n", name, text);
	fflush(stdout);
	return SMFIS_CONTINUE;
}

int main(int argc, char **argv)
{
	struct smfiDesc filter = { .xxfi_name = "milter", .xxfi_version = SMFI_VERSION, .xxfi_connect = client };
	bool remove = false;

	if (argc != 2 || smfi_setconn(argv[1]) != MI_SUCCESS || smfi_register(filter) != MI_SUCCESS || smfi_opensocket(remove) != MI_SUCCESS)
		return 1;
	puts("listening");
	fflush(stdout);
	return smfi_main();
}
