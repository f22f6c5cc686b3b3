#ifndef SDK_OPENSSL_X509V3_H
#define SDK_OPENSSL_X509V3_H

#include <openssl/x509.h>

#define V_ASN1_IA5STRING 22
#define GEN_DNS 2
#define X509_PURPOSE_SSL_CLIENT 1
#define X509_PURPOSE_SSL_SERVER 2

/* Of the kinds of names, the one that sendmail compares. */
struct GENERAL_NAME_st {
	int type;
	union {
		ASN1_STRING *ia5;
	} d;
};
typedef struct GENERAL_NAME_st GENERAL_NAME;
#define sk_GENERAL_NAME_num(st) SDK_SK_NUM(st)
#define sk_GENERAL_NAME_value(st, i) ((GENERAL_NAME *)SDK_SK_VALUE((st), (i)))
typedef STACK_OF(GENERAL_NAME) GENERAL_NAMES;
void GENERAL_NAMES_free(GENERAL_NAMES *);

int X509_check_purpose(X509 *, int, int);
unsigned char *ASN1_STRING_data(ASN1_STRING *);
int ASN1_STRING_length(const ASN1_STRING *);
#if OPENSSL_VERSION_NUMBER < 0x10100000L
int ASN1_STRING_type(ASN1_STRING *);
#else
const unsigned char *ASN1_STRING_get0_data(const ASN1_STRING *);
int ASN1_STRING_type(const ASN1_STRING *);
#endif

#endif
