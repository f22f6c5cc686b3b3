/* The client of NIS; the numbers are Sun's [bsd]. */
#ifndef SDK_RPCSVC_YPCLNT_H
#define SDK_RPCSVC_YPCLNT_H

#define YPERR_BADARGS 1
#define YPERR_RPC 2
#define YPERR_DOMAIN 3
#define YPERR_MAP 4
#define YPERR_KEY 5
#define YPERR_BUSY 16

int yp_get_default_domain(char **);
int yp_match(char *, char *, char *, int, char **, int *);
char *yperr_string(int);

#endif
