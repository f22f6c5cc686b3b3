/* Names of hosts, services, users and groups; the lists are the root's. */
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <resolv.h>
#include <string.h>
#include <unistd.h>
#include "check.h"

int main(void)
{
	struct hostent *h = gethostbyname("mail");
	struct in_addr a;
	struct sockaddr_in in;
	char name[256], service[32], text[64];
	unsigned char reply[512], six[16];
	struct servent *s;
	struct passwd *p;
	int error, users = 0;

	CHECK(h != NULL && strcmp(h->h_name, "mail.example.com") == 0 && h->h_addrtype == AF_INET && h->h_length == 4);
	CHECK(memcmp(h->h_addr_list[0], "\300\0\2\31", 4) == 0 && h->h_addr_list[1] == NULL && strcmp(h->h_aliases[0], "mail") == 0 && h->h_aliases[1] == NULL);
	h = gethostbyaddr("\300\0\2\31", 4, AF_INET);
	CHECK(h != NULL && strcmp(h->h_name, "mail.example.com") == 0);
	h = getipnodebyname("six", AF_INET6, AI_DEFAULT, &error);
	CHECK(h != NULL && h->h_addrtype == AF_INET6 && h->h_length == 16 && (unsigned char)h->h_addr_list[0][0] == 0x20);
	memcpy(six, h->h_addr_list[0], sizeof six);
	freehostent(h);
	h = getipnodebyaddr(six, sizeof six, AF_INET6, &error);
	CHECK(h != NULL && h->h_addrtype == AF_INET6 && strcmp(h->h_name, "six") == 0 && memcmp(h->h_addr_list[0], six, sizeof six) == 0);
	error = 0;
	six[15]++;
	CHECK(getipnodebyaddr(six, sizeof six, AF_INET6, &error) == NULL && error == HOST_NOT_FOUND);
	CHECK(gethostbyname("unknown") == NULL && h_errno == HOST_NOT_FOUND);
	CHECK(gethostname(name, sizeof name) == 0 && gethostbyname(name) != NULL);
	h = gethostbyname("192.0.2.7");
	CHECK(h != NULL && strcmp(h->h_name, "192.0.2.7") == 0);

	memset(&in, 0, sizeof in);
	in.sin_family = AF_INET;
	in.sin_port = htons(25);
	memcpy(&in.sin_addr, "\300\0\2\31", 4);
	CHECK(getnameinfo((struct sockaddr *)&in, sizeof in, name, sizeof name, service, sizeof service, 0) == 0);
	CHECK(strcmp(name, "mail.example.com") == 0 && strcmp(service, "25") == 0);
	CHECK(getnameinfo((struct sockaddr *)&in, sizeof in, name, sizeof name, NULL, 0, NI_NUMERICHOST) == 0 && strcmp(name, "192.0.2.25") == 0);
	CHECK(getnameinfo((struct sockaddr *)&in, sizeof in, name, 4, NULL, 0, NI_NUMERICHOST) == EAI_OVERFLOW);

	/* A structure of four bytes goes by value. */
	CHECK(strcmp(inet_ntoa(in.sin_addr), "192.0.2.25") == 0);
	CHECK(inet_aton("10.1.2.3", &a) == 1 && a.s_addr == 0x0a010203 && inet_addr("10.1.2.3") == 0x0a010203 && inet_addr("x") == INADDR_NONE);
	CHECK(inet_pton(AF_INET6, "2001:db8::1", six) == 1 && inet_ntop(AF_INET6, six, text, sizeof text) == text && strcmp(text, "2001:db8::1") == 0);
	CHECK(inet_pton(10, "2001:db8::1", six) == -1 && errno == EAFNOSUPPORT); /* Linux's number */

	s = getservbyname("smtp", "tcp");
	CHECK(s != NULL && ntohs(s->s_port) == 2525 && strcmp(s->s_proto, "tcp") == 0);
	s = getservbyname("submission", "tcp");
	CHECK(s != NULL && ntohs(s->s_port) == 587 && getservbyname("smtp", "udp") == NULL);

	CHECK(res_init() == 0 && _res.options & RES_INIT && _res.retry > 0);
	CHECK(res_query("example.com", C_IN, T_MX, reply, sizeof reply) == -1 && h_errno == TRY_AGAIN && errno == ECONNREFUSED);

	p = getpwnam("alice");
	CHECK(p != NULL && p->pw_uid == 1001 && p->pw_gid == 20 && strcmp(p->pw_gecos, "Alice A.") == 0 && strcmp(p->pw_dir, "/home/alice") == 0);
	CHECK(getpwuid(4294967294u) != NULL && strcmp(getpwuid(4294967294u)->pw_name, "nobody") == 0);
	errno = 0;
	CHECK(getpwnam("bob") == NULL && errno == 0);
	for (setpwent(); getpwent() != NULL;)
		users++;
	endpwent();
	CHECK(users == 3);
	CHECK(getgrnam("staff")->gr_gid == 20 && strcmp(getgrgid(20)->gr_mem[1], "alice") == 0 && getgrgid(20)->gr_mem[2] == NULL && getgrnam("none") == NULL);
	return passed();
}
