#ifndef SDK_SASLUTIL_H
#define SDK_SASLUTIL_H

int sasl_decode64(const char *, unsigned, char *, unsigned, unsigned *);
int sasl_encode64(const char *, unsigned, char *, unsigned, unsigned *);

#endif
