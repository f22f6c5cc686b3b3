#include <stdio.h>

extern const char *sm_name();
extern const char *smutil_name();

int
main()
{
	printf("tiny sendmail on %s and %s, compiled with:", sm_name(), smutil_name());
#ifdef MAP_REGEX
	printf(" MAP_REGEX");
#endif
#ifdef SASL
	printf(" SASL");
#endif
#ifdef SOCKETMAP
	printf(" SOCKETMAP");
#endif
#ifdef STARTTLS
	printf(" STARTTLS");
#endif
	printf("\n> mail.example.com\n"); /* what sendmail -bt says to $j */
	return 0;
}
